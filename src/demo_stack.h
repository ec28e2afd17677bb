/* All parts of a demo, started in order, watched, and stopped together. It restarts
 * nothing by itself. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>

#include "base/buffer.h"
#include "base/error.h"
#include "demo_plan.h"

struct demo_stack;
struct loop;

enum { DEMO_PARTS_MAX = 32 };

struct demo_stack_handlers {
    void (*on_ready)(void *owner); /* everything is up and the target file is written */
    void (*on_failed)(void *owner, const struct error *why); /* while starting */
    void (*on_ended)(void *owner, const char *words);        /* a part died later on */
    void (*on_stopped)(
        void *owner); /* after demo_stack_stop(): nothing runs any more */
};

/* Begins to start the parts; `plan` is borrowed until it is freed. */
struct demo_stack *demo_stack_new(
    struct loop *loop, const struct demo_plan *plan,
    const struct demo_stack_handlers *handlers, void *owner);
void demo_stack_free(struct demo_stack *stack);

/* Stops all parts at once. */
void demo_stack_stop(struct demo_stack *stack);

/* From any terminal: one part by its name; a count of workers of one version, such as
 * "worker-canary". */
bool demo_stack_stop_part(
    struct demo_stack *stack, const char *name, struct error *err);
bool demo_stack_start_part(
    struct demo_stack *stack, const char *name, struct error *err);
bool demo_stack_scale_part(
    struct demo_stack *stack, const char *name, unsigned count, struct error *err);

/* One line per part: name, state, pid, and where it is reached. */
void demo_stack_describe(const struct demo_stack *stack, struct buffer *to);
