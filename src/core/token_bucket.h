/* Token bucket: so many at once, so many per second; whoever finds none has to wait. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum { TOKEN = 1000 }; /* all counts of tokens are in thousandths */

struct token_rate {
    uint32_t burst; /* thousandths that fit, at least TOKEN */
    uint32_t per_s; /* thousandths that flow in; 0: only what is added */
};

struct token_bucket {
    uint32_t tokens; /* thousandths */
    uint64_t at_ns;  /* up to when they have flowed in */
};

void token_bucket_fill(
    struct token_bucket *bucket, const struct token_rate *rate, uint64_t now_ns);

/* Takes one token; false when there is none, and `wait_ns` says after how long there
 * will be one (UINT64_MAX when none flows in). */
bool token_bucket_take(
    struct token_bucket *bucket, const struct token_rate *rate, uint64_t now_ns,
    uint64_t *wait_ns);

/* Adds `tokens` thousandths; what does not fit is lost. */
void token_bucket_add(
    struct token_bucket *bucket, const struct token_rate *rate, uint32_t tokens);
