/* SPDX-License-Identifier: MIT */
#include "agent/keep_secrets.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/redact.h"

static void assert_hidden(struct redactor *redactor, const char *words, bool hidden) {
    char data[128];
    struct text text = TEXT_IN(data);
    redact_add(redactor, &text, slice_of(words));
    assert_int_equal(strcmp(data, words) != 0, hidden);
}

static void keep_secrets_hides_a_key(void **state) {
    (void)state;
    struct error err = {0};
    struct redactor *redactor = redactor_new();
    assert_true(keep_secret(redactor, "the key", NULL, &err));
    assert_true(keep_secret(redactor, "the key", "sk-planted", &err));
    assert_hidden(redactor, "key sk-planted is bad", true);
    assert_false(keep_secret(redactor, "the key", "abc", &err));
    assert_non_null(strstr(err.message, "the key"));
    assert_null(strstr(err.message, "abc"));
    redactor_free(redactor);
}

static void keep_secrets_hides_the_password_of_a_url(void **state) {
    (void)state;
    static const struct {
        const char *url, *hidden, *shown;
    } rows[] = {
        {"redis://:hunter22@127.0.0.1:6379", "AUTH hunter22", "127.0.0.1"},
        {"redis://ann:hunter22@127.0.0.1", "hunter22", "ann"},
        {"rediss://ann:p%40ss%2Fword@host", "p@ss/word", "host"},
        {"rediss://ann:p%40ss%2fword@host", "p%40ss%2fword", "host"},
        {"http://ann:odd%zz%4@host/", "odd%zz%4", "host"},
        {"http://host:8080/path", NULL, "8080"},
        {"http://ann@host/", NULL, "ann"},
        {"http://ann:@host/", NULL, "ann"},
        {"unix:///run/redis.sock", NULL, "/run/redis.sock"},
        {"no url", NULL, "no url"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct error err = {0};
        struct redactor *redactor = redactor_new();
        assert_true(keep_secret_of_url(redactor, "--redis", rows[i].url, &err));
        if (rows[i].hidden) assert_hidden(redactor, rows[i].hidden, true);
        assert_hidden(redactor, rows[i].shown, false);
        redactor_free(redactor);
    }
}

static void keep_secrets_refuses_what_it_cannot_hide(void **state) {
    (void)state;
    struct error err = {0};
    struct redactor *redactor = redactor_new();
    assert_true(keep_secret_of_url(redactor, "--redis", NULL, &err));
    assert_false(keep_secret_of_url(redactor, "--redis", "redis://:abc@host", &err));
    assert_int_equal(err.code, ERROR_USAGE);
    assert_null(strstr(err.message, "abc"));
    redactor_free(redactor);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keep_secrets_hides_a_key),
        cmocka_unit_test(keep_secrets_hides_the_password_of_a_url),
        cmocka_unit_test(keep_secrets_refuses_what_it_cannot_hide),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
