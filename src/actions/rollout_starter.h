/* Starts the controller of a rollout, which lives on without us, and hears whether it
 * holds the target or who else does. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <sys/types.h>

#include "base/error.h"
#include "core/rollout_launch.h"
#include "core/rollout_order.h"

struct rollout_starter;
struct loop;

enum { ROLLOUT_STARTER_S = 15, ROLLOUT_STARTER_ARGS_MAX = 16 };

/* Once, not inside the call that starts. `answer` is NULL when none came,
 * and `why` says what happened; it is not accepted when somebody
 * else holds the target, or when it cannot be: its words,
 * which are safe to show, say so. Accepted: its socket can be connected to. */
typedef void (*rollout_started_fn)(
    void *owner, const struct rollout_answer *answer, const struct error *why);

struct rollout_starter_options {
    const char *program;                 /* its path */
    const char *const *args;             /* NULL at the end; borrowed for the call */
    const struct rollout_launch *launch; /* borrowed for the call */
    rollout_started_fn on_started;
    void *owner;
};

struct rollout_starter *rollout_starter_new(
    struct loop *loop, const struct rollout_starter_options *options,
    struct error *err);

/* A controller that was accepted goes on; another one is ended. NULL is fine. */
void rollout_starter_free(struct rollout_starter *starter);

pid_t rollout_starter_pid(const struct rollout_starter *starter); /* 0: it has ended */
