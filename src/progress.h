/* One line about what is done just now, on a terminal's stderr: redrawn as time goes
 * by, gone before anything else is said. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdint.h>

#include "core/state_sizes.h"
#include "invocation.h"

struct loop;
struct loop_timer;

struct progress {
    struct loop *loop; /* borrowed */
    struct loop_timer *timer;
    bool possible; /* stderr is a terminal that can, and --quiet was not given */
    bool shown;
    uint64_t since_ns;
    char words[STATE_DETAIL_SIZE];
};

void progress_init(
    struct progress *progress, struct loop *loop, const struct invocation *invocation);

/* Shows `words`, which are safe to show, and for how long it has lasted. */
void progress_say(struct progress *progress, const char *words);

/* Shows `words`, which are safe to show, until the next ones. */
void progress_show(struct progress *progress, const char *words);

/* Wipes the line; it comes back with the next words. */
void progress_wipe(struct progress *progress);
