/* The rule of the book, for those who ask for it: fixed thresholds on what
 * was seen in the step. The canary is rolled back when it failed more than 1.5
 * times as often as stable, or when its p95 is more than 1.2 times as high;
 * else it is promoted. Only what it does without data is not kept:
 * nothing seen on either side promotes nothing here. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>

#include "core/evidence.h"

struct decision_moment;

/* To be shown to whoever chooses it. */
#define BOOK_RULE_WARNING                                                              \
    "fixed thresholds: where stable had no error, one of the canary rolls it back; "   \
    "looked at each minute for ten minutes, they roll back a quarter of the healthy "  \
    "canaries at 2 requests a second and half of them at 10; a p95 of 60 requests is " \
    "1.2 times as high by chance in one of six; an outage of both versions rolls "     \
    "back "                                                                            \
    "four healthy canaries of ten"

bool book_rule_is_bad(const struct evidence *evidence);

/* Not bad, long enough in the step, ready, and something seen on either side. */
bool book_rule_may_promote(
    const struct evidence *evidence, const struct decision_moment *moment);

/* The requests of a side in this step; where stable gets none any more, all it had. */
const struct trials *book_rule_errors(const struct evidence *evidence, enum arm arm);

/* The p95 of a side in this step, in microseconds; NaN without any. */
double book_rule_p95_us(const struct evidence *evidence, enum arm arm);
