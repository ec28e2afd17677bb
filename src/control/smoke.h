/* The smoke test against one instance of the canary: the program's own, as a child. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include "control/errand.h"
#include "core/rollout_launch.h"

/* `url`: of the instance. The exit code is that of `flightdeck smoke`. */
struct errand *smoke_start(
    struct loop *loop, const struct rollout_launch *launch, const char *url,
    errand_done_fn on_done, void *owner);
