/* What a comparison of two versions came to, for pipelines: as text, JSON, JUnit and
 * Markdown. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include "base/buffer.h"
#include "core/decision.h"
#include "core/exit_code.h"
#include "core/trials.h"
#include "format.h"

struct canary_verdict {
    const char *target;
    const char *source; /* "log", "metrics" */
    const char *rule;
    const char *warning; /* "" for none */
    double seconds;
    struct trials stable, canary;
    double stable_age_s,
        canary_age_s; /* of the newest of each; NaN: nothing was seen */
    struct decision decision;
    enum exit_code code; /* 0 promote, 1 roll back, 4 hold */
};

enum { CANARY_VERDICT_BYTES_MAX = 16 * 1024 };

void canary_verdict_write(
    const struct canary_verdict *verdict, enum format format, struct buffer *to);
