/* The wire formats that models speak, behind one interface. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>

#include "agent/model_answer.h"
#include "agent/model_stream.h"
#include "base/buffer.h"
#include "base/error.h"

/* clang-format off */
/*    id                name */
#define WIRES(X) \
    X(WIRE_MESSAGES,    "messages")
/* clang-format on */

enum wire_kind {
#define X(id, name) id
    WIRES(X),
#undef X
    WIRE_COUNT
};

struct wire {
    const char *path;                     /* where questions go */
    const char *key_header;               /* that has the key, */
    const char *key_prefix;               /* with this in front of it */
    const char *version_header, *version; /* NULL for none */
    /* False when the messages of the question are none. */
    bool (*write)(const struct model_question *, struct buffer *body, struct error *);
    /* False when it is not what the format promises; then nothing is owned. */
    bool (*read)(struct model_answer *, struct slice body, struct error *);
    stream_event_fn take_event;
};

const struct wire *wire_of(enum wire_kind kind);
