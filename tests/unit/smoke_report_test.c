/* SPDX-License-Identifier: MIT */
#include "report/smoke_report.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/memory.h"
#include "base/text.h"
#include "base/units.h"
#include "io/json.h"
#include "support/test_folder.h"
#include "support/test_process.h"

#define SCHEMA (TESTS_FOLDER "/reports/junit-subset.xsd")

enum { PATH_SIZE = 512, LINES_MAX = 16 };

/* What the reports are made from: one of each kind, with words that mean something to
 * each format. */
static void add(
    struct smoke_result *result, const char *name, enum verdict verdict,
    const char *detail) {
    struct smoke_check *check = &result->checks[result->count++];
    text_copy_cut(check->name, sizeof check->name, name);
    text_copy_cut(check->detail, sizeof check->detail, detail);
    text_copy_cut(check->request, sizeof check->request, "POST /chat");
    check->done = true;
    check->verdict = verdict;
    check->attempts = 1;
    check->status = verdict == VERDICT_ERROR ? 0 : 200;
    check->duration_ns = 1234567890;
    check->line = 10 * result->count;
    check->ended_ms = 1763813403250 + (int64_t)result->count;
}

static struct smoke_result *result_new(void) {
    struct smoke_result *result = memory_new(sizeof *result);
    result->started_ms = 1763813403250;
    result->duration_ns = 5 * NS_PER_S;
    text_copy_cut(result->target, sizeof result->target, "local");
    text_copy_cut(result->url, sizeof result->url, "http://127.0.0.1:8080");
    return result;
}

/* The three of the book, all passed. */
static struct smoke_result *book(void) {
    struct smoke_result *result = result_new();
    add(result, "Health check", VERDICT_PASS, "HTTP 200");
    add(result, "Simple chat", VERDICT_PASS, "HTTP 200");
    add(result, "Metrics endpoint", VERDICT_PASS, "HTTP 200");
    smoke_result_conclude(result);
    return result;
}

static struct smoke_result *mixed(void) {
    struct smoke_result *result = result_new();
    text_copy_cut(result->file, sizeof result->file, "ci/checks,a:b.yaml");
    add(result, "passes", VERDICT_PASS, "HTTP 200");
    add(result, "flaky", VERDICT_PASS, "answer: wanted contains \"4\", got \"5\"");
    result->checks[1].flaky = true;
    result->checks[1].attempts = 2;
    add(result, "slow", VERDICT_PASS, "latency: wanted at most 200ms, got 1.23s");
    result->checks[2].degraded = true;
    add(result, "fails # <&>", VERDICT_FAIL,
        "body: wanted a body without \"<b>\", got ::error::]]> 100% \xE2\x90\x9B[2J");
    add(result, "unclear", VERDICT_INCONCLUSIVE, "metrics: wanted some, got none");
    add(result, "refused", VERDICT_ERROR, "127.0.0.1:8080: Connection refused");
    add(result, "left out", VERDICT_PASS, "");
    result->checks[6].done = false;
    result->end = SMOKE_CUT;
    smoke_result_conclude(result);
    return result;
}

typedef void (*report_fn)(const struct smoke_report *report, struct buffer *to);

static const struct {
    const char *extension;
    report_fn write;
} formats[] = {
    {"txt", smoke_report_text},    {"json", smoke_report_json},
    {"jsonl", smoke_report_jsonl}, {"xml", smoke_report_junit},
    {"tap", smoke_report_tap},     {"github", smoke_report_github},
};

static bool update; /* --update-reports */

static void write_report(
    const struct smoke_result *result, report_fn write, struct buffer *to) {
    struct smoke_report report = {
        .result = result, .exit_code = verdict_exit_code(result->verdict)};
    buffer_init(to, SMOKE_REPORT_BYTES_MAX);
    write(&report, to);
    assert_false(to->overflow);
}

static void read_file(const char *path, struct buffer *to) {
    char bytes[4096];
    size_t got = 0;
    buffer_init(to, SMOKE_REPORT_BYTES_MAX);
    FILE *file = fopen(path, "r");
    if (!file) fail_msg("no %s: --update-reports writes it", path);
    while ((got = fread(bytes, 1, sizeof bytes, file)) > 0) buffer_add(to, bytes, got);
    fclose(file);
}

static void update_file(const char *path, struct buffer *bytes) {
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes->data, 1, bytes->length, file), bytes->length);
    fclose(file);
}

static void expect_golden(
    const struct smoke_result *result, const char *name, size_t format) {
    char path[PATH_SIZE];
    struct buffer got;
    struct buffer wanted;
    snprintf(
        path, sizeof path, "%s/reports/smoke-%s.%s", TESTS_FOLDER, name,
        formats[format].extension);
    write_report(result, formats[format].write, &got);
    if (update) update_file(path, &got);
    read_file(path, &wanted);
    assert_string_equal(buffer_string(&got), buffer_string(&wanted));
    buffer_clear(&got);
    buffer_clear(&wanted);
}

static void every_format_is_as_it_was_agreed(void **state) {
    (void)state;
    struct smoke_result *passed = book();
    struct smoke_result *all = mixed();
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++) {
        expect_golden(passed, "book", i);
        expect_golden(all, "mixed", i);
    }
    free(passed);
    free(all);
}

static void the_lines_of_the_book_are_kept(void **state) {
    (void)state;
    struct smoke_result *result = book();
    struct buffer text;
    write_report(result, smoke_report_text, &text);
    assert_string_equal(
        buffer_string(&text), "Test 1: Health check... \xE2\x9C\x85 PASS\n"
                              "Test 2: Simple chat... \xE2\x9C\x85 PASS\n"
                              "Test 3: Metrics endpoint... \xE2\x9C\x85 PASS\n"
                              "\n"
                              "Smoke test results: 3 passed, 0 failed\n");
    buffer_clear(&text);
    free(result);
}

static void json_is_json_and_ends_with_the_run(void **state) {
    (void)state;
    struct smoke_result *result = mixed();
    struct buffer text;
    struct error err;
    write_report(result, smoke_report_json, &text);
    struct document *document = json_parse(buffer_slice(&text), &err);
    assert_non_null(document);
    const struct node *root = document_root(document);
    double passed = 0;
    assert_true(node_number(root, "passed", &passed));
    assert_true(passed == 3);
    assert_int_equal(node_get(root, "checks")->child_count, 7);
    document_free(document);
    buffer_clear(&text);

    write_report(result, smoke_report_jsonl, &text);
    struct scan scan = scan_of(buffer_slice(&text));
    struct slice line;
    char type[32] = "";
    while (scan_line(&scan, &line)) {
        document = json_parse(line, &err);
        assert_non_null(document);
        assert_true(node_string(document_root(document), "type", type, sizeof type));
        document_free(document);
    }
    assert_string_equal(type, "run.end");
    buffer_clear(&text);
    free(result);
}

/* Their times are of another clock than the length of the whole. */
static void the_run_never_ends_before_its_checks(void **state) {
    (void)state;
    struct smoke_result *result = mixed();
    struct smoke_report report = {.result = result};
    struct buffer text;
    buffer_init(&text, SMOKE_REPORT_BYTES_MAX);
    result->duration_ns = 0;
    result->checks[0].ended_ms = result->started_ms + 7;
    for (uint32_t i = 1; i < result->count; i++) {
        result->checks[i].ended_ms = result->started_ms;
    }
    char ended[64];
    struct text wanted = TEXT_IN(ended);
    text_add(&wanted, "\"ts\":\"");
    units_add_timestamp(&wanted, result->started_ms + 7);
    smoke_report_line_end(&report, &text);
    assert_non_null(strstr(buffer_string(&text), ended));
    buffer_clear(&text);
    free(result);
}

static void no_line_for_github_is_a_command_of_the_target(void **state) {
    (void)state;
    struct smoke_result *result = mixed();
    struct buffer text;
    write_report(result, smoke_report_github, &text);
    struct scan scan = scan_of(buffer_slice(&text));
    struct slice line;
    unsigned commands = 0;
    while (scan_line(&scan, &line)) {
        if (!slice_starts_with(line, "::")) continue;
        commands++;
        assert_true(
            slice_starts_with(line, "::error title=Smoke test ") ||
            slice_starts_with(line, "::warning title=Smoke test "));
    }
    assert_int_equal(commands, 5);
    buffer_clear(&text);
    free(result);
}

/* Runs a checker on a report; its exit code. */
static int check_with(
    const struct smoke_result *result, report_fn write, const char *const *args) {
    struct test_folder folder;
    struct buffer text;
    char path[TEST_PATH_SIZE];
    const char *all[LINES_MAX] = {NULL};
    size_t count = 0;
    while (args[count]) {
        all[count] = args[count];
        count++;
    }
    test_folder_init(&folder);
    test_folder_path(&folder, "report.t", path);
    write_report(result, write, &text);
    test_folder_write(&folder, "report.t", buffer_string(&text));
    all[count] = path;
    int code = test_process_run(all, NULL);
    test_folder_clear(&folder);
    buffer_clear(&text);
    return code;
}

static void junit_is_in_the_subset_that_everybody_reads(void **state) {
    (void)state;
    const char *const args[] = {"xmllint", "--noout", "--schema", SCHEMA, NULL};
    struct smoke_result *passed = book();
    struct smoke_result *all = mixed();
    assert_int_equal(check_with(passed, smoke_report_junit, args), 0);
    assert_int_equal(check_with(all, smoke_report_junit, args), 0);
    /* A schema that accepts anything would prove nothing. */
    assert_int_not_equal(check_with(all, smoke_report_json, args), 0);
    free(passed);
    free(all);
}

static void prove_agrees_with_the_verdict(void **state) {
    (void)state;
    const char *const args[] = {"prove", "-e", "cat", NULL};
    struct smoke_result *passed = book();
    struct smoke_result *all = mixed();
    assert_int_equal(check_with(passed, smoke_report_tap, args), 0);
    assert_int_not_equal(check_with(all, smoke_report_tap, args), 0);
    free(passed);
    free(all);
}

static void nothing_that_was_not_looked_at_is_green(void **state) {
    (void)state;
    const char *const args[] = {"prove", "-e", "cat", NULL};
    struct smoke_result *result = book();
    result->checks[2].done = false;
    result->end = SMOKE_STOPPED;
    smoke_result_conclude(result);
    assert_int_not_equal(check_with(result, smoke_report_tap, args), 0);
    free(result);
}

int main(int argc, char **argv) {
    update = argc > 1 && strcmp(argv[1], "--update-reports") == 0;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_format_is_as_it_was_agreed),
        cmocka_unit_test(the_lines_of_the_book_are_kept),
        cmocka_unit_test(json_is_json_and_ends_with_the_run),
        cmocka_unit_test(the_run_never_ends_before_its_checks),
        cmocka_unit_test(no_line_for_github_is_a_command_of_the_target),
        cmocka_unit_test(junit_is_in_the_subset_that_everybody_reads),
        cmocka_unit_test(prove_agrees_with_the_verdict),
        cmocka_unit_test(nothing_that_was_not_looked_at_is_green),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
