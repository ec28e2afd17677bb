/* SPDX-License-Identifier: MIT */
#include "support/smoked.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/memory.h"
#include "base/text.h"
#include "base/units.h"

#define LIMIT_NS (5 * NS_PER_S)

int smoked_start(void **state) {
    struct smoked *smoked = memory_new(sizeof *smoked);
    smoked->hostile = hostile_new();
    smoked->loop = loop_new();
    smoked->service = service_new(smoked->loop, 0);
    smoked->redactor = redactor_new();
    test_folder_init(&smoked->folder);
    char url[TARGET_URL_SIZE];
    service_url(smoked->service, url, sizeof url);
    assert_true(target_from_url(&smoked->target, url, &smoked->err));
    *state = smoked;
    return 0;
}

int smoked_stop(void **state) {
    struct smoked *smoked = *state;
    service_free(smoked->service);
    loop_free(smoked->loop);
    hostile_free(smoked->hostile);
    redactor_free(smoked->redactor);
    test_folder_clear(&smoked->folder);
    free(smoked);
    return 0;
}

void smoked_use_hostile(struct smoked *smoked) {
    char url[TARGET_URL_SIZE];
    hostile_url(smoked->hostile, "", url, sizeof url);
    assert_true(target_from_url(&smoked->target, url, &smoked->err));
}

bool smoked_secret(
    char *value, size_t size, struct redactor *redactor, struct error *why) {
    if (strcmp(value, "${env:TOKEN}") != 0) {
        return error_set(why, ERROR_USAGE, "not set");
    }
    assert_true(redactor_add(redactor, slice_of("t0ken-of-the-file")));
    return text_copy(value, size, "t0ken-of-the-file");
}

static void on_event(void *owner, const struct event *event) {
    struct smoked *smoked = owner;
    assert_in_range(smoked->event_count, 0, SMOKED_EVENTS_MAX - 1);
    smoked->events[smoked->event_count++] = *event;
}

static void on_done(void *owner, const struct smoke_result *result) {
    struct smoked *smoked = owner;
    smoked->result = *result;
    smoked->ends++;
    loop_stop(smoked->loop);
}

struct smoke_plan *smoked_plan(struct smoked *smoked, const char *yaml) {
    char path[TEST_PATH_SIZE];
    test_folder_path(&smoked->folder, "checks.yaml", path);
    if (yaml) test_folder_write(&smoked->folder, "checks.yaml", yaml);
    struct smoke_plan *plan = smoke_plan_new(
        &smoked->target, yaml ? path : NULL, smoked_secret, &smoked->err);
    if (!plan) fail_msg("%s", smoked->err.message);
    return plan;
}

struct smoke_options smoked_options(
    struct smoked *smoked, const struct smoke_plan *plan) {
    return (struct smoke_options){
        .target = &smoked->target,
        .plan = plan,
        .redactor = smoked->redactor,
        .limit_ns = LIMIT_NS,
        .on_event = on_event,
        .on_done = on_done,
        .owner = smoked,
    };
}

const struct smoke_result *smoked_run_with(
    struct smoked *smoked, struct smoke_options *options) {
    smoked->ends = smoked->event_count = 0;
    smoke_start(smoked->loop, options);
    assert_int_equal(smoked->ends, 0);
    loop_run(smoked->loop);
    assert_int_equal(smoked->ends, 1);
    return &smoked->result;
}

const struct smoke_result *smoked_run(struct smoked *smoked, const char *yaml) {
    struct smoke_plan *plan = smoked_plan(smoked, yaml);
    struct smoke_options options = smoked_options(smoked, plan);
    smoked_run_with(smoked, &options);
    smoke_plan_free(plan);
    return &smoked->result;
}

void smoked_expect(
    const struct smoke_result *result, enum verdict verdict, enum smoke_end end) {
    if (result->verdict != verdict) printf("%s\n", result->reason);
    assert_string_equal(verdict_name(result->verdict), verdict_name(verdict));
    assert_string_equal(smoke_end_name(result->end), smoke_end_name(end));
}

void smoked_answer_well(struct smoked *smoked) {
    service_answer(
        smoked->service, "/health", 200, SMOKED_JSON, "{\"status\": \"healthy\"}");
    service_answer(
        smoked->service, "/chat", 200, SMOKED_JSON, "{\"response\": \"It is 4.\"}");
    service_answer(
        smoked->service, "/metrics", 200, "text/plain", "agent_requests_total 7\n");
}
