/* SPDX-License-Identifier: MIT */
#include "core/roster.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "base/units.h"

static struct roster roster; /* large */

static int empty(void **state) {
    (void)state;
    roster = (struct roster){0};
    return 0;
}

/* An instance was asked at that second; NULL for no version: it does not answer. */
static void hear(
    enum track track, const char *name, const char *version, uint32_t failures,
    uint64_t at_s) {
    struct part part = {
        .kind = PART_HEALTH,
        .track = (uint8_t)track,
        .status = version ? PART_OK : PART_SILENT,
        .failures = failures,
        .answered_ns = at_s * NS_PER_S,
    };
    text_copy_cut(part.name, sizeof part.name, name);
    text_copy_cut(part.version, sizeof part.version, version ? version : "");
    text_copy_cut(part.detail, sizeof part.detail, version ? "" : "refused");
    roster_take(&roster, &part, at_s * NS_PER_S);
}

static struct instances_sight look(
    enum track track, const char *version, uint64_t at_s) {
    return roster_look(&roster, track, version, at_s * NS_PER_S);
}

static void nobody_was_asked_yet(void **state) {
    (void)state;
    const struct instances_sight sight = look(TRACK_CANARY, "v2", 1);
    assert_int_equal(sight.count, 0);
    assert_false(sight.gone || sight.steady || sight.crashing);
    assert_string_equal(sight.words, "no instance has answered yet");
    struct part queue = {.kind = PART_QUEUE, .track = TRACK_CANARY};
    roster_take(&roster, &queue, NS_PER_S);
    assert_int_equal(roster.count, 0);
}

/* What was not asked yet had not failed before it was found ready. */
static void whoever_is_awaited_was_not_down(void **state) {
    (void)state;
    struct part part = {.kind = PART_HEALTH, .track = TRACK_CANARY, .name = "c1"};
    roster_take(&roster, &part, 10 * NS_PER_S);
    struct instances_sight sight = look(TRACK_CANARY, "v2", 10);
    assert_int_equal(sight.count, 1);
    assert_int_equal(sight.awaited, 1);
    assert_string_equal(sight.words, "c1: does not answer yet");
    hear(TRACK_CANARY, "c1", "v2", 0, 11);
    sight = look(TRACK_CANARY, "v2", 11);
    assert_int_equal(sight.awaited, 0);
    assert_true(sight.steady);
}

static void a_track_is_as_its_instances_are(void **state) {
    (void)state;
    hear(TRACK_STABLE, "s1", "v1", 0, 10);
    hear(TRACK_CANARY, "c1", "v2", 0, 12);
    hear(TRACK_CANARY, "c2", "v1", 0, 11);
    struct instances_sight sight = look(TRACK_CANARY, "v2", 13);
    assert_int_equal(sight.count, 2);
    assert_int_equal(sight.ready, 2);
    assert_int_equal(sight.renewed, 1);
    assert_int_equal(sight.answered_ns, 11 * NS_PER_S);
    assert_true(sight.steady);
    assert_string_equal(sight.words, "c2: says that it is v1");
    sight = look(TRACK_CANARY, NULL, 13);
    assert_int_equal(sight.renewed, 2);
    assert_string_equal(sight.words, "");
    char version[STATE_VERSION_SIZE];
    roster_version(&roster, TRACK_CANARY, version);
    assert_string_equal(version, "");
    roster_version(&roster, TRACK_STABLE, version);
    assert_string_equal(version, "v1");
    /* Who is no longer there is forgotten. */
    struct part left = {.kind = PART_HEALTH, .track = TRACK_CANARY, .gone = true};
    text_copy_cut(left.name, sizeof left.name, "c2");
    roster_take(&roster, &left, 14 * NS_PER_S);
    assert_int_equal(look(TRACK_CANARY, "v2", 14).count, 1);
}

static void it_is_gone_after_some_failures_and_steady_after_some_seconds(void **state) {
    (void)state;
    hear(TRACK_CANARY, "c1", "v2", 0, 10);
    hear(TRACK_CANARY, "c1", NULL, 1, 11);
    assert_false(look(TRACK_CANARY, "v2", 11).gone);
    assert_string_equal(look(TRACK_CANARY, "v2", 11).words, "c1: refused");
    hear(TRACK_CANARY, "c1", NULL, 3, 13);
    assert_true(look(TRACK_CANARY, "v2", 13).gone);
    hear(TRACK_CANARY, "c1", "v2", 0, 14);
    struct instances_sight sight = look(TRACK_CANARY, "v2", 18);
    assert_false(sight.gone || sight.steady);
    assert_true(look(TRACK_CANARY, "v2", 19).steady);
}

static void one_that_comes_and_goes_is_in_a_crash_loop(void **state) {
    (void)state;
    for (uint64_t s = 10; s < 16; s += 2) {
        hear(TRACK_CANARY, "c1", "v2", 0, s);
        hear(TRACK_CANARY, "c1", NULL, 1, s + 1);
    }
    hear(TRACK_CANARY, "c1", "v2", 0, 16);
    assert_true(look(TRACK_CANARY, "v2", 17).crashing);
    assert_non_null(strstr(look(TRACK_CANARY, "v2", 17).words, "crash loop"));
    assert_false(look(TRACK_CANARY, "v2", 100).crashing);
}

static void more_than_there_can_be_are_left_out(void **state) {
    (void)state;
    for (unsigned i = 0; i < ROSTER_MAX + 3; i++) {
        char name[16];
        snprintf(name, sizeof name, "c%u", i);
        hear(TRACK_CANARY, name, "v2", 0, 10);
    }
    assert_int_equal(look(TRACK_CANARY, "v2", 11).count, ROSTER_MAX);
}

#define FROM_NOBODY(test) cmocka_unit_test_setup(test, empty)

int main(void) {
    const struct CMUnitTest tests[] = {
        FROM_NOBODY(nobody_was_asked_yet),
        FROM_NOBODY(whoever_is_awaited_was_not_down),
        FROM_NOBODY(a_track_is_as_its_instances_are),
        FROM_NOBODY(it_is_gone_after_some_failures_and_steady_after_some_seconds),
        FROM_NOBODY(one_that_comes_and_goes_is_in_a_crash_loop),
        FROM_NOBODY(more_than_there_can_be_are_left_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
