/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/book_rule.h"
#include "report/analysis_report.h"
#include "support/analyzed.h"
#include "support/golden.h"
#include "support/rollout_inputs.h"

static const struct trials good = {40, 0}, few = {2, 0}, bad = {2, 1};

static struct analyzed *bad_by_book(void) {
    struct analyzed *analyzed = analyzed_new();
    analyzed->asked.rule = ROLLOUT_BY_BOOK;
    analyzed->asked.alpha = 0.05;
    analyzed_begin(analyzed);
    for (int i = 0; i < 11; i++) analyzed_second(analyzed, &few, &good);
    while (!analyzed->is_over) analyzed_second(analyzed, &bad, &good);
    return analyzed;
}

static void expect(
    const struct golden *golden, const char *name, const struct analysis_report *report,
    void (*write)(const struct analysis_report *, struct buffer *)) {
    struct buffer text;
    buffer_init(&text, ANALYSIS_REPORT_BYTES_MAX);
    write(report, &text);
    golden_expect_text(golden, name, buffer_slice(&text));
    buffer_clear(&text);
}

static struct analysis_report report_of(const struct analyzed *analyzed) {
    return (struct analysis_report){
        .analysis = &analyzed->analysis,
        .path = "/home/ann/.local/state/flightdeck/rollouts/X.outcomes",
        .warning = "",
    };
}

static void another_rule_stands_beside_what_was_done(void **state) {
    struct analyzed *analyzed = bad_by_book();
    struct analysis_report report = report_of(analyzed);
    report.warning = BOOK_RULE_WARNING;
    expect(*state, "analysis-book.txt", &report, analysis_report_text);
    expect(*state, "analysis-book.json", &report, analysis_report_json);
    expect(*state, "analysis-book.md", &report, analysis_report_markdown);
    free(analyzed);
}

static void what_is_missing_from_a_recording_is_said(void **state) {
    struct analyzed *analyzed = analyzed_new();
    struct rollout_input full = input_transition(ROLLOUT_HOLD, 0, "looks odd");
    full.transition.left_out = 4711;
    full.transition.hold = ROLLOUT_HELD_PERSON;
    memcpy(full.transition.actor, "bob", sizeof "bob");
    analyzed_begin(analyzed);
    analyzed_second(analyzed, &few, &good);
    analyzed_take(analyzed, (struct rollout_input){.kind = ROLLOUT_INPUT_GAP});
    analyzed_take(analyzed, (struct rollout_input){.kind = ROLLOUT_INPUT_FULL});
    analyzed_take(analyzed, full);
    analyzed->analysis.differing = 1;
    struct analysis_report report = report_of(analyzed);
    report.is_torn = true;
    expect(*state, "analysis-missing.txt", &report, analysis_report_text);
    free(analyzed);
}

static void nothing_in_it_could_trick_a_terminal(void **state) {
    struct analyzed *analyzed = analyzed_new();
    struct buffer text;
    (void)state;
    analyzed_begin(analyzed);
    analyzed_second(analyzed, &few, &good);
    analyzed_take(
        analyzed,
        input_transition(ROLLOUT_ROLLING_BACK, 0, "\033]0;owned\a\033[2J\r\n"));
    const struct analysis_report report = report_of(analyzed);
    buffer_init(&text, ANALYSIS_REPORT_BYTES_MAX);
    analysis_report_text(&report, &text);
    for (size_t i = 0; i < text.length; i++) {
        unsigned char c = (unsigned char)text.data[i];
        if (c != '\n') assert_true(c >= ' ' && c != 0x7F);
    }
    assert_true(text.length > 200);
    buffer_clear(&text);
    free(analyzed);
}

int main(int argc, char **argv) {
    struct golden golden = golden_from_arguments(TESTS_FOLDER "/reports", argc, argv);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_prestate(another_rule_stands_beside_what_was_done, &golden),
        cmocka_unit_test_prestate(what_is_missing_from_a_recording_is_said, &golden),
        cmocka_unit_test(nothing_in_it_could_trick_a_terminal),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
