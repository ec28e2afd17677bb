/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/document.h"
#include "io/json.h"
#include "support/golden.h"
#include "support/looked.h"

static struct buffer json_of(const struct looked *looked) {
    struct status_report report = looked_report(looked);
    struct buffer json;
    buffer_init(&json, STATUS_BYTES_MAX);
    status_report_json(&report, &json);
    return json;
}

/* The report as a document. */
static struct document *document_of(struct looked *looked) {
    struct buffer json = json_of(looked);
    struct error err;
    struct document *document = json_parse(buffer_slice(&json), &err);
    if (!document) fail_msg("%s", err.message);
    buffer_clear(&json);
    free(looked);
    return document;
}

static struct document *report_of(enum fixture fixture) {
    return document_of(looked_at_fixture(fixture));
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

/* How a section is, and why; "" for a null. */
static void expect_section(
    const struct document *document, const char *section, const char *status,
    const char *detail) {
    char path[64];
    snprintf(path, sizeof path, "$.%s.status", section);
    expect_text(document, path, status);
    snprintf(path, sizeof path, "$.%s.detail", section);
    if (detail[0]) expect_text(document, path, detail);
    if (!detail[0]) assert_int_equal(at(document, path)->kind, NODE_NULL);
}

static void every_way_to_end_is_told_apart(void **state) {
    (void)state;
    struct document *document = document_of(looked_new());
    expect_section(document, "split", "n/a", "");
    expect_section(
        document, "red.stable", "degraded", "2 lines cannot be read, first line 7");
    expect_section(document, "red.canary", "not asked", "the look ended first");
    expect_section(document, "health", "silent", "no answer after 1.50s");
    expect_section(document, "redis", "silent", "Connection refused");
    expect_section(document, "queue", "unknown", "redis does not answer");
    expect_section(document, "errors", "bad", "HTTP 401: not authorised");
    document_free(document);
}

static void the_whole_of_it_is_as_it_was_agreed(void **state) {
    struct looked *looked = looked_new();
    struct buffer json = json_of(looked);
    golden_expect_text(*state, "status-ways.json", buffer_slice(&json));
    buffer_clear(&json);
    free(looked);
}

int main(int argc, char **argv) {
    struct golden golden = golden_from_arguments(TESTS_FOLDER "/reports", argc, argv);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_healthy_target_has_every_section_with_its_age),
        cmocka_unit_test(a_track_without_requests_has_nulls),
        cmocka_unit_test(dead_redis_is_named_and_the_rest_is_still_there),
        cmocka_unit_test(what_has_never_answered_is_null_and_not_green),
        cmocka_unit_test(what_is_not_configured_is_said_so),
        cmocka_unit_test(every_way_to_end_is_told_apart),
        cmocka_unit_test_prestate(the_whole_of_it_is_as_it_was_agreed, &golden),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
