/* ${...} in the requests of a check file: found once, and what is put in its place is
 * never read again. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>

#include "base/error.h"
#include "base/scan.h"

enum template_kind {
    TEMPLATE_LITERAL, /* the words between */
    TEMPLATE_NAME,    /* ${run_id}: a variable */
    TEMPLATE_SECRET,  /* ${env:NAME}, ${file:PATH}: `words` is all between the braces */
    TEMPLATE_PATH,    /* ${$.job_id}: from the answer before */
};

struct template_piece {
    enum template_kind kind;
    struct slice words; /* borrowed */
};

/* The next piece; false at the end, or with `err` set for one that cannot be read.
 * Start with an `err` of ERROR_NONE. */
bool template_next(struct scan *text, struct template_piece *piece, struct error *err);
