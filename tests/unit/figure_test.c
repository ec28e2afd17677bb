/* SPDX-License-Identifier: MIT */
#include "ui/figure.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/units.h"

static const uint64_t now_ns = 1000 * NS_PER_S;

static struct state state_with(enum metric metric, float value, uint64_t at_ns) {
    struct state state;
    state_init(&state);
    state.poll_ms = 1000;
    state.values[TRACK_STABLE][metric] = value;
    state.value_ns[TRACK_STABLE][metric] = at_ns;
    return state;
}

static void values_are_written_in_their_unit(void **unused) {
    (void)unused;
    static const struct {
        enum metric metric;
        float value;
        const char *words;
    } rows[] = {
        {METRIC_RPS, 412, "412"},        {METRIC_P95, 1410, "1.41s"},
        {METRIC_P50, 310, "310ms"},      {METRIC_ERROR_RATIO, 0.0042F, "0.42%"},
        {METRIC_MEMORY, 41e6F, "39.1M"}, {METRIC_COST, 1.839F, "1.84"},
        {METRIC_BREAKER, 0, "closed"},   {METRIC_BREAKER, 1, "open"},
        {METRIC_RPS, NAN, "n/a"},        {METRIC_P95, INFINITY, "n/a"},
        {METRIC_QUEUE_WAITING, 0, "0"},  {METRIC_P95, 1e38F, "213503d"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct state state = state_with(rows[i].metric, rows[i].value, now_ns);
        struct figure figure = figure_of(&state, TRACK_STABLE, rows[i].metric, now_ns);
        assert_string_equal(figure.words, rows[i].words);
        assert_false(figure.stale);
    }
}

static void what_never_came_is_missing_not_zero(void **unused) {
    (void)unused;
    struct state state = state_with(METRIC_RPS, 0, 0);
    struct figure figure = figure_of(&state, TRACK_STABLE, METRIC_RPS, now_ns);
    assert_string_equal(figure.words, "n/a");
    assert_int_equal(figure_role(&figure, ROLE_STRONG), ROLE_OFF);
}

static void an_old_value_says_how_old_it_is(void **unused) {
    (void)unused;
    struct state state = state_with(METRIC_RPS, 412, now_ns - 12 * NS_PER_S);
    struct figure figure = figure_of(&state, TRACK_STABLE, METRIC_RPS, now_ns);
    assert_true(figure.stale);
    assert_string_equal(figure.age, "12s");
    assert_string_equal(figure.words, "412");
    assert_int_equal(figure_role(&figure, ROLE_STRONG), ROLE_STALE);
    state.poll_ms = 10000; /* then 12 s is nothing special */
    figure = figure_of(&state, TRACK_STABLE, METRIC_RPS, now_ns);
    assert_false(figure.stale);
    assert_string_equal(figure.age, "");
}

static void values_of_the_target_belong_to_no_track(void **unused) {
    (void)unused;
    struct state state = state_with(METRIC_REDIS_OPS, 99, now_ns);
    struct figure figure = figure_of(&state, TRACK_CANARY, METRIC_REDIS_OPS, now_ns);
    assert_string_equal(figure.words, "99");
}

static void ages_change_in_whole_steps(void **unused) {
    (void)unused;
    static const struct {
        uint64_t age_ns;
        const char *words;
    } rows[] = {
        {0, "now"},
        {NS_PER_S - 1, "now"},
        {59 * NS_PER_S, "59s"},
        {60 * NS_PER_S, "1m"},
        {3599 * NS_PER_S, "59m"},
        {UINT64_C(47) * 3600 * NS_PER_S, "47h"},
        {UINT64_C(72) * 3600 * NS_PER_S, "3d"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char words[FIGURE_SIZE];
        struct text text = TEXT_IN(words);
        figure_add_age(&text, rows[i].age_ns);
        assert_string_equal(words, rows[i].words);
    }
}

static void a_moment_says_ago_unless_it_is_now(void **unused) {
    (void)unused;
    static const struct {
        uint64_t age_ns;
        const char *words;
    } rows[] = {
        {0, "now"},
        {NS_PER_S - 1, "now"},
        {12 * NS_PER_S, "12s ago"},
        {180 * NS_PER_S, "3m ago"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char words[16];
        struct text text = TEXT_IN(words);
        figure_add_ago(&text, rows[i].age_ns);
        assert_string_equal(words, rows[i].words);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_are_written_in_their_unit),
        cmocka_unit_test(what_never_came_is_missing_not_zero),
        cmocka_unit_test(an_old_value_says_how_old_it_is),
        cmocka_unit_test(values_of_the_target_belong_to_no_track),
        cmocka_unit_test(ages_change_in_whole_steps),
        cmocka_unit_test(a_moment_says_ago_unless_it_is_now),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
