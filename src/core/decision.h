/* What to do with the canary now, and why, in words: roll back on evidence of harm,
 * promote on evidence of safety, otherwise watch, and after a time ask a person.
 * Silence promotes nothing and, by itself, rolls nothing back. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "core/evidence.h"

/* clang-format off */
/*    id                     name */
#define DECISIONS(X) \
    X(DECISION_WATCH,        "watch"), \
    X(DECISION_PROMOTE,      "promote"), \
    X(DECISION_ROLL_BACK,    "roll back"), \
    X(DECISION_INCONCLUSIVE, "inconclusive"), /* hold: a person decides */ \
    X(DECISION_FREEZE,       "freeze")        /* hold until the cause has passed */

/*    id                  words: what needs no statistics, "rolled back because ..." */
#define CANARY_FAULTS(X) \
    X(CANARY_SOUND,       "nothing is wrong with the canary"), \
    X(CANARY_NOT_READY,   "no instance of the canary is ready"), \
    X(CANARY_CRASHES,     "the canary crashes again and again"), \
    X(CANARY_SMOKE,       "a smoke test against the canary failed"), \
    X(CANARY_UNREACHABLE, "the canary cannot be reached")

/*    id                   name */
#define FREEZES(X) \
    X(FREEZE_NONE,         "none"), \
    X(FREEZE_SPLIT,        "split"),        /* traffic is not divided as asked */ \
    X(FREEZE_ROUTER,       "router"),       /* its weight is not the one that was set */ \
    X(FREEZE_BLIND,        "blind"),        /* data is missing, old or contradicts itself */ \
    X(FREEZE_SURROUNDINGS, "environment")   /* stable itself fails more than usual */
/* clang-format on */

#define X(id, name) id
enum decision_kind { DECISIONS(X), DECISION_COUNT };
enum canary_fault { CANARY_FAULTS(X), CANARY_FAULT_COUNT };
enum freeze { FREEZES(X), FREEZE_COUNT };
#undef X

const char *decision_kind_name(enum decision_kind kind);
const char *canary_fault_words(enum canary_fault fault);
const char *freeze_name(enum freeze freeze);

struct decision_moment {
    uint64_t in_step_ms;  /* of the step's clock, which stands while it is frozen */
    uint64_t data_age_ms; /* of the oldest source that is needed */
    uint32_t weight_bp, next_bp; /* the weight, and the one after a promotion */
    enum canary_fault fault;
    uint64_t overdue; /* jobs of the canary that are open for longer than they should */
    bool is_ready, has_drifted, contradicts; /* ready: enough of it for next_bp */
};

enum { DECISION_WORDS_SIZE = 256 };

struct decision {
    enum decision_kind kind;
    enum freeze freeze;      /* of DECISION_FREEZE */
    enum harm_metric metric; /* the one with most to say about harm */
    bool is_material;        /* ... and whether it matters */
    double evidence, evidence_limit;
    double extra, allowed; /* share of failures that more traffic could add */
    uint64_t requests, requests_needed; /* of the canary; or PROMOTION_NEVER */
    uint64_t in_step, in_step_needed;   /* that ended in this step */
    double extra_in_step;               /* as it looks; NaN without data */
    uint64_t users, users_needed;       /* of the canary */
    uint64_t stable, stable_needed;     /* its requests that say what is slow */
    uint64_t measured, measured_needed; /* requests of the canary, by that */
    char why[DECISION_WORDS_SIZE]; /* of anything but WATCH; for that, why not yet */
};

/* Canary requests that are missing for a promotion; or PROMOTION_NEVER. */
uint64_t decision_missing(const struct decision *decision);

/* By the rules of the evidence. */
struct decision decision_make(
    const struct evidence *evidence, const struct decision_moment *moment);
