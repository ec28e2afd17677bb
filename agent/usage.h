/* What one answer, or a whole chat, used. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdint.h>

struct usage {
    uint64_t input; /* tokens that were neither read from nor written to a cache */
    uint64_t output;
    uint64_t cache_read;
    uint64_t cache_write;
    uint64_t thinking; /* part of the output */
};

static inline void usage_add(struct usage *sum, const struct usage *more) {
    sum->input += more->input;
    sum->output += more->output;
    sum->cache_read += more->cache_read;
    sum->cache_write += more->cache_write;
    sum->thinking += more->thinking;
}
