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

typedef bool (*permit_fn)(const struct slice *args, size_t arg_count);

static bool permits(permit_fn permit, const char *words) {
    struct slice args[16];
    struct scan scan = scan_of(slice_of(words));
    size_t count = 0;
    while (count < 16 && scan_word(&scan, &args[count])) count++;
    return permit(args, count);
}

static bool may_load(const char *words) {
    return permits(redis_permit_load, words);
}

static void of_all_keys_only_those_of_rollouts_are_read_whole(void **state) {
    (void)state;
    assert_true(permits(redis_permit_read, "GET flightdeck:rollout:agent"));
    assert_true(permits(redis_permit_read, "get flightdeck:rollout:a:b"));
    assert_false(permits(redis_permit_read, "GET flightdeck:rollout:"));
    assert_false(permits(redis_permit_read, "GET flightdeck:rollout:a tasks"));
    assert_false(permits(redis_permit_read, "GET flightdeck:rollou"));
    assert_false(permits(redis_permit_read, "SET flightdeck:rollout:a x PX 1000"));
}

static void publishing_sets_a_rollout_for_a_while_and_nothing_else(void **state) {
    (void)state;
    static const char *const may_not[] = {
        "SET flightdeck:rollout:a x",
        "SET flightdeck:rollout:a x EX 10",
        "SET flightdeck:rollout:a x PX 1000 GET",
        "SET flightdeck:rollout: x PX 1000",
        "SET flightdeck:load:a x PX 1000",
        "SET tasks x PX 1000",
        "DEL flightdeck:rollout:a",
        "GET flightdeck:rollout:a",
        "MSET flightdeck:rollout:a x tasks y",
        "PING",
        "",
    };
    assert_true(permits(redis_permit_publish, "SET flightdeck:rollout:a x PX 1000"));
    assert_true(permits(redis_permit_publish, "set flightdeck:rollout:a x px 1"));
    for (size_t i = 0; i < sizeof may_not / sizeof *may_not; i++) {
        assert_false(permits(redis_permit_publish, may_not[i]));
    }
}

static void shared_load_writes_its_own_keys_alone(void **state) {
    (void)state;
    static const char *const may_be[] = {
        "GET flightdeck:load:a",
        "set flightdeck:load:a word PX 3000 NX",
        "DEL flightdeck:load:a",
        "XADD flightdeck:load:a MAXLEN 16 * m x",
        "XREAD COUNT 4 STREAMS flightdeck:load:a 0-0",
        "PEXPIRE flightdeck:load:a 1000",
        "TIME",
        "LLEN tasks",
    };
    static const char *const may_not[] = {
        "GET tasks",
        "SET tasks x",
        "DEL flightdeck:load:a tasks",
        "DEL",
        "XADD tasks * m x",
        "XREAD COUNT 4 STREAMS tasks 0-0",
        "XREAD COUNT 4 STREAMS flightdeck:load:a tasks 0-0 0-0",
        "XREAD BLOCK 4 STREAMS",
        "FLUSHALL",
        "EVAL flightdeck:load:a",
        "RENAME flightdeck:load:a tasks",
        "LPUSH flightdeck:load:a x",
    };
    for (size_t i = 0; i < sizeof may_be / sizeof *may_be; i++) {
        if (!may_load(may_be[i])) fail_msg("refused: %s", may_be[i]);
    }
    for (size_t i = 0; i < sizeof may_not / sizeof *may_not; i++) {
        if (may_load(may_not[i])) fail_msg("let through: %s", may_not[i]);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_are_let_through_in_any_case),
        cmocka_unit_test(everything_else_is_refused),
        cmocka_unit_test(of_all_keys_only_those_of_rollouts_are_read_whole),
        cmocka_unit_test(publishing_sets_a_rollout_for_a_while_and_nothing_else),
        cmocka_unit_test(shared_load_writes_its_own_keys_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
