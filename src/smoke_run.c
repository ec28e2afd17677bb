/* SPDX-License-Identifier: MIT */
#include "smoke_run.h"

#include <stdlib.h>
#include <string.h>

#include "actions/smoke.h"
#include "actions/smoke_preview.h"
#include "base/json_writer.h"
#include "base/memory.h"
#include "base/safe_text.h"
#include "base/text.h"
#include "base/units.h"
#include "history/history.h"
#include "io/loop.h"
#include "run_record.h"
#include "secrets.h"

enum {
    PREVIEW_BYTES_MAX = 1024 * 1024,
    UNLISTED_SIZE = 32, /* the number of lines that the journal has no room for */
};

struct smoke_run {
    struct loop *loop; /* borrowed */
    struct smoke_run_options options;
    const struct smoke_plan *checks; /* NULL until they are asked for */
    struct smoke_plan *own_checks;   /* the same when they were read here */
    bool unreadable;                 /* they were, and `words` says why not */
    struct action_plan plan;
    char words[ERROR_MESSAGE_SIZE];
    char to[TARGET_URL_SIZE];
    struct buffer preview; /* the lines of the plan, each ended by a NUL */
    const char **lines;
    struct history *history;
    struct run_record record;
    struct smoke *smoke;         /* NULL unless requests go out */
    bool active;                 /* from the wish to the last row of the history */
    bool recorded;               /* the intent is in the history */
    bool stopping;               /* somebody wants its end */
    struct smoke_result *result; /* kept until it is in the history */
};

static void on_committed(void *owner, const struct error *err);
static bool may_act(void *owner);
static void on_smoke_event(void *owner, const struct event *event);
static void on_smoke_done(void *owner, const struct smoke_result *result);
static void on_recorded(void *owner, const struct error *err);

struct smoke_run *smoke_run_new(
    struct loop *loop, const struct smoke_run_options *options) {
    struct smoke_run *run = memory_new(sizeof *run);
    run->loop = loop;
    run->options = *options;
    run->checks = options->plan;
    buffer_init(&run->preview, PREVIEW_BYTES_MAX);
    return run;
}

void smoke_run_free(struct smoke_run *run) {
    if (!run) return;
    smoke_free(run->smoke);
    history_free(run->history);
    buffer_clear(&run->preview);
    free(run->lines);
    smoke_plan_free(run->own_checks);
    free(run->result);
    free(run);
}

bool smoke_run_is_active(const struct smoke_run *run) {
    return run->active;
}

const struct smoke_result *smoke_run_so_far(const struct smoke_run *run) {
    return smoke_so_far(run->smoke);
}

/* Takes the preview apart, which stays where it is from here on. */
static void split_lines(struct smoke_run *run) {
    char *bytes = run->preview.data;
    for (size_t i = 0; i < run->preview.length; i++) {
        if (bytes[i] == '\n') run->plan.line_count++;
    }
    run->lines = memory_new_array(run->plan.line_count, sizeof *run->lines);
    uint32_t line = 0;
    size_t start = 0;
    for (size_t i = 0; i < run->preview.length; i++) {
        if (bytes[i] != '\n') continue;
        bytes[i] = '\0';
        run->lines[line++] = bytes + start;
        start = i + 1;
    }
}

static bool list_requests(struct smoke_run *run, struct error *err) {
    const struct smoke_preview preview = {
        .target = run->options.target,
        .plan = run->checks,
        .redactor = run->options.redactor,
    };
    struct text to = TEXT_IN(run->to);
    redact_add_url(&to, run->options.target->url);
    smoke_preview_way(&preview, &run->preview);
    uint32_t count = smoke_plan_checks(run->checks)->count;
    for (uint32_t i = 0; i < count; i++) smoke_preview(&preview, i, &run->preview);
    if (run->preview.overflow) {
        return error_set(
            err, ERROR_LIMIT, "the checks send more than can be shown before");
    }
    split_lines(run);
    return true;
}

static void prepare(struct smoke_run *run) {
    struct error err = {0};
    if (run->unreadable || run->plan.line_count > 0) return;
    if (!run->checks) {
        run->own_checks = smoke_plan_new(
            run->options.target, run->options.checks, secrets_fill, &err);
        run->checks = run->own_checks;
    }
    run->unreadable = !run->checks || !list_requests(run, &err);
    if (run->unreadable) {
        safe_text_copy(run->words, sizeof run->words, slice_of(err.message));
    }
}

const struct action_plan *smoke_run_plan(struct smoke_run *run) {
    prepare(run);
    run->plan.blocked = NULL;
    if (run->active) run->plan.blocked = "a smoke test is running; X stops it";
    if (run->unreadable) run->plan.blocked = run->words;
    run->plan.to = run->to;
    run->plan.back = run->checks ? smoke_preview_way_back(run->checks) : "";
    run->plan.lines = run->lines;
    return &run->plan;
}

/* As many as fit; a journal that leaves some out says how many. */
static void add_requests(const struct smoke_run *run, struct json_writer *json) {
    uint32_t listed = 0;
    json_key(json, "sends");
    json_array_begin(json);
    for (; listed < run->plan.line_count; listed++) {
        /* Each byte takes at most six: \u0000. */
        size_t longest = 6 * strlen(run->lines[listed]) + UNLISTED_SIZE;
        if (json->to->length + longest > json->to->limit) break;
        json_string(json, run->lines[listed]);
    }
    json_array_end(json);
    if (listed < run->plan.line_count) {
        json_field_uint(json, "unlisted", run->plan.line_count - listed);
    }
}

/* What is about to be sent, as the operator saw it. */
static void describe_intent(const struct smoke_run *run, struct buffer *body) {
    struct json_writer json = json_writer_to(body);
    json_object_begin(&json);
    json_field_string(&json, "to", run->to);
    json_field_string(&json, "checks", smoke_plan_file(run->checks));
    add_requests(run, &json);
    json_object_end(&json);
}

static bool acts(const struct smoke_run *run) {
    const struct checks *checks = smoke_plan_checks(run->checks);
    for (uint32_t i = 0; i < checks->count; i++) {
        if (check_acts(&checks->items[i])) return true;
    }
    return false;
}

static struct run_record record_of(const struct smoke_run *run) {
    const char *file = smoke_plan_file(run->checks);
    return (struct run_record){
        .kind = RUN_SMOKE,
        .acts = acts(run),
        .type = "smoke",
        .target = run->options.target->name,
        .user = run->options.user,
        .scenario = file[0] ? file : "default",
    };
}

bool smoke_run_start(struct smoke_run *run, struct error *err) {
    const struct action_plan *plan = smoke_run_plan(run);
    if (plan->blocked) return error_set(err, ERROR_CONFLICT, "%s", plan->blocked);
    if (!run->history) run->history = history_new(run->loop, "");
    run->record = record_of(run);
    run_record_name(&run->record);
    run->active = true;
    run->stopping = false;
    struct buffer words;
    buffer_init(&words, JOURNAL_BODY_SIZE - 1);
    describe_intent(run, &words);
    run_record_begin(
        &run->record, run->history, buffer_string(&words), on_committed, run);
    buffer_clear(&words);
    return true;
}

static void give_up(struct smoke_run *run, const struct error *err) {
    run->active = false;
    run->options.on_done(run->options.owner, NULL, err);
}

/* Whether it runs although nothing was written down. */
static bool runs_unrecorded(const struct smoke_run *run, const struct error *err) {
    enum target_class class = run->options.target->class;
    if (run_record_is_needed(&run->record, class)) return false;
    run->options.on_unrecorded(run->options.owner, err);
    return true;
}

/* The intent is on disk; only now may anything be sent. */
static void on_committed(void *owner, const struct error *err) {
    struct smoke_run *run = owner;
    run->recorded = err->code == ERROR_NONE;
    if (!run->recorded && !runs_unrecorded(run, err)) {
        give_up(run, err);
        return;
    }
    const struct smoke_options options = {
        .target = run->options.target,
        .plan = run->checks,
        .redactor = run->options.redactor,
        .run = run->record.id,
        .limit_ns = run->options.limit_ns,
        .fail_fast = run->options.fail_fast,
        .may_act = may_act,
        .on_event = on_smoke_event,
        .on_done = on_smoke_done,
        .owner = run,
    };
    run->smoke = smoke_start(run->loop, &options);
    if (run->stopping) smoke_stop(run->smoke);
}

void smoke_run_stop(struct smoke_run *run) {
    run->stopping = true;
    if (run->smoke) smoke_stop(run->smoke);
}

static bool may_act(void *owner) {
    struct smoke_run *run = owner;
    return !run->options.may_act || run->options.may_act(run->options.owner);
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
    text_copy(entry->body, sizeof entry->body, buffer_string(&body));
    buffer_clear(&body);
}

static void write_outcome(struct smoke_run *run) {
    const struct smoke_result *result = run->result;
    struct run_outcome *outcome = memory_new(sizeof *outcome);
    struct run_result *rows = memory_new_array(CHECKS_MAX, sizeof *rows);
    for (uint32_t i = 0; i < result->count; i++) {
        fill_result(&rows[i], &result->checks[i]);
    }
    outcome->end.verdict = result->verdict;
    outcome->end.aborted = result->end == SMOKE_STOPPED;
    outcome->end.exit_code = verdict_exit_code(result->verdict);
    text_copy_cut(outcome->end.reason, sizeof outcome->end.reason, result->reason);
    describe_outcome(result, &outcome->entry);
    outcome->results = rows;
    outcome->result_count = result->count;
    run_record_end(&run->record, run->history, outcome, on_recorded, run);
    free(rows);
    free(outcome);
}

static void on_smoke_done(void *owner, const struct smoke_result *result) {
    static const struct error none = {0};
    struct smoke_run *run = owner;
    run->smoke = NULL;
    run->result = memory_new(sizeof *run->result);
    *run->result = *result;
    if (run->recorded) {
        write_outcome(run);
    } else {
        on_recorded(run, &none);
    }
}

static void on_recorded(void *owner, const struct error *err) {
    struct smoke_run *run = owner;
    struct smoke_result *result = run->result;
    run->result = NULL;
    run->active = false;
    run->options.on_done(run->options.owner, result, err);
    free(result);
}
