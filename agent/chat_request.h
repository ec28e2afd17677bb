/* What a client sends to POST /chat, checked. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "agent/system_prompt.h"
#include "base/error.h"
#include "base/scan.h"

enum {
    CHAT_USER_SIZE = 129,
    CHAT_MESSAGE_MAX = 16 * 1024, /* bytes */
    CHAT_VALUES_MAX = 1024,       /* of all JSON, what is ignored included */
    CHAT_REQUEST_ID_SIZE = 40,
    USER_HASH_SIZE = 17,
};

enum chat_priority { PRIORITY_LOW = 1, PRIORITY_NORMAL = 3, PRIORITY_HIGH = 5 };

struct chat_request {
    char user_id[CHAT_USER_SIZE];
    char *message; /* owned */
    size_t message_length;
    enum chat_priority priority;
    struct user_context context;
};

/* {"user_id", "message", "priority"?: 1 | 3 | 5, "context"?: {"name"?, "order_id"?}};
 * other keys are ignored. On failure nothing is owned, and `err` names the field. */
bool chat_request_read(
    struct chat_request *request, struct slice body, struct error *err);
void chat_request_clear(struct chat_request *request);

/* Whether a client's X-Request-Id may be used as it is: 1 to 39 of [A-Za-z0-9._-]. */
bool chat_request_id_valid(const char *id);

/* How long a client is willing to wait: X-Request-Timeout, "2.5" or "2.5s" or "800ms",
 * at most `most_ns`; that without the header. */
bool chat_request_timeout(
    const char *header, uint64_t most_ns, uint64_t *timeout_ns, struct error *err);

/* A pseudonym of the user: the same for the same user, and not the user's id. */
void chat_request_hash_user(struct slice user_id, char hash[USER_HASH_SIZE]);
