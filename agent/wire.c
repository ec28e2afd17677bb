/* SPDX-License-Identifier: MIT */
#include "agent/wire.h"

#include "agent/messages.h"
#include "agent/messages_stream.h"

static const struct wire wires[] = {
    [WIRE_MESSAGES] =
        {.path = "/v1/messages",
         .key_header = "x-api-key",
         .key_prefix = "",
         .version_header = "anthropic-version",
         .version = "2023-06-01",
         .write = messages_write,
         .read = messages_read,
         .take_event = messages_stream_take},
};

const struct wire *wire_of(enum wire_kind kind) {
    return &wires[kind];
}
