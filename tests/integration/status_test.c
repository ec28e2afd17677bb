/* `flightdeck status` on a real demo: one look at everything, with parts that are
 * stopped and started again. */
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
#include "core/exit_code.h"
#include "io/json.h"
#include "support/lone_demo.h"

enum { LOOKS_MAX = 12 };

static struct lone_demo demo;
static char words[TEST_DEMO_WORDS_SIZE];
static struct document *report;

static int set_up(void **state) {
    (void)state;
    lone_demo_start(&demo);
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    document_free(report);
    lone_demo_stop(&demo);
    return 0;
}

static int look(void) {
    static const char *const args[] = {"status", "--target", "demo", "--format",
                                       "json",   "-q",       NULL};
    struct error err;
    int code = test_demo_ask(&demo.home, args, words);
    document_free(report);
    report = json_parse(slice_of(words), &err);
    if (!report) fail_msg("%s: %s", err.message, words);
    return code;
}

/* What has just been changed needs a moment to show; each look takes two seconds. */
static void look_until(int code) {
    for (int i = 0; i < LOOKS_MAX; i++) {
        if (look() == code) return;
    }
    fail_msg("it never ended with %d: %s", code, words);
}

static const struct node *at(const char *path) {
    const struct node *found = NULL;
    struct error err;
    assert_true(node_find(document_root(report), slice_of(path), &found, &err));
    if (!found) fail_msg("no %s in %s", path, words);
    return found;
}

static void expect_text(const char *path, const char *text) {
    if (!slice_equals(at(path)->string, text)) fail_msg("%s: %s", path, words);
}

static void expect_number(const char *path, double least, double most) {
    const struct node *node = at(path);
    if (node->kind != NODE_NUMBER || node->number < least || node->number > most) {
        fail_msg("%s is not from %g to %g: %s", path, least, most, words);
    }
}

/* A float has nine digits at most: more of them were never measured. */
static void expect_no_noise(void) {
    for (const char *at = strchr(words, '.'); at; at = strchr(at + 1, '.')) {
        if (strspn(at + 1, "0123456789") > 9) fail_msg("%.20s in %s", at, words);
    }
}

static void change_part(const char *verb, const char *part) {
    const char *const args[] = {"demo", verb, part, NULL};
    char said[TEST_DEMO_WORDS_SIZE];
    assert_int_equal(test_demo_ask(&demo.home, args, said), 0);
}

static void everything_is_there_with_its_age(void **state) {
    (void)state;
    static const char *const ages[] = {
        "$.health.age_ms", "$.red.stable.age_ms", "$.red.canary.age_ms",
        "$.redis.age_ms",  "$.queue.age_ms",      "$.split.age_ms",
        "$.errors.age_ms",
    };
    look_until(EXIT_CODE_OK);
    expect_text("$.verdict", "PASS");
    for (size_t i = 0; i < sizeof ages / sizeof *ages; i++) {
        expect_number(ages[i], 0, 5000);
    }
    expect_number("$.red.stable.rps", 1, 200);
    expect_number("$.red.stable.error_ratio", 0, 0.5);
    expect_number("$.red.stable.p50_ms", 1, 10000);
    expect_number("$.red.stable.p95_ms", 1, 20000);
    expect_number("$.red.stable.p99_ms", 1, 30000);
    expect_number("$.split.canary_wanted", 0.09, 0.11);
    expect_number("$.queue.workers", 2, 2);
    expect_text("$.red.stable.version", "v1.5.0");
    expect_text("$.red.canary.version", "v1.6.0");
    expect_text("$.target", "demo");
    expect_text("$.red.stable.status", "ok");
    assert_true(at("$.complete")->boolean);
    expect_no_noise();
}

static void without_redis_it_fails_and_names_it_and_shows_the_rest(void **state) {
    (void)state;
    change_part("stop", "redis");
    look_until(EXIT_CODE_FAILED);
    assert_int_equal(look(), EXIT_CODE_FAILED); /* it was gone when this one began */
    expect_text("$.verdict", "FAIL");
    expect_text("$.redis.status", "silent");
    assert_true(at("$.redis.detail")->string.length > 0);
    assert_non_null(strstr(at("$.reason")->string.data, "redis"));
    expect_number("$.red.stable.rps", 0.1, 200);
    expect_number("$.health.age_ms", 0, 5000);
    assert_int_equal(at("$.redis.ping_ms")->kind, NODE_NULL);
    change_part("start", "redis");
    look_until(EXIT_CODE_OK);
}

static void a_dead_canary_is_named_and_the_stable_track_goes_on(void **state) {
    (void)state;
    change_part("stop", "agent-canary");
    look_until(EXIT_CODE_FAILED);
    assert_int_equal(look(), EXIT_CODE_FAILED);
    assert_non_null(strstr(at("$.reason")->string.data, "canary"));
    expect_number("$.red.stable.rps", 0.1, 200);
    assert_int_equal(at("$.red.canary.rps")->kind, NODE_NULL);
    change_part("start", "agent-canary");
    look_until(EXIT_CODE_OK);
}

static void an_agent_that_is_gone_was_not_reached(void **state) {
    (void)state;
    change_part("stop", "agent-canary");
    change_part("stop", "agent-stable");
    look_until(EXIT_CODE_UNREACHABLE);
    expect_text("$.verdict", "ERROR");
    expect_text("$.exit_reason", "could not run");
    change_part("start", "agent-canary");
    change_part("start", "agent-stable");
    look_until(EXIT_CODE_OK);
}

static void the_text_names_every_part(void **state) {
    (void)state;
    static const char *const args[] = {"status", "--target", "demo", NULL};
    static const char *const named[] = {"stable", "canary",        "redis", "queue",
                                        "split",  "worker-stable", "v1.6.0"};
    test_demo_ask(&demo.home, args, words);
    for (size_t i = 0; i < sizeof named / sizeof *named; i++) {
        if (!strstr(words, named[i])) fail_msg("no %s in %s", named[i], words);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(everything_is_there_with_its_age),
        cmocka_unit_test(the_text_names_every_part),
        cmocka_unit_test(without_redis_it_fails_and_names_it_and_shows_the_rest),
        cmocka_unit_test(a_dead_canary_is_named_and_the_stable_track_goes_on),
        cmocka_unit_test(an_agent_that_is_gone_was_not_reached),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
