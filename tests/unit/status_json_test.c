/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/document.h"
#include "core/model.h"
#include "io/json.h"
#include "report/status_report.h"
#include "support/fixture_model.h"

/* The report of a fixture as a document. */
static struct document *report_of(enum fixture fixture) {
    struct model *model = fixture_model(fixture);
    struct target *target = calloc(1, sizeof *target);
    struct status_judgement judgement = status_judge(&model->state, false, false);
    struct buffer json;
    struct error err;
    assert_true(target_from_url(target, "http://127.0.0.1:8080", &err));
    struct status_report report = {
        .state = &model->state,
        .target = target,
        .judgement = &judgement,
        .now_ns = fixture_now_ns(),
        .wall_ms = 1};
    buffer_init(&json, STATUS_BYTES_MAX);
    status_report_json(&report, &json);
    struct document *document = json_parse(buffer_slice(&json), &err);
    if (!document) fail_msg("%s", err.message);
    buffer_clear(&json);
    free(target);
    model_free(model);
    return document;
}

static const struct node *at(const struct document *document, const char *path) {
    const struct node *found = NULL;
    struct error err;
    assert_true(node_find(document_root(document), slice_of(path), &found, &err));
    if (!found) fail_msg("no %s", path);
    return found;
}

static void expect_text(
    const struct document *document, const char *path, const char *words) {
    if (!slice_equals(at(document, path)->string, words)) fail_msg("%s", path);
}

static void expect_number(const struct document *document, const char *path) {
    if (at(document, path)->kind != NODE_NUMBER) fail_msg("%s is no number", path);
}

static void a_healthy_target_has_every_section_with_its_age(void **state) {
    (void)state;
    static const char *const ages[] = {
        "$.health.age_ms", "$.red.stable.age_ms", "$.red.canary.age_ms",
        "$.redis.age_ms",  "$.queue.age_ms",      "$.split.age_ms",
        "$.errors.age_ms",
    };
    static const char *const numbers[] = {
        "$.red.stable.rps",    "$.red.stable.error_ratio", "$.red.stable.p50_ms",
        "$.red.stable.p95_ms", "$.red.stable.p99_ms",      "$.red.canary.rps",
        "$.redis.ping_ms",     "$.queue.waiting",          "$.split.canary_wanted",
    };
    struct document *document = report_of(FIXTURE_HEALTHY);
    expect_text(document, "$.verdict", "PASS");
    expect_text(document, "$.health.status", "ok");
    for (size_t i = 0; i < sizeof ages / sizeof *ages; i++) {
        expect_number(document, ages[i]);
        assert_true(at(document, ages[i])->number < 60000);
    }
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        expect_number(document, numbers[i]);
    }
    document_free(document);
}

static void a_track_without_requests_has_nulls(void **state) {
    (void)state;
    struct document *document = report_of(FIXTURE_NO_CANARY);
    static const char *const nulls[] = {
        "$.red.canary.rps",    "$.red.canary.error_ratio", "$.red.canary.p50_ms",
        "$.red.canary.p95_ms", "$.red.canary.p99_ms",      "$.red.canary.age_ms",
    };
    for (size_t i = 0; i < sizeof nulls / sizeof *nulls; i++) {
        assert_int_equal(at(document, nulls[i])->kind, NODE_NULL);
    }
    expect_text(document, "$.verdict", "PASS");
    document_free(document);
}

static void dead_redis_is_named_and_the_rest_is_still_there(void **state) {
    (void)state;
    struct document *document = report_of(FIXTURE_REDIS_DEAD);
    expect_text(document, "$.verdict", "FAIL");
    assert_non_null(strstr(at(document, "$.reason")->string.data, "redis"));
    assert_int_equal(at(document, "$.red.stable.rps")->kind, NODE_NUMBER);
    assert_true(at(document, "$.exit_code")->number == 1);
    document_free(document);
}

static void what_has_never_answered_is_null_and_not_green(void **state) {
    (void)state;
    struct document *document = report_of(FIXTURE_MISSING);
    assert_false(slice_equals(at(document, "$.verdict")->string, "PASS"));
    assert_int_equal(at(document, "$.health.age_ms")->kind, NODE_NULL);
    assert_int_equal(at(document, "$.red.stable.rps")->kind, NODE_NULL);
    assert_int_equal(at(document, "$.redis.ping_ms")->kind, NODE_NULL);
    document_free(document);
}

static void what_is_not_configured_is_said_so(void **state) {
    (void)state;
    struct document *document = report_of(FIXTURE_BARE_URL);
    expect_text(document, "$.redis.status", "n/a");
    expect_text(document, "$.split.status", "n/a");
    document_free(document);
}

static void text_never_holds_what_could_trick_a_terminal(void **state) {
    (void)state;
    struct model *model = fixture_model(FIXTURE_WORSE);
    struct target *target = calloc(1, sizeof *target);
    struct error err;
    assert_true(target_from_url(target, "http://127.0.0.1:8080", &err));
    static const char evil[] = "\033]0;owned\a\033[2J\r\n";
    memcpy(model->state.errors[0].message, evil, sizeof evil);
    memcpy(model->state.errors[0].kind, evil, sizeof evil);
    memcpy(model->state.parts[0].detail, evil, sizeof evil);
    memcpy(model->state.parts[0].name, evil, sizeof evil);
    struct status_judgement judgement = status_judge(&model->state, false, false);
    struct status_report report = {
        .state = &model->state,
        .target = target,
        .judgement = &judgement,
        .now_ns = fixture_now_ns()};
    struct buffer text;
    buffer_init(&text, STATUS_BYTES_MAX);
    status_report_text(&report, &text);
    for (size_t i = 0; i < text.length; i++) {
        unsigned char c = (unsigned char)text.data[i];
        if (c != '\n') assert_true(c >= ' ' && c != 0x7F);
    }
    assert_true(text.length > 200);
    buffer_clear(&text);
    free(target);
    model_free(model);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_healthy_target_has_every_section_with_its_age),
        cmocka_unit_test(a_track_without_requests_has_nulls),
        cmocka_unit_test(dead_redis_is_named_and_the_rest_is_still_there),
        cmocka_unit_test(what_has_never_answered_is_null_and_not_green),
        cmocka_unit_test(what_is_not_configured_is_said_so),
        cmocka_unit_test(text_never_holds_what_could_trick_a_terminal),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
