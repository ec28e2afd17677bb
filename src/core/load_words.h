/* ${...} in what a load generator sends: ${user} its number, ${seq} a number of its own
 * for each request, ${run} the run, ${pick:a|b|c} one of them by chance, and in the
 * path of a job ${job}. What is put in is never read again. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/error.h"
#include "base/scan.h"
#include "core/random.h"

struct load_values {
    uint64_t user, seq;
    const char *run;       /* borrowed */
    const char *job;       /* borrowed; NULL where there is none */
    struct random *random; /* borrowed */
};

/* Whether every ${...} is known; `with_job`: also ${job}. */
bool load_words_check(struct slice words, bool with_job, struct error *err);

/* Whether they are the same for every request. */
bool load_words_fixed(struct slice words);

/* Adds words that have been checked. */
void load_words_add(
    struct buffer *to, struct slice words, const struct load_values *values);
