/* ${env:NAME} and ${file:PATH} inside a value: where a secret is kept instead of in the
 * configuration. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>

#include "base/error.h"
#include "base/scan.h"

enum reference_kind {
    REFERENCE_LITERAL, /* the words between references */
    REFERENCE_ENV,     /* the name of a variable */
    REFERENCE_FILE,    /* an absolute path */
};

struct reference {
    enum reference_kind kind;
    struct slice words; /* borrowed */
};

/* The next piece of a value; false at its end, or with `err` set for a reference that
 * cannot be read. Start with an `err` of ERROR_NONE. */
bool reference_next(struct scan *value, struct reference *piece, struct error *err);

/* Whether every reference in a value can be read. */
bool reference_check(struct slice value, struct error *err);

/* Whether there is any of that kind in a value that can be read. */
bool reference_has(struct slice value, enum reference_kind kind);
