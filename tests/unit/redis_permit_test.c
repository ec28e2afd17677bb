/* SPDX-License-Identifier: MIT */
#include "io/redis_permit.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static bool may(const char *first, const char *second) {
    struct slice args[2] = {slice_of(first), slice_of(second ? second : "")};
    return redis_permit_read(args, second ? 2 : 1);
}

static void reads_are_let_through_in_any_case(void **state) {
    (void)state;
    assert_true(may("PING", NULL));
    assert_true(may("ping", NULL));
    assert_true(may("Info", "all"));
    assert_true(may("XINFO", "groups"));
    assert_true(may("client", "LIST"));
    assert_true(may("MEMORY", "USAGE"));
    assert_true(may("HGETALL", "worker:1"));
}

static void everything_else_is_refused(void **state) {
    (void)state;
    static const char *const commands[][2] = {
        {"SET", "a"},
        {"DEL", "a"},
        {"FLUSHALL", NULL},
        {"KEYS", "*"},
        {"MONITOR", NULL},
        {"EVAL", "return 1"},
        {"CONFIG", "GET"},
        {"CONFIG", "SET"},
        {"CLIENT", "KILL"},
        {"CLIENT", NULL},
        {"CLIENT", "NO-EVICT"},
        {"SLOWLOG", "RESET"},
        {"MEMORY", "PURGE"},
        {"LATENCY", "RESET"},
        {"XINFO", NULL},
        {"XADD", "q"},
        {"XREADGROUP", "q"},
        {"DEBUG", "SLEEP"},
        {"SHUTDOWN", NULL},
        {"HELLO", "3"},
        {"AUTH", "x"},
        {"SELECT", "1"},
        {"GET", "a"},
        {"PINGG", NULL},
        {"PIN", NULL},
        {"", NULL},
        {"INFO\r\nSET a b", NULL},
        {"SUBSCRIBE", "news"},
        {"SCRIPT", "FLUSH"},
    };
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++) {
        assert_false(may(commands[i][0], commands[i][1]));
    }
    assert_false(redis_permit_read(NULL, 0));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_are_let_through_in_any_case),
        cmocka_unit_test(everything_else_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
