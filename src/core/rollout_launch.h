/* What a rollout's controller is told on its stdin when it is started. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/redact.h"
#include "core/record.h"
#include "core/rollout_plan.h"
#include "core/target.h"

enum rollout_launch_kind {
    ROLLOUT_LAUNCH_BEGIN,    /* the plan; refused while one of the target is open */
    ROLLOUT_LAUNCH_RESUME,   /* the open one of the target, whose controller is gone */
    ROLLOUT_LAUNCH_TAKEOVER, /* the open one, whatever holds its lock */
    ROLLOUT_LAUNCH_COUNT
};

enum { ROLLOUT_LAUNCH_FRAME = 0x4c52 };

/* What nobody may read in what the controller writes down or tells. */
struct rollout_secret {
    char words[REDACT_SECRET_SIZE + 1];
};

/* One frame; the answer comes on stdout, as an EVENT_ANSWER. */
struct rollout_launch {
    uint32_t kind;  /* enum rollout_launch_kind */
    uint64_t epoch; /* TAKEOVER: whose lock is meant; 0 for whoever has it */
    /* Of an open rollout only the target, the holder,
     * the host and the reason are read. */
    struct rollout_plan plan;
    struct target target; /* with its secrets */
    uint32_t secret_count;
    struct rollout_secret secrets[REDACT_SECRETS_MAX]; /* as the redactor knows them */
    char config[TARGET_FILE_SIZE]; /* for the smoke test: --config; "" for none */
};

extern const struct record rollout_launch_record;
