/* The cockpit's screens over an invented service that never rests: a program for a
 * display, without network. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "core/event.h"
#include "ui/restore.h"

struct player_options {
    struct restore *restore;
    const char *theme, *color; /* NULL for none */
    uint32_t past_s;           /* how much has been seen when it starts */
};

/* The events of the last `past_s` seconds before `now_ns`, in order. */
typedef void (*player_sink_fn)(void *owner, const struct event *event);
void player_past(uint64_t now_ns, uint32_t past_s, player_sink_fn sink, void *owner);

/* Until q or a signal; returns the exit code and prints what asked for it. */
int player_run(const struct player_options *options);
