/* SPDX-License-Identifier: MIT */
#include <math.h>
#include <stdlib.h>

#include "base/json_writer.h"
#include "base/memory.h"
#include "base/text.h"
#include "base/units.h"
#include "canary_desk.h"
#include "canary_look.h"
#include "canary_wish.h"
#include "command_functions.h"
#include "core/forecast.h"
#include "core/promotion_gate.h"
#include "core/rollout_case.h"
#include "io/loop.h"
#include "progress.h"

enum { LINE_SIZE = 512, REPORT_BYTES_MAX = 16 * 1024 };

#define LOOK_NS (10 * NS_PER_S)

/* Prometheus may scrape once a minute, and two scrapes make a rate. */
#define OVERTIME_NS (150 * NS_PER_S)

/* A rollout that has just ended is in the way of nothing for longer. */
#define PATIENCE_NS (6 * NS_PER_S)

struct planning {
    struct canary_desk desk;
    struct rollout_plan plan;
    struct canary_look *look;
    struct stop stop;
    struct progress progress;
    struct canary_sight sight;
    struct forecast_basis basis;
    struct forecast forecasts[ROLLOUT_STEPS_MAX];
    int code;
};

static void forecast(struct planning *planning) {
    uint32_t weights_bp[ROLLOUT_STEPS_MAX];
    const struct canary_sight *sight = &planning->sight;
    planning->basis = (struct forecast_basis){
        .rules = rollout_case_rules(&planning->plan, sight->from_log),
        .requests_per_s = isnan(sight->requests_per_s) ? 0 : sight->requests_per_s,
        .stable = sight->arms[TRACK_STABLE],
        .users = sight->users,
    };
    for (uint32_t i = 0; i < planning->plan.step_count; i++) {
        weights_bp[i] = planning->plan.steps[i].weight_bp;
    }
    forecast_steps(
        planning->basis, weights_bp, planning->plan.step_count, planning->forecasts);
}

/* The one of all traffic has nothing behind it that could be decided. */
static uint32_t decided_count(const struct planning *planning) {
    return planning->plan.step_count - 1;
}

/* A step that cannot decide is known before it starts. */
static enum exit_code code_of(const struct planning *planning) {
    for (uint32_t i = 0; i < decided_count(planning); i++) {
        if (planning->forecasts[i].end != FORECAST_DECIDES) {
            return EXIT_CODE_INCONCLUSIVE;
        }
    }
    return EXIT_CODE_OK;
}

static double total_minutes(const struct planning *planning) {
    double minutes = 0;
    for (uint32_t i = 0; i < decided_count(planning); i++) {
        minutes += planning->forecasts[i].minutes;
    }
    return minutes;
}

/* Why no rate is known. */
static const char *missing_words(const struct canary_sight *sight) {
    if (sight->unknown[0]) return sight->unknown;
    return sight->trouble[0] ? sight->trouble : "nothing was counted twice";
}

static void write_sight(const struct planning *planning, struct buffer *to) {
    const struct canary_sight *sight = &planning->sight;
    const struct trials *stable = &sight->arms[TRACK_STABLE];
    const char *source = sight->from_log ? "the router's log" : sight->source;
    buffer_addf(to, "seen in %.0f s (%s): ", sight->seconds, source);
    if (isnan(sight->requests_per_s)) {
        buffer_addf(to, "no rate is known: %s", missing_words(sight));
    } else {
        buffer_addf(to, "%.1f requests/s", sight->requests_per_s);
    }
    buffer_addf(
        to, ", stable %llu of %llu failed", (unsigned long long)stable->failures,
        (unsigned long long)stable->count);
    if (sight->users > 0) {
        buffer_addf(to, ", about %llu users", (unsigned long long)sight->users);
    }
    buffer_add_char(to, '\n');
    if (sight->users == 0) {
        buffer_add_string(
            to, "users are not known: whether there are enough of them is not said\n");
    }
    if (sight->strange > 0) {
        buffer_addf(
            to, "%llu lines of the log were not understood\n",
            (unsigned long long)sight->strange);
    }
}

static bool is_version(const struct canary_sight *sight) {
    const struct instances_sight *canary = &sight->instances[TRACK_CANARY];
    return canary->count > 0 && canary->renewed == canary->count && !sight->unknown[0];
}

/* Before any weight every instance has to say that it is the version. */
static void write_version(const struct planning *planning, struct buffer *to) {
    const struct canary_sight *sight = &planning->sight;
    const struct instances_sight *canary = &sight->instances[TRACK_CANARY];
    const char *version = planning->plan.to;
    if (!version[0]) return;
    if (canary->ready == 0) {
        buffer_addf(
            to, "no instance of the canary says yet that it is %s: %s\n", version,
            canary->words);
    } else if (!is_version(sight)) {
        buffer_addf(to, "the canary is not %s yet: %s\n", version, canary->words);
    } else {
        buffer_addf(to, "the canary says that it is %s\n", version);
    }
}

static void write_text(const struct planning *planning, struct buffer *to) {
    const struct rollout_plan *plan = &planning->plan;
    const char *warning = canary_wish_warning(plan);
    char line[LINE_SIZE];
    struct text text = TEXT_IN(line);
    canary_wish_add_steps(&text, plan);
    buffer_addf(to, "%s: %s\n", plan->target, line);
    write_sight(planning, to);
    write_version(planning, to);
    for (uint32_t i = 0; i < decided_count(planning); i++) {
        text_reset(&text);
        forecast_add_words(&text, &planning->forecasts[i], &planning->basis);
        buffer_addf(to, "  %s\n", line);
    }
    double minutes = total_minutes(planning);
    if (isfinite(minutes)) {
        buffer_addf(
            to, "in all at least %.1f min until all traffic is on it\n", minutes);
    }
    if (warning[0]) buffer_addf(to, "warning: %s\n", warning);
}

static void write_step(const struct forecast *forecast, struct json_writer *json) {
    json_object_begin(json);
    json_field_double(
        json, "weight", (double)forecast->weight_bp / ROLLOUT_BASIS_POINTS);
    json_field_double(json, "next", (double)forecast->next_bp / ROLLOUT_BASIS_POINTS);
    json_field_bool(json, "decides", forecast->end == FORECAST_DECIDES);
    json_field_string(json, "words", forecast_words(forecast->end));
    if (forecast->requests_needed == PROMOTION_NEVER) {
        json_field_null(json, "canary_requests");
    } else {
        json_field_uint(json, "canary_requests", forecast->requests_needed);
    }
    json_field_uint(json, "stable_requests", forecast->stable_needed);
    json_field_double(json, "minutes", forecast->minutes);
    json_field_double(json, "canary_users", forecast->canary_users);
    json_field_uint(json, "users_needed", forecast->users_needed);
    json_object_end(json);
}

static void write_json(
    const struct planning *planning, enum exit_code code, struct buffer *to) {
    const struct canary_sight *sight = &planning->sight;
    struct json_writer json = json_writer_to(to);
    json_object_begin(&json);
    json_field_string(&json, "kind", "canary_plan");
    json_field_string(&json, "target", planning->plan.target);
    json_field_string(
        &json, "rule", rollout_rule_name((enum rollout_rule)planning->plan.rule));
    json_field_string(&json, "source", sight->source);
    json_field_double(&json, "seconds", sight->seconds);
    json_field_double(&json, "requests_per_s", sight->requests_per_s);
    if (isnan(sight->requests_per_s)) {
        json_field_string(&json, "no_rate", missing_words(sight));
    }
    json_field_uint(&json, "stable_requests", sight->arms[TRACK_STABLE].count);
    json_field_uint(&json, "stable_failed", sight->arms[TRACK_STABLE].failures);
    if (sight->users > 0) {
        json_field_uint(&json, "users", sight->users);
    } else {
        json_field_null(&json, "users");
    }
    if (planning->plan.to[0]) {
        json_field_string(&json, "to", planning->plan.to);
        json_field_bool(&json, "canary_is_it", is_version(sight));
    }
    json_key(&json, "steps");
    json_array_begin(&json);
    for (uint32_t i = 0; i < decided_count(planning); i++) {
        write_step(&planning->forecasts[i], &json);
    }
    json_array_end(&json);
    json_field_double(&json, "minutes", total_minutes(planning));
    json_field_string(&json, "warning", canary_wish_warning(&planning->plan));
    json_field_int(&json, "exit_code", (int)code);
    json_object_end(&json);
    buffer_add_char(to, '\n');
}

static void report(struct planning *planning) {
    const struct invocation *invocation = planning->desk.invocation;
    enum exit_code code = code_of(planning);
    struct buffer report;
    buffer_init(&report, REPORT_BYTES_MAX);
    if (invocation->format == FORMAT_JSON) {
        write_json(planning, code, &report);
    } else {
        write_text(planning, &report);
    }
    planning->code = canary_desk_write(&planning->desk, buffer_slice(&report), code);
    buffer_clear(&report);
}

static void on_seen(void *owner, const struct canary_sight *sight) {
    struct planning *planning = owner;
    planning->sight = *sight;
    progress_wipe(&planning->progress);
    forecast(planning);
    report(planning);
    loop_stop(planning->desk.loop);
}

static void on_blind(void *owner, const struct error *why) {
    struct planning *planning = owner;
    progress_wipe(&planning->progress);
    planning->code = canary_desk_fail(&planning->desk, EXIT_CODE_UNREACHABLE, why);
    loop_stop(planning->desk.loop);
}

static void on_stop(void *owner, unsigned count) {
    struct planning *planning = owner;
    (void)count;
    progress_wipe(&planning->progress);
    planning->code = (int)stop_code(&planning->stop, EXIT_CODE_INTERRUPTED);
    loop_stop(planning->desk.loop);
}

static void look(struct planning *planning) {
    const struct invocation *invocation = planning->desk.invocation;
    const char *value = invocation->options.values[OPTION_DURATION];
    struct error err;
    struct canary_look_options options = {
        .target = planning->desk.target,
        .version = planning->plan.to,
        .duration_ns = LOOK_NS,
        .patience_ns = PATIENCE_NS,
        .overtime_ns = value ? 0 : OVERTIME_NS,
        .on_seen = on_seen,
        .on_blind = on_blind,
        .owner = planning,
    };
    if (value) units_parse_duration(slice_of(value), &options.duration_ns);
    planning->look = canary_look_new(planning->desk.loop, &options, &err);
    if (!planning->look) {
        planning->code = invocation_fail(invocation, invocation_code_of(&err), &err);
        return;
    }
    progress_init(&planning->progress, planning->desk.loop, invocation);
    progress_say(&planning->progress, "looking at the requests");
    stop_watch(&planning->stop, planning->desk.loop, on_stop, planning);
    loop_run(planning->desk.loop);
    stop_forget(&planning->stop);
    progress_wipe(&planning->progress);
    canary_look_free(planning->look);
}

int canary_plan_command(const struct invocation *invocation) {
    struct planning *planning = memory_new(sizeof *planning);
    struct error err;
    if (!canary_desk_sit(&planning->desk, invocation, &err)) {
        planning->code = invocation_fail(invocation, invocation_code_of(&err), &err);
    } else if (
        !canary_wish_plan(invocation, planning->desk.config, &planning->plan, &err) ||
        !invocation_check_output(invocation, &err)) {
        planning->code = invocation_fail(invocation, EXIT_CODE_USAGE, &err);
    } else {
        look(planning);
    }
    canary_desk_leave(&planning->desk);
    int code = planning->code;
    free(planning);
    return code;
}
