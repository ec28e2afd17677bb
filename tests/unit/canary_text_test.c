/* SPDX-License-Identifier: MIT */
#include "ui/views/canary_text.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/units.h"
#include "support/fixture_canary.h"

enum { WORDS_SIZE = 64 };

static void evidence_is_short_at_every_size(void **test) {
    (void)test;
    static const struct {
        float evidence;
        const char *words;
    } rows[] = {
        {NAN, "n/a"},     {0, "0.0"},         {0.013F, "0.0"}, {6.1F, "6.1"},
        {88.1F, "88"},    {650.5F, "650"},    {1000, "1000"},  {2140, "2140"},
        {250000, "250k"}, {4.39e7F, "43.9M"}, {1e30F, ">1e9"}, {INFINITY, ">1e9"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char words[WORDS_SIZE];
        struct text text = TEXT_IN(words);
        canary_text_add_evidence(&text, rows[i].evidence);
        assert_string_equal(words, rows[i].words);
    }
}

static void an_end_that_nothing_bounds_is_said_to_be_open(void **test) {
    (void)test;
    static const struct {
        struct rollout_latency latency;
        const char *words;
    } rows[] = {
        {{6300, 6050, 6580}, "[6.05s, 6.58s]"},   {{7100, 4900, NAN}, "[4.90s, inf)"},
        {{7100, 4900, INFINITY}, "[4.90s, inf)"}, {{7100, NAN, 6580}, "(0ms, 6.58s]"},
        {{NAN, NAN, NAN}, "not bounded yet"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char words[WORDS_SIZE];
        struct text text = TEXT_IN(words);
        canary_text_add_interval(&text, &rows[i].latency);
        assert_string_equal(words, rows[i].words);
    }
}

static void expect_rates(float low, float high, const char *expected) {
    char words[WORDS_SIZE];
    struct text text = TEXT_IN(words);
    canary_text_add_rates(&text, low, high);
    assert_string_equal(words, expected);
}

static void rates_stand_between_their_bounds(void **test) {
    (void)test;
    expect_rates(0.0036F, 0.0069F, "[0.36, 0.69]%");
    expect_rates(0, 1, "[0.00, 100]%");
    expect_rates(0.01F, NAN, "[1.00, 100]%");
    expect_rates(NAN, NAN, "not bounded yet");
}

static void expect_need(struct rollout_status *rollout, uint64_t need, const char *to) {
    char words[WORDS_SIZE];
    struct text text = TEXT_IN(words);
    rollout->canary_missing = need;
    canary_text_add_need(&text, rollout);
    assert_string_equal(words, to);
}

static void what_is_needed_is_counted_from_what_there_is(void **test) {
    (void)test;
    struct rollout_status rollout = fixture_rollout(ROLLOUT_AT_STEP, NS_PER_S);
    assert_int_equal(canary_text_units(&rollout), 139);
    expect_need(&rollout, 41, "139 of ~180");
    expect_need(&rollout, 0, "139, of how many is not known");
    rollout.bound = 0.01F;
    expect_need(&rollout, 0, "139, enough");
    expect_need(&rollout, UINT64_MAX, "139, no number would do");
    rollout.metric_count = 0;
    expect_need(&rollout, 180, "0 of ~180");
}

static void expect_data(uint32_t age_ms, const char *expected, bool old) {
    struct rollout_status rollout = {.data_age_ms = age_ms};
    char words[WORDS_SIZE];
    struct text text = TEXT_IN(words);
    canary_text_add_data(&text, &rollout);
    assert_string_equal(words, expected);
    assert_int_equal(canary_text_data_is_old(&rollout), old);
}

static void data_shows_its_age(void **test) {
    (void)test;
    expect_data(800, "data 0.8s old", false);
    expect_data(47000, "data 47s old", true);
    expect_data(UINT32_MAX, "no data yet", true);
}

static void data_shows_where_it_comes_from(void **test) {
    (void)test;
    char words[WORDS_SIZE];
    struct text text = TEXT_IN(words);
    struct rollout_status rollout = {
        .data_age_ms = 12000,
        .data_age_most_ms = 15000,
        .feeds =
            {{.source = ROLLOUT_SOURCE_METRICS, .age_ms = 400},
             {.source = ROLLOUT_SOURCE_METRICS, .age_ms = UINT32_MAX}},
    };
    canary_text_add_data(&text, &rollout);
    assert_string_equal(words, "metrics 12s old");
    assert_false(canary_text_data_is_old(&rollout)); /* by what it is measured by */
    text_reset(&text);
    canary_text_add_ages(&text, &rollout);
    assert_string_equal(words, "stable 0.4s, canary none");
    text_reset(&text);
    canary_text_add_jobs(&text, 12, 11000);
    assert_string_equal(words, "12 jobs open, oldest 11s");
    text_reset(&text);
    canary_text_add_jobs(&text, 0, 0);
    assert_string_equal(words, "0 jobs open");
    rollout.feeds[1].source = ROLLOUT_SOURCE_PROMETHEUS;
    rollout.data_age_ms = 15001;
    text_reset(&text);
    canary_text_add_data(&text, &rollout);
    assert_string_equal(words, "metrics+prometheus 15s old");
    assert_true(canary_text_data_is_old(&rollout));
}

/* The scale is one of powers; what speaks for the canary is no part of the way. */
static void evidence_fills_the_gauge_by_its_powers(void **test) {
    (void)test;
    assert_float_equal(canary_text_share(10, 100), 0.5, 1e-6);
    assert_float_equal(canary_text_share(100, 100), 1, 1e-6);
    assert_float_equal(canary_text_share(5000, 100), 1, 1e-6);
    assert_float_equal(canary_text_share(1, 100), 0, 0);
    assert_float_equal(canary_text_share(0.1F, 100), 0, 0);
    assert_float_equal(canary_text_share(NAN, 100), 0, 0);
    assert_float_equal(canary_text_share(10, NAN), 0, 0);
}

static void nothing_old_looks_good(void **test) {
    (void)test;
    struct state state;
    state_init(&state);
    uint64_t now_ns = 1000 * NS_PER_S;
    struct scene scene = {.state = &state, .live = &state, .view_ns = now_ns};
    for (unsigned kind = 0; kind < FIXTURE_ROLLOUTS; kind++) {
        state.rollout = fixture_rollout((enum fixture_rollout)kind, now_ns);
        bool live = rollout_shown(&scene) == ROLLOUT_LIVE;
        enum role role = canary_text_role(&scene, ROLE_OK);
        assert_int_equal(role, live ? ROLE_OK : ROLE_STALE);
        bool fresh = state.rollout.data_age_ms < state.rollout.data_age_most_ms;
        bool sure = live && fresh;
        assert_int_equal(canary_text_is_sure(&scene), sure);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(evidence_is_short_at_every_size),
        cmocka_unit_test(an_end_that_nothing_bounds_is_said_to_be_open),
        cmocka_unit_test(rates_stand_between_their_bounds),
        cmocka_unit_test(what_is_needed_is_counted_from_what_there_is),
        cmocka_unit_test(data_shows_its_age),
        cmocka_unit_test(data_shows_where_it_comes_from),
        cmocka_unit_test(evidence_fills_the_gauge_by_its_powers),
        cmocka_unit_test(nothing_old_looks_good),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
