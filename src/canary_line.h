/* A line to a controller that may be away for a moment:
 * dials again until patience ends. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "actions/rollout_link.h"

struct canary_line;

/* None runs inside a call; each may free the line. */
struct canary_line_options {
    const char *path;     /* borrowed until it is freed */
    uint64_t patience_ns; /* with a controller that is not there; 0: one try */
    bool asks_once;       /* one try, too, for one that was never heard */
    void (*on_status)(void *owner, const struct rollout_status *status);
    void (*on_answer)(
        void *owner, const struct rollout_answer *answer, const struct error *why);
    /* The last one: nobody has answered for so long. */
    void (*on_gone)(void *owner, const struct error *why);
    void *owner;
};

struct canary_line *canary_line_new(
    struct loop *loop, const struct canary_line_options *options);
void canary_line_free(struct canary_line *line);

/* False when it cannot be sent now. */
bool canary_line_order(struct canary_line *line, const struct rollout_order *order);
