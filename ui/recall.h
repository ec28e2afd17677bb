/* The commands typed before, so that they need not be typed again. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdint.h>

#include "ui/prompt.h"

enum { RECALL_MAX = 16 };

struct recall {
    uint32_t count; /* ever; the ring holds the last ones */
    char lines[RECALL_MAX][PROMPT_SIZE];
};

/* Not what is empty, and not the same twice in a row. */
void recall_add(struct recall *recall, const char *line);

/* The line `back` steps before the newest one, or NULL. */
const char *recall_at(const struct recall *recall, uint32_t back);
