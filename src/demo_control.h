/* How another terminal speaks to a running demo: one line there, an answer back, over a
 * socket that only its owner may use. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>

#include "base/buffer.h"
#include "base/error.h"
#include "demo_plan.h"

struct demo_control;
struct demo_stack;
struct loop;

enum {
    DEMO_CONTROL_LINE_SIZE = 128,
    DEMO_CONTROL_CLIENTS_MAX = 8,
    DEMO_CONTROL_ANSWER_MAX = 16 * 1024,
    DEMO_CONTROL_TIMEOUT_S = 10,
};

/* Listens on control.sock in the demo's folder. */
struct demo_control *demo_control_new(
    struct loop *loop, const struct demo_place *place, struct demo_stack *stack,
    struct error *err);
void demo_control_free(struct demo_control *control);

/* The other side: asks the demo with that name and waits for its answer. False with the
 * demo's own words in `err` when it refuses. */
bool demo_control_ask(
    const char *name, const char *line, struct buffer *answer, struct error *err);
