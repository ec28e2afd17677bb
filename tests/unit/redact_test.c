/* SPDX-License-Identifier: MIT */
#include "base/redact.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static struct redactor *redactor_that_knows(const char *secret) {
    struct redactor *redactor = redactor_new();
    assert_true(redactor_add(redactor, slice_of(secret)));
    return redactor;
}

static void secrets_leave_as_stars(void **state) {
    (void)state;
    struct redactor *redactor = redactor_that_knows("s3cr3t?token");
    assert_true(redactor_add(redactor, slice_of("hunter22")));
    static const struct {
        const char *from, *to;
    } cases[] = {
        {"Bearer s3cr3t?token.", "Bearer ***."},
        {"hunter22hunter22", "******"},
        {"?key=s3cr3t%3Ftoken&b=1", "?key=***&b=1"},
        {"?key=s3cr3t%3ftoken", "?key=***"},
        {"nothing here", "nothing here"},
        {"s3cr3t", "s3cr3t"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char words[128];
        struct text text = TEXT_IN(words);
        redact_add(redactor, &text, slice_of(cases[i].from));
        assert_string_equal(words, cases[i].to);
    }
    redactor_free(redactor);
}

static void base64_is_found_at_every_place(void **state) {
    (void)state;
    struct redactor *redactor = redactor_that_knows("s3cr3t-token!");
    /* base64 of "s3cr3t-token!", "us3cr3t-token!", "us:s3cr3t-token!" and one more. */
    static const char *const forms[] = {
        "czNjcjN0LXRva2VuIQ==",
        "dXMzY3IzdC10b2tlbiE=",
        "dTpzM2NyM3QtdG9rZW4h",
        "dXM6czNjcjN0LXRva2VuIQ==",
    };
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        char words[128];
        struct text text = TEXT_IN(words);
        redact_add(redactor, &text, slice_of(forms[i]));
        assert_non_null(strstr(words, "***"));
        assert_null(strstr(words, "jN0LXRva2V"));
        assert_null(strstr(words, "IzdC10b2tl"));
        assert_null(strstr(words, "yM3QtdG9rZ"));
    }
    redactor_free(redactor);
}

static void what_is_known_can_be_handed_on(void **state) {
    (void)state;
    struct redactor *redactor = redactor_that_knows("s3cr3t?token");
    struct slice secret = {0};
    assert_true(redactor_secret(redactor, 0, &secret));
    assert_true(slice_equals(secret, "s3cr3t?token"));
    assert_false(redactor_secret(redactor, 1, &secret));
    assert_false(redactor_secret(NULL, 0, &secret));
    assert_int_equal(redactor_begun(redactor, slice_of("a s3cr3t")), 6);
    assert_int_equal(redactor_begun(redactor, slice_of("a s3c")), 0);
    assert_int_equal(redactor_begun(NULL, slice_of("a s3cr3t")), 0);
    redactor_free(redactor);
}

static void what_cannot_be_redacted_is_refused(void **state) {
    (void)state;
    struct redactor *redactor = redactor_new();
    char long_one[REDACT_SECRET_SIZE + 2];
    memset(long_one, 'x', sizeof long_one);
    long_one[sizeof long_one - 1] = '\0';
    assert_false(redactor_add(redactor, slice_of("abc")));
    assert_false(redactor_add(redactor, slice_of(long_one)));
    for (int i = 0; i < REDACT_SECRETS_MAX; i++) {
        char secret[] = "secret-a";
        secret[7] = (char)('A' + i);
        assert_true(redactor_add(redactor, slice_of(secret)));
    }
    assert_false(redactor_add(redactor, slice_of("one too many")));
    redactor_free(redactor);
    redactor_free(NULL);
}

static void without_a_redactor_nothing_is_secret(void **state) {
    (void)state;
    struct buffer buffer;
    buffer_init(&buffer, 64);
    assert_true(redact_add_to_buffer(NULL, &buffer, slice_of("plain")));
    assert_string_equal(buffer_string(&buffer), "plain");
    buffer_clear(&buffer);
}

static void urls_lose_their_user_and_password(void **state) {
    (void)state;
    static const struct {
        const char *from, *to;
    } cases[] = {
        {"redis://me:pw@host:6379/0", "redis://host:6379/0"},
        {"https://host/a@b", "https://host/a@b"},
        {"https://a:p@ss@host/x", "https://host/x"},
        {"host:1", "host:1"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char words[128];
        struct text text = TEXT_IN(words);
        redact_add_url(&text, cases[i].from);
        assert_string_equal(words, cases[i].to);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(secrets_leave_as_stars),
        cmocka_unit_test(base64_is_found_at_every_place),
        cmocka_unit_test(what_is_known_can_be_handed_on),
        cmocka_unit_test(what_cannot_be_redacted_is_refused),
        cmocka_unit_test(without_a_redactor_nothing_is_secret),
        cmocka_unit_test(urls_lose_their_user_and_password),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
