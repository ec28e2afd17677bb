/* The last so many seconds of a load run: what comes in counts, what is older is gone.
 * The memory is the same for any length of run and of window. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "core/gate.h"

struct gate_window;

enum {
    GATE_WINDOW_SLICES = 60
}; /* a longer window moves on in steps of its 60th part */

/* `window_s` is from 1 to GATE_WINDOW_MOST_S. */
struct gate_window *gate_window_new(uint32_t window_s);
void gate_window_free(struct gate_window *window);

/* One more second. */
void gate_window_add(struct gate_window *window, const struct gate_figures *second);

/* Whether a whole window has been seen. */
bool gate_window_is_full(const struct gate_window *window);

/* What is in it; borrowed until the next second. Of the largest and the smallest
 * latency the step is known, which is 0.8 % wide. */
struct gate_figures gate_window_figures(const struct gate_window *window);
