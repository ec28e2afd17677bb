/* SPDX-License-Identifier: MIT */
#include "core/needle.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/random.h"

static void words_are_found_wherever_the_pieces_end(void **state) {
    (void)state;
    struct needle needle;
    needle_init(&needle, slice_of("aabaab"));
    static const char text[] = "xaabaaabaabx";
    size_t length = sizeof text - 1;
    for (size_t cut = 0; cut <= length; cut++) {
        uint8_t matched = needle_step(&needle, 0, (struct slice){text, cut});
        struct slice rest = {text + cut, length - cut};
        assert_int_equal(needle_step(&needle, matched, rest), 6);
    }
    assert_int_equal(needle_step(&needle, 0, slice_of("aabaaab")), 3);
}

static void it_finds_what_strstr_finds(void **state) {
    (void)state;
    struct random random;
    random_seed(&random, 9);
    for (int i = 0; i < 20000; i++) {
        char words[6] = "", text[40] = "";
        size_t length = 1 + random_below(&random, sizeof words - 1);
        for (size_t j = 0; j < length; j++) words[j] = "ab"[random_below(&random, 2)];
        length = random_below(&random, sizeof text);
        for (size_t j = 0; j < length; j++) text[j] = "ab"[random_below(&random, 2)];
        struct needle needle;
        needle_init(&needle, slice_of(words));
        bool found = needle_step(&needle, 0, slice_of(text)) == strlen(words);
        assert_int_equal(found, strstr(text, words) != NULL);
    }
}

static void no_words_are_always_there(void **state) {
    (void)state;
    struct needle needle;
    needle_init(&needle, slice_of(""));
    assert_int_equal(needle_step(&needle, 0, slice_of("a")), 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_are_found_wherever_the_pieces_end),
        cmocka_unit_test(it_finds_what_strstr_finds),
        cmocka_unit_test(no_words_are_always_there),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
