/* SPDX-License-Identifier: MIT */
#include "actions/smoke_tell.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/safe_text.h"
#include "base/text.h"
#include "base/units.h"
#include "io/loop.h"

enum {
    GOT_SHOWN = 200, /* bytes of what came, in a report */
    REDACTED_SIZE = 2048,
};

/* Secrets first: afterwards they could be cut or changed and not be found. */
void smoke_tell_words(
    const struct smoke *smoke, char *to, size_t size, struct slice from) {
    char once[REDACTED_SIZE];
    char twice[REDACTED_SIZE];
    struct text first = TEXT_IN(once);
    struct text second = TEXT_IN(twice);
    redact_add(smoke->options.redactor, &first, from);
    redact_add(smoke_plan_redactor(smoke->options.plan), &second, slice_of(once));
    safe_text_copy(to, size, slice_of(twice));
}

static void emit(struct smoke *smoke, struct event *event) {
    if (!smoke->options.on_event) return;
    memcpy(event->run, smoke->result->run, sizeof event->run);
    event->wall_ms = loop_wall_ms();
    event->at_ns = loop_clock_ns();
    smoke->options.on_event(smoke->options.owner, event);
}

void smoke_tell_run(struct smoke *smoke, bool active) {
    const struct smoke_result *result = smoke->result;
    struct event *event = memory_new(sizeof *event);
    struct run *run = &event->run_status;
    event->kind = EVENT_RUN;
    memcpy(run->id, result->run, sizeof run->id);
    run->kind = RUN_SMOKE;
    run->active = active;
    run->verdict = (uint8_t)result->verdict;
    run->passed = (uint16_t)result->passed;
    run->failed = (uint16_t)(result->failed + result->errors);
    run->inconclusive = (uint16_t)result->inconclusive;
    run->flaky = (uint16_t)result->flaky;
    run->total = (uint16_t)result->count;
    run->started_ns = smoke->started_ns;
    run->ended_ns = active ? 0 : loop_clock_ns();
    text_copy_cut(run->title, sizeof run->title, result->target);
    text_copy_cut(run->words, sizeof run->words, result->reason);
    emit(smoke, event);
    free(event);
}

static void tell(struct smoke *smoke, uint32_t index, bool running) {
    const struct smoke_check *row = &smoke->result->checks[index];
    struct event *event = memory_new(sizeof *event);
    event->kind = EVENT_CHECK;
    event->check.index = (uint16_t)index;
    event->check.total = (uint16_t)smoke->result->count;
    struct check_row *check = &event->check.row;
    text_copy_cut(check->name, sizeof check->name, row->name);
    text_copy_cut(check->detail, sizeof check->detail, row->detail);
    check->done = row->done;
    check->running = running;
    check->flaky = row->flaky;
    check->verdict = (uint8_t)row->verdict;
    check->duration_ms = (uint32_t)(row->duration_ns / NS_PER_MS);
    emit(smoke, event);
    free(event);
}

void smoke_tell_check(struct smoke *smoke, bool running) {
    tell(smoke, smoke->at, running);
}

void smoke_tell_waiting(struct smoke *smoke) {
    for (uint32_t i = smoke->at + 1; i < smoke->result->count; i++) {
        tell(smoke, i, false);
    }
}

static void describe(const struct smoke *smoke, uint32_t index) {
    const struct check *check = &smoke_checks(smoke)->items[index];
    struct smoke_check *row = &smoke->result->checks[index];
    char request[sizeof row->request];
    struct text text = TEXT_IN(request);
    text_addf(&text, "%s ", check_method(check));
    if (check->request == CHECK_CHAT) {
        text_add(&text, smoke->options.target->paths.chat);
    } else {
        text_add_slice(&text, check_subject(check));
    }
    safe_text_copy(row->request, sizeof row->request, slice_of(request));
    safe_text_copy(row->name, sizeof row->name, slice_of(check->name));
    row->line = smoke_plan_file(smoke->options.plan)[0] ? check->line : 0;
}

void smoke_tell_plan(struct smoke *smoke) {
    const struct target *target = smoke->options.target;
    struct smoke_result *result = smoke->result;
    char url[TARGET_URL_SIZE];
    struct text text = TEXT_IN(url);
    redact_add_url(&text, target->url);
    safe_text_copy(result->url, sizeof result->url, slice_of(url));
    safe_text_copy(result->target, sizeof result->target, slice_of(target->name));
    const char *file = smoke_plan_file(smoke->options.plan);
    safe_text_copy(result->file, sizeof result->file, slice_of(file));
    result->count = smoke_checks(smoke)->count;
    for (uint32_t i = 0; i < result->count; i++) describe(smoke, i);
}

void smoke_tell_finding(struct smoke *smoke, const struct check_finding *finding) {
    char *to = smoke_row(smoke)->detail;
    size_t size = sizeof smoke_row(smoke)->detail;
    char wanted[MATCHER_WANTED_SIZE];
    char got[GOT_SHOWN];
    if (finding->verdict == VERDICT_PASS && !finding->degraded) {
        snprintf(to, size, "HTTP %u", smoke_row(smoke)->status);
        return;
    }
    smoke_tell_words(smoke, wanted, sizeof wanted, slice_of(finding->wanted));
    smoke_tell_words(smoke, got, sizeof got, slice_of(finding->got));
    char what[CHECK_WHAT_SIZE];
    safe_text_copy(what, sizeof what, slice_of(finding->what));
    struct text text = text_in(to, size);
    text_addf(&text, "%s: wanted %s, got %s", what, wanted, got);
}
