/* A demo's stack as a child of this process: it ends when this one does. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>

#include "base/buffer.h"
#include "base/error.h"
#include "demo_plan.h"

struct demo_child;

enum { DEMO_CHILD_START_S = 60, DEMO_CHILD_STOP_S = 10 };

/* Starts it with these further arguments (NULL at the end) and waits until everything
 * is up. NULL, with everything gone again, when it could not be started or a signal
 * came: then `signal` is its number, else 0. */
struct demo_child *demo_child_start(
    const char *program, const char *const *arguments, int *signal, struct error *err);

/* The target's name, and what the stack said of itself. */
const char *demo_child_name(const struct demo_child *child);
const char *demo_child_description(struct demo_child *child);

/* Runs a command with its output on ours and returns its exit code; 128 + number when a
 * signal to this process ended it. */
int demo_child_run(struct demo_child *child, const char *const *arguments);

/* Lets time pass; false when a signal came. */
bool demo_child_wait(struct demo_child *child, uint64_t duration_ns, int *signal);

/* Stops the stack and waits until it is gone. */
void demo_child_free(struct demo_child *child);
