/* SPDX-License-Identifier: MIT */
#include "demo_log.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* What the router writes of a request; only what is counted differs. */
#define LINE(arm, be, srv, status, bucket, salt)                                    \
    "{\"n\":1,\"t\":1.500,\"arm\":\"" arm "\",\"be\":\"" be "\",\"srv\":\"" srv     \
    "\",\"st\":" status ",\"ts\":\"----\",\"rc\":\"0\",\"Tw\":0,\"Tc\":0,\"Tr\":1," \
    "\"Ta\":2,\"bkt\":" bucket ",\"bp\":1000,\"salt\":" salt                        \
    ",\"user\":null,\"chat\":null,\"out\":\"-\",\"job\":\"-\",\"tin\":\"-\","       \
    "\"tout\":\"-\",\"usd\":\"-\",\"tf\":\"-\"}\n"

static void demo_log_counts_each_arm_and_what_went_wrong(void **state) {
    (void)state;
    static const char *const lines[] = {
        LINE("stable", "stable", "s1", "200", "9999", "1"),
        LINE("stable", "stable", "s1", "404", "9999", "1"),
        LINE("stable", "stable", "s1", "503", "9999", "1"),
        LINE("canary", "canary", "s1bk", "200", "0", "1"),
        LINE("canary", "canary", "c1", "-1", "0", "1"),
        LINE("-", "-", "-", "400", "null", "null"),
        LINE("-", "front", "<NOSRV>", "408", "null", "null"),
        LINE("stable", "stable", "s1", "200", "-", "1"),
        "Server stable/s1 is DOWN, reason: Layer7 wrong status, code: 503.\n",
        "Backup Server canary/s1bk is UP via stable/s1.\n",
        "backend stable has no server available!\n",
        "{\"arm\":\"stable\"}",
        "[]",
        "",
    };
    struct demo_log_counts counts = {0};
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        demo_log_count(&counts, slice_of(lines[i]));
    }
    assert_int_equal(counts.arms[TRACK_STABLE].requests, 3);
    assert_int_equal(counts.arms[TRACK_STABLE].failed, 1);
    assert_int_equal(counts.arms[TRACK_STABLE].strayed, 0);
    assert_int_equal(counts.arms[TRACK_CANARY].requests, 2);
    assert_int_equal(counts.arms[TRACK_CANARY].failed, 1);
    assert_int_equal(counts.arms[TRACK_CANARY].strayed, 1);
    assert_int_equal(counts.refused, 2);
    assert_int_equal(counts.notices, 3);
    assert_int_equal(counts.strange, 4);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(demo_log_counts_each_arm_and_what_went_wrong),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
