/* SPDX-License-Identifier: MIT */
#include "agent/access.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define TOKEN "0123456789abcdef"

static void access_is_for_whoever_has_the_token(void **state) {
    (void)state;
    static const struct {
        const char *header;
        bool is_allowed;
    } rows[] = {
        {"Bearer " TOKEN, true},
        {"bearer " TOKEN, true},
        {"Bearer   " TOKEN, true},
        {"Bearer " TOKEN "0", false},
        {"Bearer 0123456789abcdeg", false},
        {"Bearer 0123456789abcde", false},
        {"Bearer ", false},
        {"Bearer", false},
        {"Basic " TOKEN, false},
        {TOKEN, false},
        {"", false},
        {NULL, false},
    };
    struct access access;
    access_init(&access, TOKEN);
    assert_null(strstr(access.digest, TOKEN));
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        assert_int_equal(access_allows(&access, rows[i].header), rows[i].is_allowed);
    }
    char much[1000];
    memset(much, 'a', sizeof much - 1);
    much[sizeof much - 1] = '\0';
    memcpy(much, "Bearer ", 7);
    assert_false(access_allows(&access, much));
}

static void access_is_for_all_without_a_token(void **state) {
    (void)state;
    struct access access;
    access_init(&access, NULL);
    assert_true(access_allows(&access, NULL));
    assert_true(access_allows(&access, "Bearer x"));
}

static void access_tokens_are_long_and_printable(void **state) {
    (void)state;
    char much[ACCESS_TOKEN_MAX + 2];
    memset(much, 'a', sizeof much - 1);
    much[sizeof much - 1] = '\0';
    assert_true(access_token_valid(TOKEN));
    assert_false(access_token_valid("0123456789abcde"));
    assert_false(access_token_valid("0123456789 abcdef"));
    assert_false(access_token_valid("0123456789\nabcdef"));
    assert_false(access_token_valid("0123456789\xc3\xa4"
                                    "bcdef"));
    assert_false(access_token_valid(much));
    assert_true(access_token_valid(much + 1));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(access_is_for_whoever_has_the_token),
        cmocka_unit_test(access_is_for_all_without_a_token),
        cmocka_unit_test(access_tokens_are_long_and_printable),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
