/* SPDX-License-Identifier: MIT */
#include "demo_log.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void demo_log_counts_each_arm_and_what_went_wrong(void **state) {
    (void)state;
    static const char *const lines[] = {
        "{\"t\":1.5,\"arm\":\"stable\",\"srv\":\"s1\",\"st\":200,\"bkt\":7,\"bp\":1}\n",
        "{\"t\":1.5,\"arm\":\"stable\",\"srv\":\"s1\",\"st\":404,\"bkt\":7,\"bp\":1}\n",
        "{\"t\":1.5,\"arm\":\"stable\",\"srv\":\"s1\",\"st\":503,\"bkt\":7,\"bp\":1}\n",
        "{\"t\":1.5,\"arm\":\"canary\",\"srv\":\"s1bk\",\"st\":200,\"bkt\":7}\n",
        "{\"t\":1.5,\"arm\":\"canary\",\"srv\":\"s1\",\"st\":-1,\"bkt\":7}\n",
        "{\"t\":1.5,\"arm\":null,\"srv\":null,\"st\":400,\"bkt\":null}\n",
        "{\"t\":1.5,\"arm\":\"front\",\"srv\":\"<NOSRV>\",\"st\":408}\n",
        "{\"t\":1.5,\"arm\":\"stable\",\"st\":200,\"bkt\":-}\n",
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
