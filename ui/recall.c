/* SPDX-License-Identifier: MIT */
#include "ui/recall.h"

#include <string.h>

#include "base/text.h"

const char *recall_at(const struct recall *recall, uint32_t back) {
    if (back >= recall->count || back >= RECALL_MAX) return NULL;
    return recall->lines[(recall->count - 1 - back) % RECALL_MAX];
}

void recall_add(struct recall *recall, const char *line) {
    const char *last = recall_at(recall, 0);
    if (line[strspn(line, " ")] == '\0' || (last && strcmp(last, line) == 0)) return;
    text_copy_cut(recall->lines[recall->count++ % RECALL_MAX], PROMPT_SIZE, line);
}
