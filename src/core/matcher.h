/* What a value has to be, as a check file says it: a bare value, a list of those that
 * would do, or a map of operators. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>

#include "base/scan.h"
#include "core/mistakes.h"
#include "core/node.h"
#include "core/verdict.h"

enum {
    MATCHER_WANTED_SIZE = 128,
    /* More than is ever shown, so that a secret is whole when it is looked for. */
    MATCHER_GOT_SIZE = 1280,
};

/* clang-format off */
#define MATCHERS(X) \
    X(MATCH_EQUALS,   "equals")    /* the same value */ \
    X(MATCH_CONTAINS, "contains")  /* a string, or each of a list of strings */ \
    X(MATCH_LACKS,    "lacks")     /* none of them */ \
    X(MATCH_MATCHES,  "matches")   /* a regular expression, anywhere */ \
    X(MATCH_MIN,      "min") \
    X(MATCH_MAX,      "max") \
    X(MATCH_WARN,     "warn")      /* above it the check passes as degraded */ \
    X(MATCH_EXISTS,   "exists")    /* true or false */ \
    X(MATCH_TYPE,     "type")      /* string, number, bool, null, list or map */ \
    X(MATCH_LEN,      "len")       /* characters or entries; a number or {min, max} */
/* clang-format on */

/* How a regular expression is looked for; false, with `err` set, when it gave up. */
typedef bool (*matcher_regex_fn)(
    struct slice pattern, struct slice subject, bool *matches, struct error *err);

/* What came of one expectation. `got` is as it came: not yet safe to show. */
struct match {
    enum verdict verdict; /* INCONCLUSIVE when nobody can tell */
    bool degraded;        /* it passes, but above a `warn` */
    char wanted[MATCHER_WANTED_SIZE];
    char got[MATCHER_GOT_SIZE];
};

/* Whether what a file wants can be understood; tries its regular expressions. */
void matcher_validate(
    const struct node *wanted, matcher_regex_fn regex, struct mistakes *mistakes);

/* `got` is NULL for a value that is missing. */
struct match matcher_try(
    const struct node *wanted, const struct node *got, matcher_regex_fn regex);

/* A string from outside, a header or a body, as a node that can be matched. */
struct node matcher_text(struct slice text);
