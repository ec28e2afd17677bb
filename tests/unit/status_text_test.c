/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "support/golden.h"
#include "support/looked.h"

static void expect_text(
    const struct golden *golden, const char *name, const struct looked *looked) {
    struct status_report report = looked_report(looked);
    struct buffer text;
    buffer_init(&text, STATUS_BYTES_MAX);
    status_report_text(&report, &text);
    golden_expect_text(golden, name, buffer_slice(&text));
    buffer_clear(&text);
}

static void every_way_to_end_has_its_words(void **state) {
    struct looked *looked = looked_new();
    expect_text(*state, "status-ways.txt", looked);
    free(looked);
}

static void a_healthy_target_is_seen_at_a_glance(void **state) {
    struct looked *looked = looked_at_fixture(FIXTURE_HEALTHY);
    expect_text(*state, "status-healthy.txt", looked);
    free(looked);
}

static void without_redis_the_rest_is_still_there(void **state) {
    struct looked *looked = looked_at_fixture(FIXTURE_REDIS_DEAD);
    expect_text(*state, "status-redis-dead.txt", looked);
    free(looked);
}

static void nothing_in_it_could_trick_a_terminal(void **state) {
    (void)state;
    static const char evil[] = "\033]0;owned\a\033[2J\r\n";
    struct looked *looked = looked_at_fixture(FIXTURE_WORSE);
    memcpy(looked->state.errors[0].message, evil, sizeof evil);
    memcpy(looked->state.errors[0].kind, evil, sizeof evil);
    memcpy(looked->state.parts[0].name, evil, sizeof evil);
    for (uint32_t i = 0; i < looked->state.part_count; i++) {
        memcpy(looked->state.parts[i].detail, evil, sizeof evil);
        looked->state.parts[i].status = PART_DEGRADED;
    }
    struct status_report report = looked_report(looked);
    struct buffer text;
    buffer_init(&text, STATUS_BYTES_MAX);
    status_report_text(&report, &text);
    for (size_t i = 0; i < text.length; i++) {
        unsigned char c = (unsigned char)text.data[i];
        if (c != '\n') assert_true(c >= ' ' && c != 0x7F);
    }
    assert_true(text.length > 200);
    buffer_clear(&text);
    free(looked);
}

int main(int argc, char **argv) {
    struct golden golden = golden_from_arguments(TESTS_FOLDER "/reports", argc, argv);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_prestate(every_way_to_end_has_its_words, &golden),
        cmocka_unit_test_prestate(a_healthy_target_is_seen_at_a_glance, &golden),
        cmocka_unit_test_prestate(without_redis_the_rest_is_still_there, &golden),
        cmocka_unit_test(nothing_in_it_could_trick_a_terminal),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
