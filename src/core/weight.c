/* SPDX-License-Identifier: MIT */
#include "core/weight.h"

static const double percent_bp = 100;

double weight_ratio(uint32_t weight_bp) {
    return (double)weight_bp / WEIGHT_ALL_BP;
}

void weight_add_percent(struct text *text, uint32_t weight_bp) {
    text_addf(text, "%g %%", (double)weight_bp / percent_bp);
}
