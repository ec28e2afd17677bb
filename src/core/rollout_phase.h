/* Where a rollout stands, and why it stands still.
 *
 *   PREFLIGHT ─► DEPLOYING ─► SMOKE ─► RAISING ─► WATCHING ─► RAISING ... ─►
 *   FINALIZING ─► DONE
 *   WATCHING ◄─► HOLD     any of DEPLOYING to FINALIZING ─► ROLLING_BACK ─► ROLLED_BACK
 *   DONE, within the time that the version before is kept ─► ROLLING_BACK
 *   ROLLING_BACK that cannot be verified ─► STRANDED: a person has to look
 */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>

/* clang-format off */
#define ROLLOUT_PHASES(X) \
    X(ROLLOUT_IDLE,         "idle"),         /* none was started, or the preflight refused */ \
    X(ROLLOUT_PREFLIGHT,    "preflight"), \
    X(ROLLOUT_DEPLOYING,    "deploying"),    /* instances of the version are made, at weight 0 */ \
    X(ROLLOUT_SMOKE,        "smoke"),        /* the checks run against the canary itself */ \
    X(ROLLOUT_RAISING,      "raising"),      /* the weight of a step is set and read back */ \
    X(ROLLOUT_WATCHING,     "watching"),     /* evidence is gathered at that weight */ \
    X(ROLLOUT_HOLD,         "hold"), \
    X(ROLLOUT_FINALIZING,   "finalizing"),   /* all traffic is on it: stable becomes it */ \
    X(ROLLOUT_DONE,         "done"), \
    X(ROLLOUT_ROLLING_BACK, "rolling back"), \
    X(ROLLOUT_ROLLED_BACK,  "rolled back"), \
    X(ROLLOUT_STRANDED,     "stranded")      /* going back could not be verified */

#define ROLLOUT_HOLDS(X) \
    X(ROLLOUT_NOT_HELD,     ""), \
    X(ROLLOUT_HELD_PERSON,  "operator"), \
    X(ROLLOUT_HELD_TIME,    "inconclusive"), /* the time of the step is over */ \
    X(ROLLOUT_HELD_BLIND,   "blind"),        /* no data, or old or contradictory data */ \
    X(ROLLOUT_HELD_SPLIT,   "split"),        /* the traffic is not divided as asked */ \
    X(ROLLOUT_HELD_DRIFT,   "drift"),        /* somebody else changed the router */ \
    X(ROLLOUT_HELD_AROUND,  "environment"),  /* stable itself is not well */ \
    X(ROLLOUT_HELD_CRASH,   "interrupted"),  /* the controller was away */ \
    X(ROLLOUT_HELD_ROUTER,  "router"),       /* the weight could not be set */ \
    X(ROLLOUT_HELD_JOURNAL, "journal"),      /* what is done could not be written down */ \
    X(ROLLOUT_HELD_DEPLOY,  "deploy")        /* stable could not be given the version */
/* clang-format on */

enum rollout_phase {
#define X(id, name) id
    ROLLOUT_PHASES(X),
#undef X
    ROLLOUT_PHASE_COUNT
};

enum rollout_hold {
#define X(id, name) id
    ROLLOUT_HOLDS(X),
#undef X
    ROLLOUT_HOLD_COUNT
};

const char *rollout_phase_name(enum rollout_phase phase);
const char *rollout_hold_name(enum rollout_hold hold);
/* Whether it goes on without anybody when its cause has passed. */
bool rollout_hold_ends_by_itself(enum rollout_hold hold);
