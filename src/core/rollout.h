/* A rollout as a state machine: what happened goes in, what is to be done comes out.
 * rollout_phase.h has its diagram. It goes up along the declared steps alone, and never
 * again once it is going back; every transition has a version, which only rises. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include "core/rollout_effect.h"
#include "core/rollout_order.h"
#include "core/rollout_plan.h"
#include "core/rollout_sight.h"
#include "core/verdict.h"

struct rollout {
    struct rollout_plan plan;
    enum rollout_phase phase;
    enum rollout_hold hold;
    enum rollout_phase held_at;    /* HOLD: where it goes on; going back: from where */
    uint32_t step;                 /* of plan.steps; the one under way, or the next */
    uint32_t wanted_bp, before_bp; /* the weight that was asked for last, and before */
    uint64_t version;
    uint64_t taken_version, taken_ns; /* since it is its holder's, in this process */
    bool ended;
    bool has_begun;        /* a weight was asked for */
    bool setting;          /* a weight was asked for and is not read back yet */
    bool unsure;           /* it never was: it may be that one, or the one before */
    bool drifted;          /* the router says otherwise: it is left alone */
    bool finalizing;       /* stable may have been given the version */
    bool releasing;        /* stable has the version: traffic goes to it */
    bool restoring;        /* going back: stable is to be seen as the version before */
    bool unrestored;       /* it could not be */
    uint64_t unwritten_ns; /* since when what is done cannot be written down */
    uint32_t failures;
    uint64_t fresh_since_ns;       /* evidence from before does not count */
    uint64_t clock_ns, clocked_ns; /* time in the step, with data; counted until then */
    uint64_t blind_ns;             /* without data, since then */
    uint64_t back_ns, done_ns;
    struct rollout_sight sight;
    struct rollout_reading reading;
    char reason[ROLLOUT_WORDS_SIZE]; /* of the last transition */
    char actor[STATE_ACTOR_SIZE];    /* whose it was; "auto" for none */
};

#define ROLLOUT_BACK_MAX_NS (30 * UINT64_C(1000000000)) /* then a person is called */

struct rollout_effect rollout_begin(
    struct rollout *rollout, const struct rollout_plan *plan, uint64_t now_ns);

/* The ends of what was to be done; `words` say why not. */
struct rollout_effect rollout_on_checked(
    struct rollout *rollout, bool ok, const char *words, uint64_t now_ns);
struct rollout_effect rollout_on_deployed(
    struct rollout *rollout, bool ok, const char *words, uint64_t now_ns);
struct rollout_effect rollout_on_smoked(
    struct rollout *rollout, enum verdict verdict, const char *words, uint64_t now_ns);
struct rollout_effect rollout_on_set(
    struct rollout *rollout, enum rollout_set how, const char *words, uint64_t now_ns);

/* Each second, and when it is news. */
struct rollout_effect rollout_on_reading(
    struct rollout *rollout, const struct rollout_reading *reading, uint64_t now_ns);
struct rollout_effect rollout_on_sight(
    struct rollout *rollout, const struct rollout_sight *sight, uint64_t now_ns);
/* A row was not written, nor done what it meant: nothing goes forward. And one was. */
struct rollout_effect rollout_on_unwritten(
    struct rollout *rollout, const struct rollout_effect *meant, const char *words,
    uint64_t now_ns);
void rollout_on_written(struct rollout *rollout);
/* What was to be raised is not: the router has not been told. */
void rollout_recall(struct rollout *rollout);

/* A person's order, and what is answered. */
struct rollout_effect rollout_on_order(
    struct rollout *rollout, const struct rollout_order *order, uint64_t now_ns,
    struct rollout_answer *answer);

/* Whose the last transition was; "" when it was made by itself. */
const char *rollout_person(const struct rollout *rollout);

/* Whether a leased weight is to be kept alive. */
bool rollout_keeps_weight(const struct rollout *rollout, uint64_t now_ns);
