/* The course of a load run as the screens know it: each second anew. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include "core/load_course.h"
#include "core/load_status.h"

/* Answers within this time satisfy; up to four times as long they are tolerated
 * (https://en.wikipedia.org/wiki/Apdex). */
#define LOAD_APDEX_MS 500.0

/* Right after load_course_on_second(). Fills in what was measured: time, users, rates,
 * latencies, answers, gates and rules, the generator, and this run's side of the
 * comparison. `status` is that of the second before, or begun with load_status_init();
 * phase, names and the run before are the caller's. The bytes that came in are the mean
 * over the run. */
void load_shown_fill(const struct load_course *course, struct load_status *status);
