/* The reports of several generators as those of one: interval by interval, each told
 * once all have sent theirs. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "core/load_report.h"

struct load_merge;

/* Borrowed, and large. */
typedef void (*load_merge_fn)(void *owner, const struct load_report *report);

struct load_merge *load_merge_new(load_merge_fn on_report, void *owner);
void load_merge_free(struct load_merge *merge);

/* Of one of them. What is too late for its interval counts to the next that is told: no
 * request is left out. */
void load_merge_add(struct load_merge *merge, const struct load_report *report);

/* Tells, in order, all intervals up to that one: nobody will add to them any more. */
void load_merge_tell(struct load_merge *merge, uint64_t sequence);

/* Tells the rest. */
void load_merge_finish(struct load_merge *merge);
