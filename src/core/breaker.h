/* Circuit breaker: stops calling a dependency that is unwell until it has had time to
 * recover, and then lets one call at a time find out.
 *
 *   closed ── too many failures ──► open ── its time is over ──► half-open
 *     ▲                              └◄── a failure ──────────────┤
 *     └────────────────────── enough successes ───────────────────┘
 *
 * After M. Nygard, Release It!; the windows are those of resilience4j and Hystrix. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum { BREAKER_SECONDS = 10, BREAKER_LAST = 20 };

enum breaker_state { BREAKER_CLOSED, BREAKER_HALF_OPEN, BREAKER_OPEN, BREAKER_STATES };

struct breaker_config {
    uint32_t failure_threshold; /* failures in a row that open it */
    uint32_t calls_least;       /* below, a share of the window means nothing */
    double failure_share;       /* 0 to 1 of the window; above 1: never */
    double slow_share;
    uint64_t slow_ns;           /* a call that took longer was slow */
    uint64_t timeout_ns;        /* how long it stays open for the first time */
    uint64_t timeout_max_ns;    /* doubles up to this while probes fail */
    double jitter;              /* 0 to 1: how much chance changes it, either way */
    uint32_t success_threshold; /* probes in a row that close it */
};

struct breaker_tally {
    uint32_t calls, failures, slow;
};

/* The window: the calls that ended in the last 10 s, or the last 20 where more. */
struct breaker {
    struct breaker_config config;
    enum breaker_state state;
    uint32_t epoch;              /* counts the changes of state */
    uint32_t failures;           /* in a row */
    uint32_t successes, trips;   /* of probes in a row; since it was closed last */
    bool probing;                /* one is out */
    uint64_t opened_ns, open_ns; /* when, and for how long */
    uint64_t second;             /* which the newest of `seconds` is */
    struct breaker_tally seconds[BREAKER_SECONDS];
    uint32_t last_count, last_next;
    struct breaker_tally last[BREAKER_LAST]; /* one call each */
};

/* What breaker_allows() gives to a call, for breaker_on_end(). */
struct breaker_call {
    uint64_t started_ns;
    uint32_t epoch;
    bool is_probe;
};

/* Neutral says nothing of the dependency's health: the request was to blame, a rate
 * limit was reached, or nobody waited for the answer. */
enum breaker_end { BREAKER_SUCCESS, BREAKER_FAILURE, BREAKER_NEUTRAL };

const char *breaker_state_name(enum breaker_state state);

/* 5 failures in a row, or of 10 calls half failed or four in five took more than 20 s;
 * open for 5 s, doubling to 60 s, each +-20 %; closed by 3 probes. */
struct breaker_config breaker_config_default(void);
void breaker_init(struct breaker *breaker, const struct breaker_config *config);

/* Makes an open breaker whose time is over half-open; true when it did. */
bool breaker_advance(struct breaker *breaker, uint64_t now_ns);
/* Somebody has seen the dependency well again: the same at once. */
bool breaker_on_hint(struct breaker *breaker);

/* Whether a call may go out; each that may must end in breaker_on_end(). */
bool breaker_allows(struct breaker *, uint64_t now_ns, struct breaker_call *call);
/* `chance` is from 0 to 1. True when the state changed. */
bool breaker_on_end(
    struct breaker *breaker, const struct breaker_call *call, enum breaker_end end,
    uint64_t now_ns, double chance);
/* How long it stays open; 0 when it does not. */
uint64_t breaker_left_ns(const struct breaker *breaker, uint64_t now_ns);
