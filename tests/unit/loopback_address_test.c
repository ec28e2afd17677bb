/* SPDX-License-Identifier: MIT */
#include "core/loopback_address.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static void addresses_of_this_machine_are_read(void **state) {
    (void)state;
    struct loopback_address address;
    struct error err;
    assert_true(loopback_address_parse(slice_of("127.0.0.1:8080"), &address, &err));
    assert_string_equal(address.host, "127.0.0.1");
    assert_int_equal(address.port, 8080);
    assert_true(loopback_address_parse(slice_of("[::1]:65535"), &address, &err));
    assert_string_equal(address.host, "::1");
    assert_int_equal(address.port, 65535);
}

static void everything_else_is_refused_in_words(void **state) {
    (void)state;
    static const char *const words[] = {
        "",           "0.0.0.0:80",   "10.0.0.1:80",      "[::]:80",
        "localhost:", "localhost:80", "127.0.0.1",        "127.0.0.1:",
        "[::1]",      "127.0.0.1:0",  "127.0.0.1:65536",  "127.0.0.1:80x",
        "127.0.0.1x", ":80",          "127.0.0.1.a.b:80", "127.0.0.11:80"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        struct loopback_address address = {.port = 7};
        struct error err = {0};
        assert_false(loopback_address_parse(slice_of(words[i]), &address, &err));
        assert_int_equal(err.code, ERROR_USAGE);
        assert_non_null(strstr(err.message, "expected"));
        assert_int_equal(address.port, 7);
    }
}

static void only_our_own_names_are_ours(void **state) {
    (void)state;
    static const char *const ours[] = {"127.0.0.1",    "127.0.0.1:80", "localhost",
                                       "localhost:80", "[::1]",        "[::1]:80"};
    static const char *const others[] = {
        "",           "example.com", "localhost.example.com", "127.0.0.1.example.com",
        "127.0.0.12", "::1",         "example.com:127.0.0.1"};
    for (size_t i = 0; i < sizeof ours / sizeof *ours; i++) {
        assert_true(loopback_host_is_ours(slice_of(ours[i])));
    }
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        assert_false(loopback_host_is_ours(slice_of(others[i])));
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(addresses_of_this_machine_are_read),
        cmocka_unit_test(everything_else_is_refused_in_words),
        cmocka_unit_test(only_our_own_names_are_ours),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
