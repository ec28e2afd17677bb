/* Whether a failed call is made again, and after how long: one layer, bounded. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct retry_policy {
    uint32_t retries_max;
    uint64_t base_ns;      /* before the first retry; doubles with each one */
    uint64_t cap_ns;       /* the longest wait of our own */
    double jitter;         /* 0 to 1: how much of a wait chance may take away */
    uint64_t asked_max_ns; /* a longer wait that the peer asks for is not granted */
};

/* What the failed call left behind. */
struct retry_failure {
    unsigned status;            /* 0 when no reply came */
    bool final;                 /* the peer's words say that trying again is useless */
    const char *should_retry;   /* x-should-retry, or NULL: "true" or "false" wins */
    const char *retry_after_ms; /* the headers of that name, or NULL */
    const char *retry_after;    /* seconds or an HTTP date */
    int64_t wall_ms;            /* now, for the date */
};

/* The policy of the official SDK of the Messages API. */
struct retry_policy retry_policy_default(void);

/* "sdk": that one. "book": three retries after 1, 2 and 4 s, which chance does not
 * shorten. False for any other name. */
bool retry_policy_named(const char *name, struct retry_policy *policy);

/* Whether the call that failed for the `failures`th time is made again, after
 * `wait_ns`. `chance` is from 0 to 1. */
bool retry_again(
    const struct retry_policy *policy, const struct retry_failure *failure,
    uint32_t failures, double chance, uint64_t *wait_ns);

/* How long the peer asked to wait, a year at most: a longer time counts as that. False
 * when it did not ask, or not in words of RFC 9110. */
bool retry_asked_ns(const struct retry_failure *failure, uint64_t *wait_ns);
