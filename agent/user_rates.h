/* How often each user may ask: a token bucket per user, for the users of late. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "core/token_bucket.h"

/* Who has not asked for longest is forgotten for a new one, and starts anew. */
enum { USER_RATES_MAX = 8192 };

/* "5:10" (5 a second, 10 at once), or "off". */
bool user_rates_parse(struct token_rate *rate, const char *words, struct error *err);

struct user_rates;

struct user_rates *user_rates_new(const struct token_rate *rate);
void user_rates_free(struct user_rates *rates);

/* Whether the user (a hash of the id) may ask now; if not, `wait_ns` says when. */
bool user_rates_take(
    struct user_rates *rates, uint64_t user, uint64_t now_ns, uint64_t *wait_ns);
