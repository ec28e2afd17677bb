/* SPDX-License-Identifier: MIT */
#include "load_steps.h"

#include <math.h>

#include "base/text.h"
#include "io/loop.h"
#include "load_look.h"
#include "load_run.h"
#include "operator.h"
#include "report/load_summary.h"
#include "stop.h"

enum { LINE_SIZE = 320 };

#define MS_PER_US 1e-3

struct stepping {
    const struct load_steps_options *options;
    struct load_steps *steps;
    struct loop *loop;
    struct stop stop;
    struct load_look *look;
    struct load_run *run;     /* of the step */
    struct loop_timer *going; /* the next step is due */
    double level;
    char user[STATE_NAME_SIZE];
};

static void on_next(void *owner, uint64_t now_ns);

static void on_stop(void *owner, unsigned count) {
    struct stepping *stepping = owner;
    (void)count;
    if (stepping->run) load_run_stop(stepping->run);
}

static struct load_around on_around(void *owner) {
    const struct stepping *stepping = owner;
    return load_look_around(stepping->look);
}

static void on_second(void *owner, const struct load_course *course) {
    const struct stepping *stepping = owner;
    char line[LINE_SIZE];
    struct text text = TEXT_IN(line);
    load_summary_line(course, &text);
    invocation_say(stepping->options->invocation, 0, "%s", line);
}

static void on_unrecorded(void *owner, const struct error *err) {
    const struct stepping *stepping = owner;
    struct error said;
    error_set(&said, err->code, "a step is not recorded: %s", err->message);
    invocation_fail(stepping->options->invocation, EXIT_CODE_OK, &said);
}

static bool is_missed(const struct load_outcome *outcome) {
    const struct load_report *total = &outcome->course->total;
    uint64_t dropped = total->gauges.waiting;
    for (uint32_t i = 0; i < total->row_count; i++) dropped += total->rows[i].dropped;
    return dropped > 0;
}

static enum verdict worst_gate(const struct load_course *course, bool limited) {
    enum verdict worst = VERDICT_PASS;
    for (uint32_t i = 0; i < course->scenario->gate_count; i++) {
        const struct gate_finding finding = gate_watch_finding(&course->gates[i]);
        bool errors = course->gates[i].gate.metric == GATE_ERROR_RATIO;
        bool doubtful = finding.verdict == VERDICT_FAIL && limited && !errors;
        worst = verdict_worse(worst, doubtful ? VERDICT_INCONCLUSIVE : finding.verdict);
    }
    return worst;
}

static double work_of(const struct load_course *course) {
    double done = 0;
    for (uint32_t i = 0; i < course->scenario->plan.task_count; i++) {
        const struct load_row *row = &course->total.rows[i];
        bool jobs = row->job.count > 0;
        uint64_t failed = load_row_failed(row);
        done += (double)(jobs ? row->jobs_good : row->done - failed);
    }
    double seconds = load_course_span_s(course);
    return seconds > 0 ? done / seconds : (double)NAN;
}

static void keep_step(struct stepping *stepping, const struct load_outcome *outcome) {
    const struct histogram *wait = &outcome->course->all.wait;
    struct load_step *step = &stepping->steps->items[stepping->steps->count++];
    *step = (struct load_step){
        .level = stepping->level,
        .verdict = outcome->judgement.verdict,
        .gates = worst_gate(outcome->course, outcome->judgement.generator.limited),
        .stop = outcome->stop,
        .limited = outcome->judgement.generator.limited,
        .missed = is_missed(outcome),
        .rps = load_outcome_rps(outcome),
        .work_s = work_of(outcome->course),
        .p95_ms = histogram_quantile(wait, 0.95) * MS_PER_US,
        .error_ratio = load_outcome_error_ratio(outcome),
    };
    text_copy_cut(step->reason, sizeof step->reason, outcome->judgement.reason);
}

static void on_done(
    void *owner, const struct load_outcome *outcome, const struct error *err) {
    struct stepping *stepping = owner;
    struct load_steps *steps = stepping->steps;
    const struct load_steps_options *options = stepping->options;
    bool more = false;
    if (outcome) {
        keep_step(stepping, outcome);
        const struct load_step *found = &steps->items[steps->count - 1];
        more = steps->count < LOAD_STEPS_MAX && stepping->stop.signal == 0 &&
               options->next(options->owner, found, &stepping->level);
    } else {
        steps->err = *err;
    }
    if (more) {
        stepping->going = loop_soon(stepping->loop, on_next, stepping);
    } else {
        loop_stop(stepping->loop);
    }
}

static bool start_step(struct stepping *stepping, struct error *err) {
    const struct load_steps_options *options = stepping->options;
    const struct load_run_options run = {
        .target = options->target,
        .redactor = options->redactor,
        .scenario = options->scenario,
        .workers = options->workers,
        .user = stepping->user,
        .around = on_around,
        .on_second = on_second,
        .on_unrecorded = on_unrecorded,
        .on_done = on_done,
        .owner = stepping,
    };
    load_run_free(stepping->run);
    stepping->run = NULL;
    if (options->prepare && !options->prepare(options->owner, stepping->level, err)) {
        return false;
    }
    invocation_say(
        options->invocation, 0, "step %u: %.6g", (unsigned)stepping->steps->count + 1,
        stepping->level);
    stepping->run = load_run_start(stepping->loop, &run, err);
    return stepping->run != NULL;
}

static void on_next(void *owner, uint64_t now_ns) {
    struct stepping *stepping = owner;
    (void)now_ns;
    stepping->going = NULL;
    if (!start_step(stepping, &stepping->steps->err)) loop_stop(stepping->loop);
}

void load_steps_run(
    const struct load_steps_options *options, struct load_steps *steps) {
    struct stepping stepping = {
        .options = options, .steps = steps, .level = options->level};
    *steps = (struct load_steps){0};
    stepping.loop = loop_new();
    operator_name(stepping.user);
    stepping.look = load_look_new(stepping.loop, options->target, stepping.user);
    stop_watch(&stepping.stop, stepping.loop, on_stop, &stepping);
    stepping.going = loop_soon(stepping.loop, on_next, &stepping);
    loop_run(stepping.loop);
    steps->signal_code = (int)stop_code(&stepping.stop, EXIT_CODE_OK);
    stop_forget(&stepping.stop);
    loop_timer_free(stepping.going);
    load_run_free(stepping.run);
    load_look_free(stepping.look);
    loop_free(stepping.loop);
}
