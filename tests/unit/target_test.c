/* SPDX-License-Identifier: MIT */
#include "core/target.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static struct target target;

static void loopback_is_recognised_by_its_address(void **state) {
    (void)state;
    static const char *const inside[] = {
        "http://127.0.0.1:8080", "http://localhost", "https://[::1]:443/x",
        "http://127.255.0.1/", "http://user:pw@127.0.0.1:1"};
    static const char *const outside[] = {
        "http://127.0.0.1.example.com",
        "http://10.0.0.1",
        "http://localhost.example.com",
        "http://127.0.0",
        "http://127.0.0.1.2",
        "http://0127.0.0.1.",
        "ftp://127.0.0.1",
        "http://evil.example/@127.0.0.1",
        "http://127.0.0.256",
        "http://[::2]",
        ""};
    for (size_t i = 0; i < sizeof inside / sizeof *inside; i++) {
        assert_true(target_url_is_loopback(inside[i]));
    }
    for (size_t i = 0; i < sizeof outside / sizeof *outside; i++) {
        assert_false(target_url_is_loopback(outside[i]));
    }
}

static void a_bare_url_is_production_unless_it_is_loopback(void **state) {
    (void)state;
    struct error err = {0};
    assert_true(target_from_url(&target, "https://agent.example.com/", &err));
    assert_int_equal(target.class, TARGET_PRODUCTION);
    assert_string_equal(target.url, "https://agent.example.com");
    assert_string_equal(target.name, "agent.example.com");
    assert_string_equal(target.tracks[TRACK_STABLE].urls[0], target.url);
    assert_true(target.bare);
    assert_true(target_from_url(&target, "http://127.0.0.1:8080", &err));
    assert_int_equal(target.class, TARGET_LOCAL);
}

static void other_texts_are_no_urls(void **state) {
    (void)state;
    static const char *const bad[] = {
        "agent", "http://", "ftp://x", "http:///path", "://x"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct error err = {0};
        assert_false(target_from_url(&target, bad[i], &err));
        assert_non_null(strstr(err.message, "not a URL"));
    }
    char long_url[2 * TARGET_URL_SIZE] = "http://host/";
    memset(long_url + 12, 'x', sizeof long_url - 13);
    struct error err = {0};
    assert_false(target_from_url(&target, long_url, &err));
    assert_int_equal(err.code, ERROR_LIMIT);
}

static void a_host_that_is_too_long_for_a_name_is_said_to_be(void **state) {
    (void)state;
    struct error err = {0};
    const char *url =
        "http://internal-agent-0123456789.eu-west-1.elb.example.com:8080/";
    assert_false(target_from_url(&target, url, &err));
    assert_int_equal(err.code, ERROR_LIMIT);
    assert_non_null(strstr(err.message, "host over 47 bytes"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(loopback_is_recognised_by_its_address),
        cmocka_unit_test(a_bare_url_is_production_unless_it_is_loopback),
        cmocka_unit_test(other_texts_are_no_urls),
        cmocka_unit_test(a_host_that_is_too_long_for_a_name_is_said_to_be),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
