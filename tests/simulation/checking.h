/* What a checker has come to after so many lines of a log. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>

#include "simulation/log_line.h"
#include "simulation/rollout_checker.h"

enum {
    STEPS_MAX = 16,
    ALL_BP = 10000,
    LATE_MS = 4000, /* how long it may take to see something */
};

/* One line, and what all lines before it have come to. */
struct checking {
    struct checker_findings *findings;
    struct log_line line;
    /* the plan */
    long hold_ms, max_ms, stale_ms;
    double budget;
    long steps[STEPS_MAX];
    int step_count;
    /* the controller */
    long epoch, newest_epoch;
    bool runs, is_deposed; /* deposed: somebody has taken its place */
    long started_ms;
    bool has_looked, has_to_hold, was_restarted;
    /* what is written down */
    char phase[LOG_VALUE_SIZE];
    char op[LOG_VALUE_SIZE]; /* of the last intent */
    long op_bp, op_epoch;
    long asked_bp, before_bp; /* the weight that holds, and the one before it */
    int step;                 /* of the last weight that was meant; -1 before */
    bool step_is_read;
    bool goes_back, was_refused, is_unsure;
    bool is_silent;             /* it goes back, and that is not written down */
    long refused_ms;            /* when the disk took nothing last */
    bool was_done, is_replaced; /* promoted; stable was given the version */
    /* what was seen */
    bool drifted;
    long clock_ms, patience_ms; /* watched: of this weight, and since a person spoke */
    long seen_ms, age_ms, blind_since_ms;
    double canary_units; /* since the controller began */
    bool was_blind;      /* a beat ago */
    bool is_sighted;     /* when the weight was meant */
    bool smoke_passed;
};

/* Of the line at hand. */
long checking_number(const struct checking *checking, const char *key);
bool checking_says(
    const struct checking *checking, const char *key, const char *wanted);

/* Or the rule is broken, by this line. */
void checking_require(
    struct checking *checking, bool holds, enum checker_rule rule, const char *why);
/* That it is the controller who acts. */
void checking_check_epoch(struct checking *checking);

/* Whether that was the last intent; and which step that weight is, -1 for none. */
bool checking_is_op(const struct checking *checking, const char *op);
int checking_step_of(const struct checking *checking, long weight_bp);

/* A transition was written down. */
void checking_take_commit(struct checking *checking);
