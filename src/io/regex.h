/* Regular expressions through PCRE2, with a budget: a pattern that would take for ever
 * ends with an error instead. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>

#include "base/error.h"
#include "base/scan.h"

enum {
    REGEX_PATTERN_MAX = 1024,
    REGEX_SUBJECT_MAX = 1024 * 1024,
};

struct regex;

/* NULL, with `err` naming the character, for a pattern that cannot be read. */
struct regex *regex_new(struct slice pattern, struct error *err);
void regex_free(struct regex *regex);

/* Whether the pattern occurs anywhere in `subject`, which may be any bytes: malformed
 * UTF-8 never matches. False, with `err` set, when the budget is spent. */
bool regex_matches(
    const struct regex *regex, struct slice subject, bool *matches, struct error *err);
