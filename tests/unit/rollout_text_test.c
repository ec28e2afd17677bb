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
#include "report/rollout_report.h"
#include "support/fixture_canary.h"

static char said[ROLLOUT_REPORT_BYTES_MAX];

static void say(const struct rollout_status *status) {
    struct buffer to;
    const struct rollout_report report = {.status = status, .target = "agent"};
    buffer_init(&to, sizeof said - 1);
    rollout_report_text(&report, &to);
    struct slice text = buffer_slice(&to);
    memcpy(said, text.data, text.length);
    said[text.length] = '\0';
    buffer_clear(&to);
}

static void expect(const char *line) {
    if (!strstr(said, line)) fail_msg("no \"%s\" in:\n%s", line, said);
}

static void each_track_says_where_its_data_comes_from(void **state) {
    (void)state;
    struct rollout_status status = fixture_rollout(ROLLOUT_AT_STEP, NS_PER_S);
    say(&status);
    expect("data      log, stable 0.8 s old, canary 3.1 s old\n");
    expect("\nlease     4.1 s\n");
    assert_null(strstr(said, "restarts"));
    assert_null(strstr(said, "NOT guarded"));
    status.feeds[1] = (struct rollout_feed){
        .source = ROLLOUT_SOURCE_PROMETHEUS, .age_ms = UINT32_MAX, .restarts = 2};
    status.feeds[0].source = ROLLOUT_SOURCE_METRICS;
    status.jobs_open = 0;
    status.guarded = false;
    say(&status);
    expect("data      metrics, stable 0.8 s old, prometheus, canary none yet\n");
    expect("restarts  processes of stable 0, of the canary 2\n");
    expect("NOT guarded: ");
    assert_null(strstr(said, "recording"));
    text_copy_cut(status.unrecorded, sizeof status.unrecorded, "the disk is full");
    say(&status);
    expect("recording the disk is full\n");
    status.feeds[0] = status.feeds[1] = (struct rollout_feed){0};
    say(&status);
    expect("data      none: neither a router's log nor metrics to ask for\n");
}

static void what_is_left_out_is_told_of_each_track(void **state) {
    (void)state;
    struct rollout_status status = fixture_rollout(ROLLOUT_AT_STEP, NS_PER_S);
    say(&status);
    expect("\nleft out  stable: clients left 31, limited 4; canary: clients left 1, "
           "limited 0\n");
    expect("\nrerouted  stable: redispatched 1; canary: redispatched 2, strayed to "
           "stable 1\n");
    expect("\nin flight stable: jobs 9, the oldest for 8.0 s; canary: jobs 3, the "
           "oldest for 11.0 s\n");
    status.feeds[1].tally.jobs_open = 0;
    say(&status);
    expect("; canary: jobs 0\n");
}

/* No 0 stands for it: a controller of before did not count, and counters cannot. */
static void what_cannot_be_told_apart_is_not_counted(void **state) {
    (void)state;
    struct rollout_status status = fixture_rollout(ROLLOUT_AT_STEP, NS_PER_S);
    status.feeds[0].tally.known = status.feeds[1].tally.known = false;
    say(&status);
    expect("canary 3.1 s old, 12 jobs open, the oldest for 11.0 s\n");
    assert_null(strstr(said, "left out"));
    assert_null(strstr(said, "in flight"));
    status.feeds[0].source = status.feeds[1].source = ROLLOUT_SOURCE_METRICS;
    say(&status);
    expect("\nleft out  not known: counters do not tell requests apart\n");
    assert_null(strstr(said, "in flight"));
    assert_null(strstr(said, "rerouted"));
}

static void what_is_missing_is_counted_from_what_there_is(void **state) {
    (void)state;
    struct rollout_status status = fixture_rollout(ROLLOUT_AT_STEP, NS_PER_S);
    say(&status);
    expect(": 139 of ~180 canary requests, harm");
    status.canary_missing = 0;
    say(&status);
    expect(": 139 canary requests, harm");
    status.canary_missing = ROLLOUT_NEVER;
    say(&status);
    expect(": 139 canary requests, no number is enough at this rate, harm");
}

static void who_took_it_back_is_said(void **state) {
    (void)state;
    struct rollout_status status = fixture_rollout(ROLLOUT_TURNED_BACK, NS_PER_S);
    status.reason[0] = '\0';
    text_copy_cut(status.actor, sizeof status.actor, "ann");
    say(&status);
    expect(", rolled back by ann: no reason given\n");
    text_copy_cut(status.reason, sizeof status.reason, "looks odd");
    say(&status);
    expect(", rolled back by ann: looks odd\n");
}

static void what_never_began_has_no_step(void **state) {
    (void)state;
    struct rollout_status status = fixture_rollout(ROLLOUT_TURNED_BACK, NS_PER_S);
    status.step = 0;
    text_copy_cut(status.reason, sizeof status.reason, "the smoke test failed");
    say(&status);
    expect("  before the first step, rolled back: the smoke test failed\n");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_track_says_where_its_data_comes_from),
        cmocka_unit_test(what_is_left_out_is_told_of_each_track),
        cmocka_unit_test(what_cannot_be_told_apart_is_not_counted),
        cmocka_unit_test(what_is_missing_is_counted_from_what_there_is),
        cmocka_unit_test(who_took_it_back_is_said),
        cmocka_unit_test(what_never_began_has_no_step),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
