/* The mean of several likelihood ratios, kept as logarithms:
 * what is known about a question with several possible answers.
 * As long as each of them is fair under the hypothesis, so is the mean,
 * and it ever reaches 1/alpha with a probability of at most alpha. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "core/record.h"

enum { MIXTURE_PARTS_MAX = 9 };

struct mixture_part {
    double parameter; /* which answer it stands for */
    double log_value; /* ln of its likelihood ratio so far */
};

struct mixture {
    double log_peak; /* ln of the largest mean so far, at least 0 */
    uint32_t count;
    struct mixture_part parts[MIXTURE_PARTS_MAX];
};

/* At most MIXTURE_PARTS_MAX of them, and at least one. */
void mixture_init(struct mixture *mixture, const double *parameters, size_t count);

/* After all parts have moved: remembers the peak. */
void mixture_settle(struct mixture *mixture);

/* ln of the mean; 0 at the start. */
double mixture_log_value(const struct mixture *mixture);

/* Valid at any time: 1 over the largest mean so far, at most 1. */
double mixture_p_value(const struct mixture *mixture);

extern const struct record mixture_record;
