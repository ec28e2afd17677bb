/* SPDX-License-Identifier: MIT */
#include "base/discreet_text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/safe_text.h"

enum { SHORT = 32, LONG = 160 };

static const char secret[] = "hunter22-and-more";

static struct redactor *one_that_knows(const char *words) {
    struct redactor *redactor = redactor_new();
    assert_true(redactor_add(redactor, slice_of(words)));
    return redactor;
}

static void what_is_known_is_left_out_before_anything_is_cut(void **state) {
    (void)state;
    struct redactor *redactor = one_that_knows(secret);
    static const struct {
        const char *from, *to;
    } cases[] = {
        {"why hunter22-and-more\x1b[31m", "why ***\xE2\x90\x9B[31m"},
        {"from https://me:pw@host/a?b=c@d on", "from https://host/a?b=c@d on"},
        {"from https://host/a me@home", "from https://host/a me@home"},
        {"a://b@c://d@e", "a://c://e"},
        /* Its first bytes would stay if it was cut before it was found. */
        {"twenty-four bytes long: hunter22-and-more", "twenty-four bytes long: ***"},
        {"", ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char words[SHORT];
        discreet_text_copy(redactor, words, sizeof words, slice_of(cases[i].from));
        assert_string_equal(words, cases[i].to);
        discreet_text_mend(redactor, words, sizeof words);
        assert_string_equal(words, cases[i].to);
    }
    redactor_free(redactor);
}

static void a_secret_is_found_in_what_was_sanitised_already(void **state) {
    (void)state;
    struct redactor *redactor = one_that_knows("##vso[run]\xE2\x80\x8Bhunter");
    char words[LONG];
    safe_text_copy(words, sizeof words, slice_of("a ##vso[run]\xE2\x80\x8Bhunter b"));
    discreet_text_mend(redactor, words, sizeof words);
    assert_string_equal(words, "a *** b");
    redactor_free(redactor);
}

/* Whoever wrote them into a small array has cut the secret, too. */
static void what_was_cut_off_within_a_secret_does_not_begin_it(void **state) {
    (void)state;
    struct redactor *redactor = one_that_knows(secret);
    char full[] = "because of the hunter22-and-mor";
    discreet_text_mend(redactor, full, sizeof full);
    assert_string_equal(full, "because of the ***");
    char with_ellipsis[LONG] = "because of the hunter2...";
    discreet_text_mend(redactor, with_ellipsis, sizeof with_ellipsis);
    assert_string_equal(with_ellipsis, "because of the ***");
    char whole[LONG] = "for the hunter";
    discreet_text_mend(redactor, whole, sizeof whole);
    assert_string_equal(whole, "for the hunter");
    redactor_free(redactor);
}

static void without_a_redactor_nothing_is_known(void **state) {
    (void)state;
    char words[LONG];
    discreet_text_copy(NULL, words, sizeof words, slice_of("hunter22\n ftp://a:b@c"));
    assert_string_equal(words, "hunter22  ftp://c");
    discreet_text_mend(NULL, words, strlen(words) + 1);
    assert_string_equal(words, "hunter22  ftp://c");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_known_is_left_out_before_anything_is_cut),
        cmocka_unit_test(a_secret_is_found_in_what_was_sanitised_already),
        cmocka_unit_test(what_was_cut_off_within_a_secret_does_not_begin_it),
        cmocka_unit_test(without_a_redactor_nothing_is_known),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
