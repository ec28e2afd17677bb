/* Something that was started and ends: a smoke test now, load and chaos later. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "core/state_sizes.h"
#include "core/verdict.h"

enum run_kind {
    RUN_SMOKE,
    RUN_LOAD,
    RUN_CHAOS,
    RUN_CANARY,
    RUN_PREFLIGHT,
    RUN_KIND_COUNT
};

struct run {
    uint8_t id[16];
    uint8_t kind; /* enum run_kind */
    bool active;
    uint8_t verdict; /* enum verdict; only when not active */
    uint16_t passed, failed, inconclusive, flaky, total;
    uint64_t started_ns, ended_ns;
    char title[STATE_NAME_SIZE];
    char words[STATE_DETAIL_SIZE];
};

const char *run_kind_name(enum run_kind kind);
