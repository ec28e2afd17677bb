/* SPDX-License-Identifier: MIT */
#include "agent/bm25.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static const struct bm25_document pets[] = {
    {"Cats", "The cat sleeps all day."},
    {"Dogs", "A dog sleeps at night and barks at the cat."},
    {"Birds", "Birds sing."},
    {"Birds", "Birds sing."},
};

enum { PETS = sizeof pets / sizeof *pets, MOST = 3 };

static size_t rank(const char *query, struct bm25_hit hits[MOST]) {
    return bm25_rank(pets, PETS, slice_of(query), hits, MOST);
}

static void bm25_prefers_what_is_about_the_words(void **state) {
    (void)state;
    struct bm25_hit hits[MOST];
    assert_int_equal(rank("cats", hits), 2);
    assert_int_equal(hits[0].index, 0);
    assert_int_equal(hits[1].index, 1);
    assert_true(hits[0].score > hits[1].score && hits[1].score > 0);
    assert_int_equal(rank("Do DOGS bark?", hits), 1);
    assert_int_equal(hits[0].index, 1);
}

/* By hand: "dog" stands in one of four documents, twice in one of 11 words; the mean is
 * (6 + 11 + 3 + 3) / 4 words. */
static void bm25_gives_the_score_of_the_formula(void **state) {
    (void)state;
    struct bm25_hit hits[MOST];
    assert_int_equal(rank("dog", hits), 1);
    double rarity = log(1 + (4 - 1 + 0.5) / (1 + 0.5));
    double relative = 11 / (23 / 4.0);
    double expected = rarity * 2 * 2.2 / (2 + 1.2 * (1 - 0.75 + 0.75 * relative));
    assert_true(fabs(hits[0].score - expected) < 1e-12);
}

static void bm25_keeps_the_order_of_equals_and_no_more_than_wanted(void **state) {
    (void)state;
    struct bm25_hit hits[MOST];
    assert_int_equal(rank("birds that sing", hits), 2);
    assert_int_equal(hits[0].index, 2);
    assert_int_equal(hits[1].index, 3);
    assert_int_equal(rank("birds cats dogs", hits), MOST);
    assert_true(hits[0].score >= hits[1].score && hits[1].score >= hits[2].score);
    assert_int_equal(bm25_rank(pets, PETS, slice_of("sing"), hits, 1), 1);
    assert_int_equal(hits[0].index, 2);
}

static void bm25_finds_nothing_where_nothing_is(void **state) {
    (void)state;
    struct bm25_hit hits[MOST];
    static const char *const queries[] = {"", "?!", "the and of", "zebra", "ca"};
    for (size_t i = 0; i < sizeof queries / sizeof *queries; i++) {
        assert_int_equal(rank(queries[i], hits), 0);
    }
    assert_int_equal(bm25_rank(pets, 0, slice_of("cat"), hits, MOST), 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bm25_prefers_what_is_about_the_words),
        cmocka_unit_test(bm25_gives_the_score_of_the_formula),
        cmocka_unit_test(bm25_keeps_the_order_of_equals_and_no_more_than_wanted),
        cmocka_unit_test(bm25_finds_nothing_where_nothing_is),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
