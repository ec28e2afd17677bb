/* What a load run has shown: its verdict and why,
 * and whether the generator itself was the limit. No data,
 * a rate that was not reached and a tool that was too slow are never a pass. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "core/load_course.h"

/* clang-format off */
/*    id                    name           how the run ended */
#define LOAD_STOPS(X) \
    X(LOAD_STOP_NONE,       "whole",       "all of it ran") \
    X(LOAD_STOP_PERSON,     "stopped",     "stopped before its end") \
    X(LOAD_STOP_GATE,       "aborted",     "a condition of abort_on held") \
    X(LOAD_STOP_DIED,       "target_died", "the target stopped answering") \
    X(LOAD_STOP_UNREACHED,  "unreached",   "the target was never reached") \
    X(LOAD_STOP_LOST,       "worker_lost", "a generator ended before its time") \
    X(LOAD_STOP_MISSING,    "missing",     "the shards did not come together, and nothing was sent") \
    X(LOAD_STOP_REQUESTS,   "requests",    "as many requests as allowed were sent") \
    X(LOAD_STOP_TIME,       "timeout",     "the command had no more time")
/* clang-format on */

enum load_stop {
#define X(id, name, words) id,
    LOAD_STOPS(X)
#undef X
        LOAD_STOP_COUNT
};

const char *load_stop_name(enum load_stop stop);
const char *load_stop_words(enum load_stop stop);

struct load_generator_figures {
    bool limited;
    char why[LOAD_EVIDENCE_SIZE]; /* in words; also when it is healthy */
    double lag_p99_ms;            /* of a timer of its own; NaN before the first */
    double delay_p99_ms;          /* of starts against when they were due; 0 for none */
    double late_ratio;            /* starts more than 1 ms late */
    uint64_t starved; /* connections that this machine had nothing left for */
    double cpu_ratio; /* of one core, of the busiest worker's share */
    double rss_bytes; /* of all workers, the largest ever */
    double hidden_s;  /* omission: p99 of what users wait less that of the server */
};

struct load_judgement {
    enum verdict verdict;
    char reason[2 * LOAD_EVIDENCE_SIZE]; /* safe to show */
    struct load_generator_figures generator;
};

/* `detail` says more of a stop: which worker, which error; "" for nothing. */
void load_judge(
    const struct load_course *course, enum load_stop stop, const char *detail,
    struct load_judgement *judgement);
