/* SPDX-License-Identifier: MIT */
#include "io/redis_address.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static void urls_say_where_and_as_whom(void **state) {
    (void)state;
    static const struct {
        const char *url, *host, *path, *user, *password;
        uint32_t database;
        uint16_t port;
        bool tls;
    } cases[] = {
        {"redis://localhost", "localhost", "", "", "", 0, 6379, false},
        {"redis://localhost:6380/3", "localhost", "", "", "", 3, 6380, false},
        {"rediss://r.example/", "r.example", "", "", "", 0, 6379, true},
        {"redis://u:p@h:1", "h", "", "u", "p", 0, 1, false},
        {"redis://:p%40%3A%2f@h", "h", "", "", "p@:/", 0, 6379, false},
        {"redis://[::1]:7000/0", "::1", "", "", "", 0, 7000, false},
        {"unix:///run/redis.sock", "", "/run/redis.sock", "", "", 0, 0, false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct redis_address address;
        struct error err = {0};
        assert_true(redis_address_parse(cases[i].url, &address, &err));
        assert_string_equal(address.host, cases[i].host);
        assert_string_equal(address.path, cases[i].path);
        assert_string_equal(address.user, cases[i].user);
        assert_string_equal(address.password, cases[i].password);
        assert_int_equal(address.port, cases[i].port);
        assert_int_equal(address.database, cases[i].database);
        assert_int_equal(address.tls, cases[i].tls);
    }
}

static void bad_urls_are_refused_without_their_secret(void **state) {
    (void)state;
    static const char *const urls[] = {
        "",
        "localhost:6379",
        "http://hunter2@localhost",
        "redis://",
        "redis://:hunter2%zz@h",
        "redis://:hunter2%00@h",
        "redis://:hunter2@h/words",
        "redis://:hunter2@h/65536",
        "redis://:hunter2@h:99999",
        "unix://",
    };
    for (size_t i = 0; i < sizeof urls / sizeof urls[0]; i++) {
        struct redis_address address;
        struct error err = {0};
        assert_false(redis_address_parse(urls[i], &address, &err));
        assert_null(strstr(err.message, "hunter2"));
        assert_true(err.message[0] != '\0');
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(urls_say_where_and_as_whom),
        cmocka_unit_test(bad_urls_are_refused_without_their_secret),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
