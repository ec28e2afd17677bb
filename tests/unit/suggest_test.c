/* Tests of the words that are offered for a mistyped one. */
/* SPDX-License-Identifier: MIT */
#include "core/suggest.h"

#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void distance_counts_single_slips(void **state) {
    (void)state;
    static const struct {
        const char *a, *b;
        unsigned distance;
    } rows[] = {
        {"", "", 0},           {"", "abc", 3},         {"smoke", "smoke", 0},
        {"smke", "smoke", 1},  {"smokee", "smoke", 1}, {"smooe", "smoke", 1},
        {"msoke", "smoke", 1}, {"smoek", "smoke", 1},  {"kitten", "sitting", 3},
        {"ab", "ba", 1},       {"abc", "ca", 3},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct slice a = slice_of(rows[i].a);
        struct slice b = slice_of(rows[i].b);
        assert_int_equal(suggest_distance(a, b), rows[i].distance);
        assert_int_equal(suggest_distance(b, a), rows[i].distance);
    }
}

static void a_word_that_is_too_long_is_never_near(void **state) {
    (void)state;
    char word[SUGGEST_WORD_MAX + 2];
    memset(word, 'a', sizeof word - 1);
    word[sizeof word - 1] = '\0';
    assert_int_equal(suggest_distance(slice_of(word), slice_of(word)), UINT_MAX);
    struct suggest suggest = suggest_for(slice_of(word));
    suggest_offer(&suggest, word);
    assert_null(suggest.nearest);
}

static const char *nearest(const char *wanted) {
    static const char *const words[] = {"health", "ready", "metrics", "errors", "url"};
    struct suggest suggest = suggest_for(slice_of(wanted));
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        suggest_offer(&suggest, words[i]);
    }
    return suggest.nearest;
}

static void the_nearest_word_is_offered_and_strangers_are_not(void **state) {
    (void)state;
    assert_string_equal(nearest("helth"), "health");
    assert_string_equal(nearest("metrisc"), "metrics");
    assert_string_equal(nearest("urll"), "url");
    assert_null(nearest("banana"));
    assert_null(nearest("x"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(distance_counts_single_slips),
        cmocka_unit_test(a_word_that_is_too_long_is_never_near),
        cmocka_unit_test(the_nearest_word_is_offered_and_strangers_are_not),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
