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
    X(WIRE_MESSAGES,    "messages"), /* of the Messages API */ \
    X(WIRE_OPENAI,      "openai")    /* chat completions, as many servers speak them */
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
    const struct stream_format *stream;
};

/* The kind of that name; false, `kind` untouched, for any other. */
bool wire_named(const char *name, enum wire_kind *kind);

const struct wire *wire_of(enum wire_kind kind);
