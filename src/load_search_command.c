/* SPDX-License-Identifier: MIT */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/json_writer.h"
#include "base/memory.h"
#include "base/text.h"
#include "base/units.h"
#include "command_functions.h"
#include "config.h"
#include "confirm.h"
#include "core/knee.h"
#include "core/usl.h"
#include "demo_control.h"
#include "load_knee.h"
#include "load_preview.h"
#include "load_steps.h"
#include "load_wish.h"

enum { REPORT_BYTES_MAX = 256 * 1024, LINE_SIZE = 320, ANSWER_BYTES_MAX = 16 * 1024 };

#define STEP_NS       (10 * NS_PER_S)
#define RATE_START    20.0
#define RATE_LEAST    5.0
#define RATE_MOST     100000.0
#define SCALING_USERS 32
#define JOB_POLL_NS   (100 * NS_PER_MS)
#define JOB_POLLS     600

/* What is searched: the knee, or how throughput grows with workers. */
struct searching {
    const struct invocation *invocation; /* borrowed */
    struct config *config;
    const struct target *target; /* the configuration's */
    struct load_wish wish;
    bool scaling;
    struct knee knee;
    unsigned next_count; /* of `counts` */
    struct load_steps steps;
    int code;
};

static const double counts[] = {1, 2, 4};

enum { COUNTS = sizeof counts / sizeof *counts };

#define SCALED_PART "worker-stable"

/* The knee */

/* A generator that lags makes latencies longer: gates that held although it did have
 * held. A target that lets starts wait for ever does not keep the rate, whatever the
 * gates say of those that it answered. */
static enum verdict verdict_of(const struct load_step *found) {
    if (found->stop != LOAD_STOP_NONE) return VERDICT_INCONCLUSIVE;
    if (found->missed) return found->limited ? VERDICT_INCONCLUSIVE : VERDICT_FAIL;
    return found->gates;
}

static bool next_rate(void *owner, const struct load_step *found, double *level) {
    struct searching *search = owner;
    bool more = knee_on_step(&search->knee, verdict_of(found));
    *level = search->knee.rate;
    search->wish.scenario->plan.level = *level;
    return more;
}

static bool begin_knee(struct searching *search, struct error *err) {
    struct load_plan *plan = &search->wish.scenario->plan;
    bool given = options_has(&search->invocation->options, OPTION_RATE);
    double cap = fmin(load_bill_cap(search->target), RATE_MOST);
    if (cap < RATE_LEAST) {
        return error_set(
            err, ERROR_FORBIDDEN, "%s gets %.0f requests a second at most",
            search->target->name, cap);
    }
    knee_init(&search->knee, given ? plan->level : RATE_START, RATE_LEAST, cap);
    plan->model = LOAD_ARRIVALS;
    plan->stage_count = 0;
    plan->level = search->knee.rate;
    return true;
}

/* Scaling */

static bool scale(void *owner, double level, struct error *err) {
    struct searching *search = owner;
    char line[LINE_SIZE];
    struct text text = TEXT_IN(line);
    struct buffer answer;
    text_addf(&text, "scale %s %.0f", SCALED_PART, level);
    buffer_init(&answer, ANSWER_BYTES_MAX);
    bool scaled = demo_control_ask(search->target->name, line, &answer, err);
    buffer_clear(&answer);
    return scaled ||
           error_wrap(
               err, "%s with %.0f workers (only a running demo can be scaled)",
               search->target->name, level);
}

/* As a demo begins: nobody wants its workers for good. */
static void scale_back(struct searching *search) {
    struct error err;
    if (scale(search, counts[0], &err)) return;
    invocation_fail(search->invocation, EXIT_CODE_OK, &err);
}

static bool next_count(void *owner, const struct load_step *found, double *level) {
    struct searching *search = owner;
    if (!(found->work_s > 0) || ++search->next_count == COUNTS) return false;
    *level = counts[search->next_count];
    return true;
}

/* What workers do is what is left for later: of tasks with jobs only these are sent,
 * and a service is asked to make them jobs (RFC 7240). */
static void leave_jobs(struct load_plan *plan) {
    uint32_t kept = 0;
    for (uint32_t i = 0; i < plan->task_count; i++) {
        struct load_task *task = &plan->tasks[i];
        if (!task->job.wanted || task->header_count == LOAD_HEADERS_MAX) continue;
        task->job.poll_ns = JOB_POLL_NS; /* asking seldom would be what holds it back */
        task->job.poll_max = JOB_POLLS;
        struct load_header *header = &task->headers[task->header_count++];
        text_copy(header->name, sizeof header->name, "Prefer");
        text_copy(header->value, sizeof header->value, "respond-async");
        if (kept != i) plan->tasks[kept] = *task;
        kept++;
    }
    if (kept > 0) plan->task_count = kept;
}

/* As much as is answered: users that never think. */
static void begin_scaling(struct searching *search) {
    struct load_plan *plan = &search->wish.scenario->plan;
    bool given = options_has(&search->invocation->options, OPTION_USERS);
    if (!given || plan->model != LOAD_USERS) plan->level = SCALING_USERS;
    plan->model = LOAD_USERS;
    plan->spawn_per_s = 0;
    plan->stage_count = 0;
    plan->think_min_ns = plan->think_max_ns = plan->pacing_ns = 0;
    leave_jobs(plan);
}

/* The report */

static uint32_t points_of(const struct load_steps *steps, struct usl_point *points) {
    for (uint32_t i = 0; i < steps->count; i++) {
        points[i] = (struct usl_point){steps->items[i].level, steps->items[i].work_s};
    }
    return steps->count;
}

static bool is_linear(double efficiency) {
    return efficiency >= USL_LINEAR_LEAST;
}

static void add_steps(const struct load_steps *steps, struct json_writer *json) {
    json_key(json, "steps");
    json_array_begin(json);
    for (uint32_t i = 0; i < steps->count; i++) {
        const struct load_step *step = &steps->items[i];
        json_object_begin(json);
        json_field_double(json, "level", step->level);
        json_field_string(json, "verdict", verdict_name(step->verdict));
        json_field_double(json, "rps", step->rps);
        json_field_double(json, "work_per_s", step->work_s);
        json_field_double(json, "p95_ms", step->p95_ms);
        json_field_double(json, "error_ratio", step->error_ratio);
        json_field_bool(json, "limited", step->limited);
        json_field_string(json, "reason", step->reason);
        json_object_end(json);
    }
    json_array_end(json);
}

static void write_json(const struct searching *search, struct buffer *to) {
    struct json_writer json = json_writer_to(to);
    struct usl_point points[LOAD_STEPS_MAX];
    uint32_t count = points_of(&search->steps, points);
    struct usl usl;
    json_object_begin(&json);
    json_field_string(&json, "kind", search->scaling ? "load_scaling" : "load_knee");
    json_field_string(&json, "target", search->target->name);
    json_field_int(&json, "exit_code", search->code);
    if (!search->scaling) {
        json_field_string(&json, "end", knee_end_words(search->knee.end));
        json_field_double(&json, "kept_rps", search->knee.kept);
        json_field_double(&json, "broken_rps", search->knee.broken);
    } else if (usl_fit(points, count, &usl)) {
        double efficiency = usl_efficiency(points, count);
        json_field_bool(&json, "linear", is_linear(efficiency));
        json_field_double(&json, "efficiency", efficiency);
        json_field_double(&json, "rps_of_one", usl.rate);
        json_field_double(&json, "contention", usl.contention);
        json_field_double(&json, "coherency", usl.coherency);
        json_field_double(&json, "peak_workers", usl_peak(&usl));
    }
    add_steps(&search->steps, &json);
    json_object_end(&json);
    buffer_add_char(to, '\n');
}

static void add_ms(struct text *text, double ms) {
    if (isfinite(ms)) {
        units_add_duration(text, units_whole(ms * (double)NS_PER_MS));
    } else {
        text_add(text, "-");
    }
}

static void write_table(const struct searching *search, struct buffer *to) {
    for (uint32_t i = 0; i < search->steps.count; i++) {
        const struct load_step *step = &search->steps.items[i];
        char line[LINE_SIZE];
        struct text text = TEXT_IN(line);
        text_addf(
            &text, "%8.6g %s  ", step->level, search->scaling ? "workers" : "rps");
        units_add_count(&text, search->scaling ? step->work_s : step->rps);
        text_addf(&text, " %s  p95 ", search->scaling ? "done a second" : "rps done");
        add_ms(&text, step->p95_ms);
        text_addf(&text, "  %s  %s", verdict_name(step->verdict), step->reason);
        buffer_addf(to, "%s\n", line);
    }
    buffer_add_char(to, '\n');
}

static void write_knee(const struct searching *search, struct buffer *to) {
    const struct knee *knee = &search->knee;
    if (knee->kept > 0 && knee->broken > 0) {
        buffer_addf(
            to, "knee: the gates hold up to %.6g rps, and no more at %.6g\n",
            knee->kept, knee->broken);
    } else if (knee->kept > 0) {
        buffer_addf(
            to, "knee: the gates hold at %.6g rps; it lies %s\n", knee->kept,
            knee_end_words(knee->end));
    } else {
        buffer_addf(to, "knee: %s\n", knee_end_words(knee->end));
    }
}

static void write_scaling(const struct searching *search, struct buffer *to) {
    struct usl_point points[LOAD_STEPS_MAX];
    struct usl usl;
    uint32_t count = points_of(&search->steps, points);
    double efficiency = usl_efficiency(points, count);
    if (!isfinite(efficiency) || !usl_fit(points, count, &usl)) {
        buffer_add_string(to, "scaling: too few steps to tell\n");
        return;
    }
    buffer_addf(
        to, "scaling: %s, a worker is worth %.0f%% of the first one\n",
        is_linear(efficiency) ? "linear" : "not linear", efficiency * 100);
    buffer_addf(
        to, "law: %.4g rps for one, contention %.2g, coherency %.2g", usl.rate,
        usl.contention, usl.coherency);
    if (isfinite(usl_peak(&usl))) {
        buffer_addf(to, ", most with %.0f workers", usl_peak(&usl));
    }
    buffer_add_char(to, '\n');
}

static enum exit_code knee_code(const struct knee *knee) {
    switch (knee->end) {
    case KNEE_FOUND:
    case KNEE_ABOVE: return EXIT_CODE_OK;
    case KNEE_BELOW: return EXIT_CODE_FAILED;
    case KNEE_SEARCHES:
    case KNEE_LIMITED: break;
    }
    return EXIT_CODE_INCONCLUSIVE;
}

static enum exit_code code_of(const struct searching *search) {
    const struct load_steps *steps = &search->steps;
    struct usl_point points[LOAD_STEPS_MAX];
    if (steps->signal_code != EXIT_CODE_OK) return (enum exit_code)steps->signal_code;
    if (steps->count > 0 && steps->items[0].stop == LOAD_STOP_UNREACHED) {
        return EXIT_CODE_UNREACHABLE;
    }
    if (!search->scaling) return knee_code(&search->knee);
    double efficiency = usl_efficiency(points, points_of(steps, points));
    for (uint32_t i = 0; i < steps->count; i++) {
        if (steps->items[i].limited) return EXIT_CODE_INCONCLUSIVE;
    }
    if (!isfinite(efficiency)) return EXIT_CODE_INCONCLUSIVE;
    return is_linear(efficiency) ? EXIT_CODE_OK : EXIT_CODE_FAILED;
}

static int report(struct searching *search) {
    struct buffer to;
    search->code = (int)code_of(search);
    buffer_init(&to, REPORT_BYTES_MAX);
    if (search->invocation->format == FORMAT_JSON) {
        write_json(search, &to);
    } else {
        write_table(search, &to);
        if (search->scaling) {
            write_scaling(search, &to);
        } else {
            write_knee(search, &to);
        }
    }
    int code = invocation_finish(
        search->invocation, buffer_slice(&to), (enum exit_code)search->code);
    buffer_clear(&to);
    return code;
}

static void keep_knee(const struct searching *search) {
    struct error err = {0};
    const struct load_knee_found found = {
        .target = search->target,
        .scenario = search->wish.scenario,
        .knee = &search->knee,
        .exit_code = knee_code(&search->knee),
    };
    if (search->scaling || search->steps.signal_code != 0) return;
    if (search->knee.end == KNEE_SEARCHES || load_knee_keep(&found, &err)) return;
    error_wrap(&err, "the knee is not in the history");
    invocation_fail(search->invocation, EXIT_CODE_OK, &err);
}

static int run(struct searching *search) {
    const struct load_steps_options options = {
        .invocation = search->invocation,
        .target = search->target,
        .redactor = config_redactor(search->config),
        .scenario = search->wish.scenario,
        .workers = search->wish.workers,
        .level = search->scaling ? counts[0] : search->knee.rate,
        .prepare = search->scaling ? scale : NULL,
        .next = search->scaling ? next_count : next_rate,
        .owner = search,
    };
    load_steps_run(&options, &search->steps);
    if (search->scaling && search->steps.count > 0) scale_back(search);
    const struct error *err = &search->steps.err;
    if (err->code == ERROR_NONE) keep_knee(search);
    if (err->code == ERROR_NONE) return report(search);
    return invocation_fail(search->invocation, invocation_code_of(err), err);
}

static bool prepare(struct searching *search, struct error *err) {
    const struct invocation *invocation = search->invocation;
    char what[TARGET_URL_SIZE + LINE_SIZE];
    struct text text = TEXT_IN(what);
    search->config = config_for(invocation, invocation_operand(invocation, 1), err);
    if (!search->config) return false;
    search->target = config_target(search->config);
    if (!load_wish_read(
            &search->wish, invocation, invocation_operand(invocation, 0),
            search->target, err)) {
        return false;
    }
    struct load_plan *plan = &search->wish.scenario->plan;
    if (invocation->options.run_time_ns == 0) plan->run_time_ns = STEP_NS;
    if (search->scaling) {
        begin_scaling(search);
    } else if (!begin_knee(search, err)) {
        return false;
    }
    load_bill_of(plan, search->target, &search->wish.bill);
    text_add(&text, "send load in steps to ");
    redact_add_url(&text, search->target->url);
    return load_wish_may(&search->wish, search->target, err) &&
           confirm_act(
               invocation, search->target, what, config_note(search->config), err);
}

static int search_for(const struct invocation *invocation, bool scaling) {
    struct searching *search = memory_new(sizeof *search);
    struct error err;
    search->invocation = invocation;
    search->scaling = scaling;
    int code = 0;
    if (!prepare(search, &err)) {
        code = invocation_fail(invocation, EXIT_CODE_USAGE, &err);
    } else if (options_has(&invocation->options, OPTION_DRY_RUN)) {
        const struct load_preview preview = {
            &search->wish, search->target, config_redactor(search->config)};
        code = load_dry_run(invocation, &preview);
    } else {
        code = run(search);
    }
    load_wish_clear(&search->wish);
    config_free(search->config);
    free(search);
    return code;
}

int load_knee_command(const struct invocation *invocation) {
    return search_for(invocation, false);
}

int load_scaling_command(const struct invocation *invocation) {
    return search_for(invocation, true);
}
