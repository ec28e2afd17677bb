/* How one attempt to ask the model failed: the word for it, and whether another attempt
 * is worth it. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdint.h>

#include "agent/model_complaint.h"
#include "agent/outcome.h"
#include "base/error.h"
#include "core/retry.h"
#include "io/http.h"

struct model_failure {
    enum outcome outcome;
    char message[ERROR_MESSAGE_SIZE]; /* safe for any screen */
    uint64_t retry_after_ns;          /* what the server asks for; 0 when it does not */
    struct retry_failure retry; /* borrows from the reply; final when it was billed */
};

/* No reply, or one that says no. `wall_ms` is now. */
void model_failure_of_reply(
    struct model_failure *failure, const struct http_reply *reply, int64_t wall_ms);

/* The server gave up after its 200. */
void model_failure_of_complaint(
    struct model_failure *failure, const struct model_complaint *complaint);

/* An answer that nobody understands: it was billed, and asking again would be, too. */
void model_failure_of_nonsense(struct model_failure *failure, const struct error *why);
