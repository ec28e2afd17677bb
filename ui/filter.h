/* Which rows of a list are shown: those that hold the words, or with ! in front those
 * that do not. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>

enum { FILTER_SIZE = 64 };

struct filter {
    char words[FILTER_SIZE]; /* "" lets everything through */
};

/* Letters match without regard to case. */
bool filter_lets(const struct filter *filter, const char *row);
