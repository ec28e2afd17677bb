/* Load runs one after the other, each decided by what the ones before found: the search
 * for the knee, throughput against workers. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "core/load_outcome.h"
#include "invocation.h"
#include "load_wish.h"

struct loop;

/* What one step found. */
struct load_step {
    double level; /* starts a second, or workers of the target */
    enum verdict verdict;
    /* The worst of all gates alone; one that only a slow generator may have broken says
     * nothing. */
    enum verdict gates;
    enum load_stop stop;
    bool limited; /* by the generator, not by the target */
    bool missed;  /* starts that were due never happened */
    double rps, p95_ms, error_ratio;
    double work_s; /* what users wanted, done in a second: jobs, not their polls */
    char reason[2 * LOAD_EVIDENCE_SIZE];
};

enum { LOAD_STEPS_MAX = 32 };

struct load_steps_options {
    const struct invocation *invocation; /* borrowed, as all */
    const struct target *target;
    const struct redactor *redactor;
    const struct scenario *scenario; /* of the next step; may change between them */
    uint32_t workers;
    double level; /* of the first step */
    /* Before a step: false, with `err` set, when it cannot begin. NULL: it can. */
    bool (*prepare)(void *owner, double level, struct error *err);
    /* What comes next: false for nothing. */
    bool (*next)(void *owner, const struct load_step *found, double *level);
    void *owner;
};

struct load_steps {
    uint32_t count;
    struct load_step items[LOAD_STEPS_MAX];
    int signal_code;  /* of a signal that came; 0 for none */
    struct error err; /* why a step could not be run; ERROR_NONE */
};

/* Runs them all on a loop of its own. */
void load_steps_run(const struct load_steps_options *options, struct load_steps *steps);
