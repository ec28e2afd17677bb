/* How a target is, from one look at it. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>

#include "core/exit_code.h"
#include "core/objective.h"
#include "core/state.h"
#include "core/verdict.h"

enum { STATUS_REASON_SIZE = 384 };

struct status_judgement {
    enum verdict verdict;
    enum exit_code code;
    bool whole;    /* everything was asked as often as it takes */
    bool degraded; /* something serves, but says that it is not well */
    char reason[STATUS_REASON_SIZE]; /* names what is wrong; sanitised */
    struct objectives objectives;    /* how the requests fared */
};

struct status_rules {
    bool cut_short; /* the look ended before everything was asked often enough */
    bool fail_on_degraded, fail_on_inconclusive;
    bool wants_evidence; /* watched for long enough: not green without requests */
    uint64_t now_ns;     /* for the age of what is judged */
};

/* The look is over: who was asked and has not answered is silent from now on, and who
 * was never asked says so. */
void status_settle(struct state *state, uint64_t now_ns);

/* The agent was asked and never reached: ERROR. A configured part is bad or silent, or
 * an objective is missed by more than chance: FAIL. Nothing was asked, something is not
 * known, or the look was cut short: INCONCLUSIVE. What too few requests cannot tell is
 * named, and changes nothing unless evidence is wanted. The rules may turn what is
 * degraded and what is inconclusive into failures. */
struct status_judgement status_judge(
    const struct state *state, const struct status_rules *rules);

/* The worst part of a kind, of one track or,
 * with STATE_TRACK_NONE, of all; NULL when there is none. */
const struct part *status_worst(
    const struct state *state, enum part_kind kind, uint8_t track);

/* How it is, in a word: "not asked" for what nobody asked, "n/a" for NULL. */
const char *status_word(const struct part *part);
