/* The command that makes the instances of a track another version. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include "control/errand.h"
#include "core/metric.h"
#include "core/target_parts.h"

struct deploy_wish {
    enum track track;
    const char *version;
};

/* For DEPLOY_COMMAND. Whether the instances are there then is another question. */
struct errand *deploy_start(
    struct loop *loop, const struct target_deploy *deploy,
    const struct deploy_wish *wish, errand_done_fn on_done, void *owner);
