/* A rollout in each of the states that its screen has to tell apart. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include "core/model.h"

enum fixture_rollout {
    ROLLOUT_AT_DEPLOY,    /* before the first step */
    ROLLOUT_AT_STEP,      /* the second step is watched; evidence comes in */
    ROLLOUT_HARMFUL,      /* most of what it takes to roll back is there */
    ROLLOUT_BLIND,        /* held: no data any more */
    ROLLOUT_SPLIT,        /* held: the traffic is not divided as asked */
    ROLLOUT_DRIFTED,      /* held: somebody else changed the router */
    ROLLOUT_UNDECIDED,    /* held: the time of the step is over */
    ROLLOUT_TURNED_BACK,  /* rolled back, and that was verified */
    ROLLOUT_REFUSED,      /* its preflight did not let it begin */
    ROLLOUT_UNDEPLOYED,   /* rolled back: no instance of it came up */
    ROLLOUT_UNSOUND,      /* rolled back: its smoke test failed */
    ROLLOUT_UNDONE,       /* rolled back after it was promoted */
    ROLLOUT_NEEDS_PERSON, /* going back could not be verified */
    ROLLOUT_PROMOTED,     /* done; it can be undone for a while */
    ROLLOUT_ORPHANED,     /* its controller went away half a minute ago */
    ROLLOUT_MUTE,         /* its controller says nothing any more */
    FIXTURE_ROLLOUTS
};

const char *fixture_rollout_name(enum fixture_rollout kind);

/* The minutes before, of one that was watched: what it showed as its trend. */
void fixture_rollout_recall(
    struct model *model, enum fixture_rollout kind, uint64_t at_ns);

/* As it is at `at_ns`, for a state whose wall clock goes as the fixtures' do. */
struct rollout_status fixture_rollout(enum fixture_rollout kind, uint64_t at_ns);
