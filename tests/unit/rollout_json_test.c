/* SPDX-License-Identifier: MIT */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "base/units.h"
#include "core/node.h"
#include "report/rollout_report.h"
#include "support/fixture_canary.h"
#include "support/parsed.h"

static struct document *document;

/* What the report says there; the tree lives until the next one. */
static const struct node *told(const struct rollout_status *status, const char *path) {
    struct buffer to;
    struct error err;
    const struct node *found = NULL;
    const struct rollout_report report = {.status = status, .target = "agent"};
    document_free(document);
    buffer_init(&to, ROLLOUT_REPORT_BYTES_MAX);
    rollout_report_json(&report, &to);
    buffer_add_char(&to, '\0');
    document = parsed(buffer_slice(&to).data);
    buffer_clear(&to);
    assert_true(node_find(document_root(document), slice_of(path), &found, &err));
    assert_non_null(found);
    return found;
}

static void expect_word(
    const struct rollout_status *status, const char *path, const char *word) {
    assert_true(slice_equals(told(status, path)->string, word));
}

static void expect_number(
    const struct rollout_status *status, const char *path, double number) {
    const struct node *node = told(status, path);
    assert_int_equal(node->kind, NODE_NUMBER);
    assert_float_equal(node->number, number, 1e-6);
}

static void expect_null(const struct rollout_status *status, const char *path) {
    assert_int_equal(told(status, path)->kind, NODE_NULL);
}

static void each_track_has_its_source_and_its_age(void **state) {
    (void)state;
    struct rollout_status status = fixture_rollout(ROLLOUT_AT_STEP, NS_PER_S);
    expect_number(&status, "$.data_age_s", 0.8);
    expect_number(&status, "$.data.age_most_s", 15);
    expect_word(&status, "$.data.stable.source", "log");
    expect_number(&status, "$.data.canary.age_s", 3.1);
    expect_number(&status, "$.data.jobs_open", 12);
    expect_number(&status, "$.data.oldest_job_s", 11);
    expect_word(&status, "$.data.unrecorded", "");
    text_copy_cut(status.unrecorded, sizeof status.unrecorded, "the disk is full");
    expect_word(&status, "$.data.unrecorded", "the disk is full");
    status.feeds[1] = (struct rollout_feed){
        .source = ROLLOUT_SOURCE_PROMETHEUS, .age_ms = UINT32_MAX, .restarts = 2};
    status.data_age_ms = UINT32_MAX;
    expect_word(&status, "$.data.canary.source", "prometheus");
    expect_null(&status, "$.data.canary.age_s");
    expect_number(&status, "$.data.canary.restarts", 2);
    expect_null(&status, "$.data_age_s");
}

static void what_is_left_out_is_counted_of_each_track(void **state) {
    (void)state;
    struct rollout_status status = fixture_rollout(ROLLOUT_AT_STEP, NS_PER_S);
    expect_number(&status, "$.data.stable.clients_left", 31);
    expect_number(&status, "$.data.stable.limited", 4);
    expect_number(&status, "$.data.stable.redispatched", 1);
    expect_number(&status, "$.data.stable.jobs_open", 9);
    expect_number(&status, "$.data.stable.oldest_job_s", 8);
    expect_number(&status, "$.data.canary.clients_left", 1);
    expect_number(&status, "$.data.canary.limited", 0);
    expect_number(&status, "$.data.canary.redispatched", 2);
    expect_number(&status, "$.data.canary.strayed", 1);
    status.feeds[1].tally.jobs_open = 0;
    expect_number(&status, "$.data.canary.jobs_open", 0);
    expect_null(&status, "$.data.canary.oldest_job_s");
}

/* No 0 stands for what counters cannot tell. */
static void what_cannot_be_told_apart_is_null(void **state) {
    static const char *const keys[] = {"clients_left", "limited",   "redispatched",
                                       "strayed",      "jobs_open", "oldest_job_s"};
    (void)state;
    struct rollout_status status = fixture_rollout(ROLLOUT_AT_STEP, NS_PER_S);
    for (unsigned i = 0; i < 2; i++) {
        status.feeds[i] = (struct rollout_feed){.source = ROLLOUT_SOURCE_METRICS};
    }
    status.jobs_open = status.oldest_job_ms = 0;
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        char path[64];
        struct text text = TEXT_IN(path);
        text_addf(&text, "$.data.canary.%s", keys[i]);
        expect_null(&status, path);
    }
    expect_null(&status, "$.data.jobs_open");
    expect_null(&status, "$.data.oldest_job_s");
}

static void what_is_missing_is_a_number_or_nothing(void **state) {
    (void)state;
    struct rollout_status status = fixture_rollout(ROLLOUT_AT_STEP, NS_PER_S);
    expect_number(&status, "$.canary_missing", 41);
    status.canary_missing = ROLLOUT_NEVER;
    expect_null(&status, "$.canary_missing");
    status.canary_missing = 0;
    expect_number(&status, "$.canary_missing", 0);
    status.bound = NAN; /* nothing came yet */
    expect_null(&status, "$.canary_missing");
}

static void how_far_it_came_is_said_where_it_is_known(void **state) {
    (void)state;
    struct rollout_status status = fixture_rollout(ROLLOUT_UNSOUND, NS_PER_S);
    expect_word(&status, "$.phase", "rolled back");
    expect_word(&status, "$.reached", "smoke");
}

static int forget(void **state) {
    (void)state;
    document_free(document);
    return 0;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_track_has_its_source_and_its_age),
        cmocka_unit_test(how_far_it_came_is_said_where_it_is_known),
        cmocka_unit_test(what_is_left_out_is_counted_of_each_track),
        cmocka_unit_test(what_cannot_be_told_apart_is_null),
        cmocka_unit_test(what_is_missing_is_a_number_or_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, forget);
}
