/* SPDX-License-Identifier: MIT */
#include "agent/wire.h"

#include <string.h>

#include "agent/messages.h"
#include "agent/messages_stream.h"
#include "agent/openai.h"

static const struct wire wires[] = {
    [WIRE_MESSAGES] =
        {.path = "/v1/messages",
         .key_header = "x-api-key",
         .key_prefix = "",
         .version_header = "anthropic-version",
         .version = "2023-06-01",
         .write = messages_write,
         .read = messages_read,
         .stream = &messages_stream},
    [WIRE_OPENAI] =
        {.path = "/v1/chat/completions",
         .key_header = "authorization",
         .key_prefix = "Bearer ",
         .write = openai_write,
         .read = openai_read,
         .stream = &openai_stream},
};

const struct wire *wire_of(enum wire_kind kind) {
    return &wires[kind];
}

bool wire_named(const char *name, enum wire_kind *kind) {
    static const char *const names[] = {
#define X(id, name) [id] = (name)
        WIRES(X)
#undef X
    };
    for (size_t i = 0; i < WIRE_COUNT; i++) {
        if (strcmp(names[i], name) != 0) continue;
        *kind = (enum wire_kind)i;
        return true;
    }
    return false;
}
