/* The course of a load run: what all generators reported, second by second, held
 * against its gates and rules. The memory is the same for any length of run. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "core/gate_watch.h"
#include "core/load_report.h"
#include "core/load_rules.h"
#include "core/scenario.h"

enum { LOAD_MOMENTS_MAX = 3600 }; /* when they are full, two neighbours become one */

/* A second of the run, or several. */
struct load_moment {
    uint32_t at_s, span_s; /* from the start of the run */
    double level;          /* users, or starts per second, as wanted */
    uint64_t users, in_flight;
    uint64_t wanted, sent, done, failed;
    double p50_ms, p95_ms, p99_ms, max_ms; /* what users wait; NaN without an answer */
    double memory_bytes, queue_depth; /* of the target; NaN where nobody measures */
};

/* What the instruments say of the target; NaN where nobody measures. */
struct load_around {
    double memory_bytes, queue_depth;
};

/* What became of requests: single ones, polls included, and what their users waited. */
struct load_sum {
    uint64_t requests, failures; /* ended; jobs that failed or got lost are failures */
    struct histogram wait; /* to the answer, or to the end of the job that it named */
};

struct load_course {
    const struct scenario *scenario;  /* borrowed */
    struct load_report total, second; /* `second` is in the making */
    struct load_sum now, all; /* of the last whole second, and of the whole run */
    struct gate_watch gates[GATES_MAX], aborts[GATES_MAX];
    struct load_rules rules;
    struct load_around around;
    uint32_t seconds, moment_s;
    uint32_t moment_count;
    struct load_moment moments[LOAD_MOMENTS_MAX];
};

struct load_course *load_course_new(const struct scenario *scenario);
void load_course_free(struct load_course *course);

/* Of all generators, for a part of a second. */
void load_course_on_report(
    struct load_course *course, const struct load_report *report);

/* The second is over: judges it. */
void load_course_on_second(struct load_course *course);

/* The condition of abort_on that holds now, or NULL. */
const struct gate_watch *load_course_abort(const struct load_course *course);

/* How long requests were sent, in seconds:
 * without the time that answers were waited for at the end. */
double load_course_span_s(const struct load_course *course);

/* The sum over one task and its polls, or over all for LOAD_TASKS_MAX. */
void load_course_sum(
    const struct load_course *course, const struct load_report *report, uint32_t task,
    struct load_sum *sum);
