/* SPDX-License-Identifier: MIT */
#include "smoke_run.h"

#include <stdlib.h>
#include <string.h>

#include "actions/smoke.h"
#include "base/json_writer.h"
#include "base/memory.h"
#include "base/safe_text.h"
#include "base/text.h"
#include "base/units.h"
#include "history/history.h"
#include "io/loop.h"
#include "operator.h"
#include "secrets.h"

enum { LINE_SIZE = 160 };

struct smoke_run {
    struct loop *loop; /* borrowed */
    struct smoke_run_options options;
    struct smoke_plan *checks; /* NULL until they are asked for */
    bool unreadable;           /* they were, and `words` says why not */
    struct action_plan plan;
    char words[ERROR_MESSAGE_SIZE];
    char to[TARGET_URL_SIZE];
    char lines[CHECKS_MAX][LINE_SIZE];
    const char *line_starts[CHECKS_MAX];
    struct history *history;
    struct smoke *smoke; /* NULL unless requests go out */
    bool active;         /* from the wish to the last row of the history */
    uint8_t id[ULID_SIZE];
    char id_string[ULID_STRING_SIZE];
    struct smoke_result *result; /* kept until it is in the history */
};

static void on_committed(void *owner, const struct error *err);
static void on_smoke_event(void *owner, const struct event *event);
static void on_smoke_done(void *owner, const struct smoke_result *result);
static void on_recorded(void *owner, const struct error *err);

struct smoke_run *smoke_run_new(
    struct loop *loop, const struct smoke_run_options *options) {
    struct smoke_run *run = memory_new(sizeof *run);
    run->loop = loop;
    run->options = *options;
    return run;
}

void smoke_run_free(struct smoke_run *run) {
    if (!run) return;
    smoke_free(run->smoke);
    history_free(run->history);
    smoke_plan_free(run->checks);
    free(run->result);
    free(run);
}

bool smoke_run_is_active(const struct smoke_run *run) {
    return run->active;
}

static void add_line(struct smoke_run *run, const struct check *check) {
    uint32_t place = run->plan.line_count++;
    bool chat = check->request == CHECK_CHAT;
    char words[LINE_SIZE];
    struct text text = TEXT_IN(words);
    text_addf(&text, "%s ", check_method(check));
    text_add_slice(
        &text, chat ? slice_of(run->options.target->paths.chat) : check_subject(check));
    if (chat) {
        text_add(&text, "  \"");
        text_add_slice(&text, check_subject(check));
        text_add(&text, "\"");
    }
    safe_text_copy(run->lines[place], LINE_SIZE, slice_of(words));
    run->line_starts[place] = run->lines[place];
}

static void read_checks(struct smoke_run *run) {
    struct error err = {0};
    run->checks =
        smoke_plan_new(run->options.target, run->options.checks, secrets_fill, &err);
    run->unreadable = !run->checks;
    if (run->unreadable) {
        safe_text_copy(run->words, sizeof run->words, slice_of(err.message));
        return;
    }
    struct text to = TEXT_IN(run->to);
    redact_add_url(&to, run->options.target->url);
    const struct checks *checks = smoke_plan_checks(run->checks);
    for (uint32_t i = 0; i < checks->count; i++) add_line(run, &checks->items[i]);
}

const struct action_plan *smoke_run_plan(struct smoke_run *run) {
    if (!run->checks && !run->unreadable) read_checks(run);
    run->plan.blocked = NULL;
    if (run->active) run->plan.blocked = "a smoke test is running; X stops it";
    if (run->unreadable) run->plan.blocked = run->words;
    run->plan.to = run->to;
    run->plan.back = "nothing to undo: a chat stays in the agent's history";
    run->plan.lines = run->line_starts;
    return &run->plan;
}

static void name_run(struct smoke_run *run) {
    uint8_t random[ULID_RANDOM_SIZE];
    loop_random(random, sizeof random);
    ulid_make(run->id, loop_wall_ms(), random);
    ulid_to_string(run->id, run->id_string);
}

static struct journal_entry entry_of(
    const struct smoke_run *run, enum journal_phase phase, const char *type) {
    struct journal_entry entry = {
        .phase = phase,
        .wall_ms = loop_wall_ms(),
        .monotonic_us = loop_clock_ns() / NS_PER_US,
    };
    text_copy(entry.run, sizeof entry.run, run->id_string);
    text_copy(entry.type, sizeof entry.type, type);
    return entry;
}

static void write_body(struct journal_entry *entry, struct buffer *body) {
    if (!body->overflow) {
        text_copy(entry->body, sizeof entry->body, buffer_string(body));
    }
    buffer_clear(body);
}

/* What is about to be sent, as the operator saw it. */
static void describe_intent(const struct smoke_run *run, struct journal_entry *entry) {
    struct buffer body;
    buffer_init(&body, JOURNAL_BODY_SIZE - 1);
    struct json_writer json = json_writer_to(&body);
    json_object_begin(&json);
    json_field_string(&json, "to", run->to);
    json_field_string(&json, "checks", smoke_plan_file(run->checks));
    json_key(&json, "sends");
    json_array_begin(&json);
    for (uint32_t i = 0; i < run->plan.line_count; i++) {
        json_string(&json, run->lines[i]);
    }
    json_array_end(&json);
    json_object_end(&json);
    write_body(entry, &body);
}

bool smoke_run_start(struct smoke_run *run, struct error *err) {
    const struct action_plan *plan = smoke_run_plan(run);
    if (plan->blocked) return error_set(err, ERROR_CONFLICT, "%s", plan->blocked);
    if (!run->history) run->history = history_new(run->loop, "");
    name_run(run);
    const struct target *target = run->options.target;
    struct run_start start = {.kind = RUN_SMOKE, .started_ms = loop_wall_ms()};
    text_copy(start.id, sizeof start.id, run->id_string);
    text_copy_cut(start.target, sizeof start.target, target->name);
    const char *file = smoke_plan_file(run->checks);
    text_copy_cut(start.scenario, sizeof start.scenario, file[0] ? file : "default");
    text_copy_cut(start.actor, sizeof start.actor, run->options.user);
    operator_host(start.host);
    struct journal_entry intent = entry_of(run, JOURNAL_INTENT, "smoke.start");
    describe_intent(run, &intent);
    run->active = true;
    history_begin(run->history, &start, &intent, on_committed, run);
    return true;
}

static void give_up(struct smoke_run *run, const struct error *err) {
    run->active = false;
    run->options.on_done(run->options.owner, NULL, err);
}

/* The intent is on disk; only now may anything be sent. */
static void on_committed(void *owner, const struct error *err) {
    struct smoke_run *run = owner;
    if (err->code != ERROR_NONE) {
        give_up(run, err);
        return;
    }
    const struct smoke_options options = {
        .target = run->options.target,
        .plan = run->checks,
        .redactor = run->options.redactor,
        .run = run->id,
        .on_event = on_smoke_event,
        .on_done = on_smoke_done,
        .owner = run,
    };
    run->smoke = smoke_start(run->loop, &options);
}

void smoke_run_stop(struct smoke_run *run) {
    if (run->smoke) smoke_stop(run->smoke);
}

static void on_smoke_event(void *owner, const struct event *event) {
    struct smoke_run *run = owner;
    run->options.on_event(run->options.owner, event);
}

static enum result_status status_of(const struct smoke_check *check) {
    if (!check->done) return RESULT_SKIP;
    switch (check->verdict) {
    case VERDICT_PASS: return RESULT_PASS;
    case VERDICT_FAIL: return RESULT_FAIL;
    case VERDICT_ERROR: return RESULT_ERROR;
    case VERDICT_INCONCLUSIVE:
    case VERDICT_COUNT: break;
    }
    return RESULT_UNKNOWN;
}

static void fill_result(struct run_result *to, const struct smoke_check *check) {
    text_copy_cut(to->name, sizeof to->name, check->name);
    to->attempt = check->attempts ? check->attempts : 1;
    to->status = status_of(check);
    to->duration_us = check->duration_ns / NS_PER_US;
    text_copy_cut(to->message, sizeof to->message, check->detail);
}

static void describe_outcome(
    const struct smoke_result *result, struct journal_entry *entry) {
    struct buffer body;
    buffer_init(&body, JOURNAL_BODY_SIZE - 1);
    struct json_writer json = json_writer_to(&body);
    json_object_begin(&json);
    json_field_string(&json, "verdict", verdict_name(result->verdict));
    json_field_string(&json, "end", smoke_end_name(result->end));
    json_field_uint(&json, "passed", result->passed);
    json_field_uint(&json, "failed", result->failed);
    json_object_end(&json);
    write_body(entry, &body);
}

static void on_smoke_done(void *owner, const struct smoke_result *result) {
    struct smoke_run *run = owner;
    run->smoke = NULL;
    run->result = memory_new(sizeof *run->result);
    *run->result = *result;
    struct run_outcome *outcome = memory_new(sizeof *outcome);
    struct run_result *rows = memory_new_array(CHECKS_MAX, sizeof *rows);
    for (uint32_t i = 0; i < result->count; i++) {
        fill_result(&rows[i], &result->checks[i]);
    }
    text_copy(outcome->end.id, sizeof outcome->end.id, run->id_string);
    outcome->end.verdict = result->verdict;
    outcome->end.aborted = result->end == SMOKE_STOPPED;
    outcome->end.exit_code = verdict_exit_code(result->verdict);
    outcome->end.ended_ms = loop_wall_ms();
    text_copy_cut(outcome->end.reason, sizeof outcome->end.reason, result->reason);
    outcome->entry = entry_of(run, JOURNAL_DONE, "smoke.end");
    describe_outcome(result, &outcome->entry);
    outcome->results = rows;
    outcome->result_count = result->count;
    history_end(run->history, outcome, on_recorded, run);
    free(rows);
    free(outcome);
}

static void on_recorded(void *owner, const struct error *err) {
    struct smoke_run *run = owner;
    struct smoke_result *result = run->result;
    run->result = NULL;
    run->active = false;
    run->options.on_done(run->options.owner, result, err);
    free(result);
}
