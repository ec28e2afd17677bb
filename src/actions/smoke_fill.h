/* Puts values in the place of ${...}, escaped for where they go. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>

#include "actions/smoke_plan.h"
#include "base/buffer.h"
#include "base/error.h"
#include "base/scan.h"
#include "core/node.h"

enum smoke_place {
    SMOKE_IN_TEXT,
    SMOKE_IN_JSON, /* inside a string of JSON */
    SMOKE_IN_PATH, /* one segment of a path, or a value in a query */
};

/* Where values come from; all borrowed. */
struct smoke_values {
    const struct smoke_plan *plan;
    const char *run_id;
    const char *user;          /* of a chat; NULL elsewhere */
    struct slice message;      /* of a chat */
    const struct node *answer; /* the JSON of the answer before; NULL without one */
    bool preview;              /* nothing goes out: see smoke_preview() */
};

/* Adds `text` with its values; false for one that is not there. */
bool smoke_fill(
    const struct smoke_values *values, struct slice text, enum smoke_place place,
    struct buffer *to, struct error *err);

/* Adds a value as it has to be written in that place. */
bool smoke_add_value(struct buffer *to, struct slice value, enum smoke_place place);
