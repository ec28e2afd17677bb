/* SPDX-License-Identifier: MIT */
#include "core/load_course.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/units.h"

#define MS_PER_US    1e-3
#define LEVEL_STANDS 0.01 /* users that are still to come, as a share, at most */

struct load_course *load_course_new(const struct scenario *scenario) {
    struct load_course *course = memory_new(sizeof *course);
    course->scenario = scenario;
    course->moment_s = 1;
    course->around.memory_bytes = course->around.queue_depth = (double)NAN;
    load_rules_init(&course->rules);
    for (uint32_t i = 0; i < scenario->gate_count; i++) {
        gate_watch_init(&course->gates[i], &scenario->gates[i]);
    }
    for (uint32_t i = 0; i < scenario->abort_count; i++) {
        gate_watch_init(&course->aborts[i], &scenario->aborts[i]);
    }
    return course;
}

void load_course_free(struct load_course *course) {
    if (!course) return;
    for (uint32_t i = 0; i < GATES_MAX; i++) {
        gate_watch_clear(&course->gates[i]);
        gate_watch_clear(&course->aborts[i]);
    }
    free(course);
}

void load_course_on_report(
    struct load_course *course, const struct load_report *report) {
    load_report_follow(&course->second, report);
    load_report_follow(&course->total, report);
}

static void add_row(struct load_sum *sum, const struct load_row *row) {
    sum->requests += row->done;
    sum->failures += load_row_failed(row) + row->jobs_bad + row->jobs_lost;
}

/* A request that named a job is answered when the job is: the 202 before it is none. */
static void add_task(
    struct load_sum *sum, const struct load_report *report, uint32_t task,
    uint32_t task_count) {
    const struct load_row *row = &report->rows[task];
    uint32_t polls = task_count + task;
    if (task >= report->row_count) return;
    add_row(sum, row);
    histogram_merge(&sum->wait, row->job.count > 0 ? &row->job : &row->response);
    if (polls < report->row_count) add_row(sum, &report->rows[polls]);
}

void load_course_sum(
    const struct load_course *course, const struct load_report *report, uint32_t task,
    struct load_sum *sum) {
    uint32_t count = course->scenario->plan.task_count;
    memset(sum, 0, sizeof *sum);
    for (uint32_t i = 0; i < count; i++) {
        if (task == LOAD_TASKS_MAX || i == task) add_task(sum, report, i, count);
    }
}

static uint32_t task_of(const struct load_course *course, const struct gate *gate) {
    const struct load_plan *plan = &course->scenario->plan;
    for (uint32_t i = 0; i < plan->task_count && gate->task[0]; i++) {
        if (strcmp(plan->tasks[i].name, gate->task) == 0) return i;
    }
    return LOAD_TASKS_MAX;
}

static double seconds_of(const struct load_report *report) {
    return (double)(report->end_ns - report->start_ns) / (double)NS_PER_S;
}

double load_course_span_s(const struct load_course *course) {
    double whole = seconds_of(&course->total);
    double planned = (double)course->scenario->plan.run_time_ns / (double)NS_PER_S;
    return planned > 0 && whole > planned ? planned : whole;
}

static struct gate_figures figures_of(const struct load_sum *sum, double seconds) {
    return (struct gate_figures){
        .latency = &sum->wait,
        .requests = sum->requests,
        .failures = sum->failures,
        .seconds = seconds,
    };
}

static void watch_gate(
    const struct load_course *course, struct gate_watch *watch, bool ramping) {
    uint32_t task = task_of(course, &watch->gate);
    bool whole = task == LOAD_TASKS_MAX;
    struct load_sum *sums = whole ? NULL : memory_new_array(2, sizeof *sums);
    if (sums) {
        load_course_sum(course, &course->second, task, &sums[0]);
        load_course_sum(course, &course->total, task, &sums[1]);
    }
    const struct gate_figures second =
        figures_of(sums ? &sums[0] : &course->now, seconds_of(&course->second));
    const struct gate_figures total =
        figures_of(sums ? &sums[1] : &course->all, load_course_span_s(course));
    gate_watch_on_second(watch, &second, &total, ramping);
    free(sums);
}

static double quantile_ms(const struct histogram *histogram, double quantile) {
    return histogram_quantile(histogram, quantile) * MS_PER_US;
}

static double level_of(const struct load_report *report) {
    return (double)report->gauges.level_milli / 1000;
}

static struct load_moment moment_of(const struct load_course *course) {
    const struct load_report *second = &course->second;
    struct load_moment moment = {
        .at_s = course->seconds,
        .span_s = 1,
        .level = level_of(second),
        .users = second->gauges.users,
        .in_flight = second->gauges.in_flight + second->gauges.waiting,
        .done = course->now.requests,
        .failed = course->now.failures,
        .p50_ms = quantile_ms(&course->now.wait, 0.5),
        .p95_ms = quantile_ms(&course->now.wait, 0.95),
        .p99_ms = quantile_ms(&course->now.wait, 0.99),
        .max_ms = quantile_ms(&course->now.wait, 1),
        .memory_bytes = course->around.memory_bytes,
        .queue_depth = course->around.queue_depth,
    };
    for (uint32_t i = 0; i < second->row_count; i++) {
        moment.wanted += second->rows[i].wanted;
        moment.sent += second->rows[i].sent;
    }
    return moment;
}

static struct load_moment join(
    const struct load_moment *a, const struct load_moment *b) {
    struct load_moment both = *b;
    both.at_s = a->at_s;
    both.span_s += a->span_s;
    both.wanted += a->wanted;
    both.sent += a->sent;
    both.done += a->done;
    both.failed += a->failed;
    /* Of percentiles the worse one: what was seen is not to get lost. */
    both.p50_ms = fmax(a->p50_ms, b->p50_ms);
    both.p95_ms = fmax(a->p95_ms, b->p95_ms);
    both.p99_ms = fmax(a->p99_ms, b->p99_ms);
    both.max_ms = fmax(a->max_ms, b->max_ms);
    return both;
}

static void keep_moment(struct load_course *course, const struct load_moment *moment) {
    struct load_moment *moments = course->moments;
    if (course->moment_count == LOAD_MOMENTS_MAX) {
        for (size_t i = 0; i < LOAD_MOMENTS_MAX / 2; i++) {
            moments[i] = join(&moments[2 * i], &moments[2 * i + 1]);
        }
        course->moment_count = LOAD_MOMENTS_MAX / 2;
        course->moment_s *= 2;
    }
    uint32_t count = course->moment_count;
    if (count > 0 && moments[count - 1].span_s < course->moment_s) {
        moments[count - 1] = join(&moments[count - 1], moment);
        return;
    }
    moments[course->moment_count++] = *moment;
}

/* Users that are still to come, a level that is not the one of the second before, or
 * none at all: while answers are waited for at the end, queues only fall. */
static bool is_ramping(
    const struct load_course *course, const struct load_moment *moment) {
    bool users = course->scenario->plan.model == LOAD_USERS;
    double wanted = moment->level * (1 - LEVEL_STANDS);
    if (!(moment->level > 0)) return true;
    if (users && (double)moment->users < wanted) return true;
    if (course->moment_count == 0) return false;
    double before = course->moments[course->moment_count - 1].level;
    return fabs(moment->level - before) > LEVEL_STANDS * fmax(moment->level, before);
}

static void judge_rules(
    struct load_course *course, const struct load_moment *moment, bool ramping) {
    bool users = course->scenario->plan.model == LOAD_USERS;
    double queue = moment->queue_depth;
    const struct load_rule_second second = {
        .load = users ? (double)moment->users : (double)moment->wanted,
        .p95_ms = moment->p95_ms,
        .memory_bytes = moment->memory_bytes,
        /* Users wait in no queue that grows: there are only so many of them. */
        .queue_depth = isnan(queue) && !users ? (double)moment->in_flight : queue,
        .requests = moment->done,
        .failures = moment->failed,
        .ramping = ramping,
    };
    load_rules_on_second(&course->rules, &second);
}

void load_course_on_second(struct load_course *course) {
    load_course_sum(course, &course->second, LOAD_TASKS_MAX, &course->now);
    load_course_sum(course, &course->total, LOAD_TASKS_MAX, &course->all);
    const struct load_moment moment = moment_of(course);
    bool ramping = is_ramping(course, &moment);
    for (uint32_t i = 0; i < course->scenario->gate_count; i++) {
        watch_gate(course, &course->gates[i], ramping);
    }
    for (uint32_t i = 0; i < course->scenario->abort_count; i++) {
        watch_gate(course, &course->aborts[i], ramping);
    }
    judge_rules(course, &moment, ramping);
    keep_moment(course, &moment);
    course->seconds++;
    load_report_next(&course->second);
}

const struct gate_watch *load_course_abort(const struct load_course *course) {
    for (uint32_t i = 0; i < course->scenario->abort_count; i++) {
        if (course->aborts[i].now.verdict == VERDICT_PASS) return &course->aborts[i];
    }
    return NULL;
}
