/* SPDX-License-Identifier: MIT */
#include "core/load_words.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static const char *fill(struct buffer *to, const char *words, struct random *random) {
    struct load_values values = {
        .user = 7, .seq = 12, .run = "01RUN", .job = "j-${user}", .random = random};
    buffer_reset(to);
    load_words_add(to, slice_of(words), &values);
    return buffer_string(to);
}

static void names_are_filled_in(void **state) {
    (void)state;
    static const char *const rows[][2] = {
        {"", ""},
        {"plain", "plain"},
        {"${user}", "7"},
        {"a${user}b${seq}c${run}d", "a7b12c01RUNd"},
        {"${user}${user}", "77"},
        {"${pick:one}", "one"},
        {"/chat/${job}", "/chat/j-${user}"}, /* what was put in is not read again */
        {"$ {user} $}", "$ {user} $}"},
    };
    struct random random;
    random_seed(&random, 1);
    struct buffer buffer;
    buffer_init(&buffer, 1024);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        assert_string_equal(fill(&buffer, rows[i][0], &random), rows[i][1]);
    }
    buffer_clear(&buffer);
}

static void every_choice_is_picked(void **state) {
    (void)state;
    struct random random;
    random_seed(&random, 1);
    struct buffer buffer;
    buffer_init(&buffer, 1024);
    unsigned seen[3] = {0};
    for (int i = 0; i < 300; i++) {
        const char *got = fill(&buffer, "<${pick:a||c}>", &random);
        if (strcmp(got, "<a>") == 0) seen[0]++;
        if (strcmp(got, "<>") == 0) seen[1]++;
        if (strcmp(got, "<c>") == 0) seen[2]++;
    }
    assert_int_equal(seen[0] + seen[1] + seen[2], 300);
    for (int i = 0; i < 3; i++) assert_true(seen[i] > 60);
    buffer_clear(&buffer);
}

static void what_is_not_known_is_refused(void **state) {
    (void)state;
    static const char *const bad[] = {"${",       "a ${user", "${}",        "${User}",
                                      "${pick:}", "${pick}",  "${env:HOME}"};
    struct error err = {0};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_false(load_words_check(slice_of(bad[i]), true, &err));
    }
    assert_false(load_words_check(slice_of("${job}"), false, &err));
    assert_non_null(strstr(err.message, "${job}"));
    assert_true(load_words_check(slice_of("${job}${pick:a|b}"), true, &err));
}

static void fixed_words_are_known_as_such(void **state) {
    (void)state;
    assert_true(load_words_fixed(slice_of("$ plain { }")));
    assert_false(load_words_fixed(slice_of("a ${user}")));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_are_filled_in),
        cmocka_unit_test(every_choice_is_picked),
        cmocka_unit_test(what_is_not_known_is_refused),
        cmocka_unit_test(fixed_words_are_known_as_such),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
