/* SIGINT, SIGTERM and SIGHUP as a wish to end: for commands that wait on a loop. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>

#include "core/exit_code.h"

struct loop;
struct loop_signal;

enum { STOP_SIGNALS = 3 };

/* `count` is how often the wish came: the second time, whatever tidies up gives up. */
typedef void (*stop_fn)(void *owner, unsigned count);

struct stop {
    struct loop_signal *watches[STOP_SIGNALS];
    stop_fn on_stop;
    void *owner;
    int signal; /* the first one that came, or 0 */
    unsigned count;
};

void stop_watch(struct stop *stop, struct loop *loop, stop_fn on_stop, void *owner);
void stop_forget(struct stop *stop);

/* 130 for SIGINT, 143 for the others; `otherwise` when none came. */
enum exit_code stop_code(const struct stop *stop, enum exit_code otherwise);
