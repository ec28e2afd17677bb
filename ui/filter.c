/* SPDX-License-Identifier: MIT */
#include "ui/filter.h"

#include <string.h>

bool filter_lets(const struct filter *filter, const char *row) {
    const char *words = filter->words;
    bool inverted = words[0] == '!';
    if (inverted) words++;
    if (words[0] == '\0') return true;
    return (strcasestr(row, words) != NULL) != inverted;
}
