/* One look at a target, written down. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/buffer.h"
#include "core/state.h"
#include "core/target.h"
#include "report/status_judge.h"

enum { STATUS_BYTES_MAX = 512 * 1024 };

struct status_report {
    const struct state *state;                /* borrowed */
    const struct target *target;              /* borrowed */
    const struct status_judgement *judgement; /* borrowed */
    uint64_t now_ns;                          /* of the session of the state */
    int64_t wall_ms;
    bool color; /* of text */
};

void status_report_text(const struct status_report *report, struct buffer *to);

/* One object: verdict, health, red, redis, queue, split, errors and parts, each with
 * its age_ms; null for what is not there, never a zero. */
void status_report_json(const struct status_report *report, struct buffer *to);
