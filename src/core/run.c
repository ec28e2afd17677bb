/* SPDX-License-Identifier: MIT */
#include "core/run.h"

const char *run_kind_name(enum run_kind kind) {
    static const char *const names[RUN_KIND_COUNT] = {
        [RUN_SMOKE] = "smoke",   [RUN_LOAD] = "load",           [RUN_CHAOS] = "chaos",
        [RUN_CANARY] = "canary", [RUN_PREFLIGHT] = "preflight",
    };
    return names[kind];
}
