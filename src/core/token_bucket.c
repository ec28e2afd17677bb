/* SPDX-License-Identifier: MIT */
#include "core/token_bucket.h"

#include "base/panic.h"
#include "base/units.h"

void token_bucket_fill(
    struct token_bucket *bucket, const struct token_rate *rate, uint64_t now_ns) {
    ensure(rate->burst >= TOKEN);
    *bucket = (struct token_bucket){.tokens = rate->burst, .at_ns = now_ns};
}

void token_bucket_add(
    struct token_bucket *bucket, const struct token_rate *rate, uint32_t tokens) {
    uint32_t room = rate->burst - bucket->tokens;
    bucket->tokens += tokens < room ? tokens : room;
}

/* How long `tokens` take to flow in, rounded up. */
static uint64_t time_of(const struct token_rate *rate, uint32_t tokens) {
    return ((uint64_t)tokens * NS_PER_S + rate->per_s - 1) / rate->per_s;
}

/* The time of a broken thousandth is kept for the next one. */
static void flow(
    struct token_bucket *bucket, const struct token_rate *rate, uint64_t now_ns) {
    if (rate->per_s == 0 || now_ns <= bucket->at_ns) return;
    uint64_t age_ns = now_ns - bucket->at_ns;
    if (age_ns >= time_of(rate, rate->burst - bucket->tokens)) {
        token_bucket_fill(bucket, rate, now_ns);
        return;
    }
    uint32_t tokens = (uint32_t)(age_ns * rate->per_s / NS_PER_S);
    if (tokens == 0) return;
    bucket->tokens += tokens;
    bucket->at_ns += time_of(rate, tokens);
}

bool token_bucket_take(
    struct token_bucket *bucket, const struct token_rate *rate, uint64_t now_ns,
    uint64_t *wait_ns) {
    flow(bucket, rate, now_ns);
    if (bucket->tokens >= TOKEN) {
        bucket->tokens -= TOKEN;
        return true;
    }
    *wait_ns = UINT64_MAX;
    if (rate->per_s == 0) return false;
    uint64_t due_ns = bucket->at_ns + time_of(rate, TOKEN - bucket->tokens);
    *wait_ns = due_ns > now_ns ? due_ns - now_ns : 1;
    return false;
}
