/* SPDX-License-Identifier: MIT */
#include "core/url.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static const struct {
    const char *text, *userinfo, *path, *endpoint;
} valid[] = {
    {"http://h", "", "", "h:80"},
    {"https://Agent.Example.COM/a?b#c", "", "/a?b#c", "agent.example.com:443"},
    {"http://127.0.0.1:8080/", "", "/", "127.0.0.1:8080"},
    {"http://[::1]:99/x", "", "/x", "::1:99"},
    {"http://h?q=http://other", "", "?q=http://other", "h:80"},
    {"redis://:p@ss/word", ":p", "/word", "ss:6379"},
    {"redis://u:p@w@h:1/2", "u:p@w", "/2", "h:1"},
    {"rediss://h", "", "", "h:6379"},
    {"unix:///run/redis.sock", "", "/run/redis.sock", "unix:/run/redis.sock"},
    {"http://good@evil.example", "good", "", "evil.example:80"},
    {"http://h#@evil.example", "", "#@evil.example", "h:80"},
};

static void expect_parts(
    const char *text, const char *userinfo, const char *path, const char *endpoint) {
    struct url url;
    struct error err;
    char found[URL_ENDPOINT_SIZE];
    if (!url_parse(slice_of(text), &url, &err)) fail_msg("%s: %s", text, err.message);
    assert_true(slice_equals(url.userinfo, userinfo));
    assert_true(slice_equals(url.path, path));
    url_endpoint(&url, found);
    assert_string_equal(found, endpoint);
}

static void parts_are_found(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof valid / sizeof *valid; i++) {
        expect_parts(
            valid[i].text, valid[i].userinfo, valid[i].path, valid[i].endpoint);
    }
}

static void what_is_no_url_is_refused_without_repeating_it(void **state) {
    (void)state;
    static const char *const rows[] = {
        "",
        "h",
        "//h",
        "http:/h",
        "http://",
        "http:///x",
        "http://?x",
        "http://user:secret@",
        "http://h:0",
        "http://h:65536",
        "http://h:",
        "http://h:1x",
        "http://h:secret",
        "http://a b",
        "http://a\tb",
        "http://a\nb",
        "http://h\xC3\xA4",
        "http://[::1",
        "http://[]",
        "http://a,b",
        "http://a\\b",
        "ftp://secret@h",
        "file:///etc/secret",
        "gopher://h",
        "unix://",
        "unix:///",
        "unix://host/secret",
        "HTTP://h",
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct url url;
        struct error err;
        if (url_parse(slice_of(rows[i]), &url, &err)) fail_msg("took %s", rows[i]);
        assert_int_equal(err.code, ERROR_SYNTAX);
        assert_null(strstr(err.message, "secret"));
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parts_are_found),
        cmocka_unit_test(what_is_no_url_is_refused_without_repeating_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
