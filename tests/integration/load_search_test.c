/* `flightdeck load knee` and `load scaling` against servers that never answer well, are
 * not there, or cannot be scaled. */
/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "support/odd_server.h"
#include "support/test_program.h"

enum { WORDS_SIZE = 512 };

static struct odd_server server;
static struct test_program program;

static int make_program(void **state) {
    (void)state;
    memset(&server, 0, sizeof server);
    test_program_init(&program);
    return 0;
}

static int clear_program(void **state) {
    (void)state;
    test_program_clear(&program);
    odd_server_stop(&server);
    return 0;
}

static void run(const char *command, const char *more) {
    char words[WORDS_SIZE];
    snprintf(
        words, sizeof words, "flightdeck load %s baseline http://127.0.0.1:%u %s",
        command, (unsigned)server.port, more);
    test_program_run(&program, words);
}

static void expect(int code, const char *says) {
    bool said = strstr(program.out, says) || strstr(program.err, says);
    if (program.code == code && said) return;
    fail_msg("%d: not \"%s\"\n%s\n%s", program.code, says, program.out, program.err);
}

static void a_service_that_never_holds_has_its_knee_below(void **state) {
    (void)state;
    odd_server_start(&server, ODD_BUSY);
    run("knee", "--run-time 2s --threshold error_ratio<1%");
    expect(1, "knee: below the lowest rate that was tried");
    expect(1, "      20 rps  ");
    expect(1, "       5 rps  ");
}

static void the_steps_of_a_knee_are_told_as_json(void **state) {
    (void)state;
    odd_server_start(&server, ODD_BUSY);
    run("knee", "--run-time 2s --threshold error_ratio<1% --format json");
    expect(1, "\"kind\":\"load_knee\"");
    expect(1, "\"kept_rps\":0");
    expect(1, "\"verdict\":\"FAIL\"");
}

static void nothing_is_searched_where_nobody_is(void **state) {
    (void)state;
    odd_server_start(&server, ODD_GOOD);
    uint16_t port = server.port;
    odd_server_stop(&server);
    server.port = port;
    run("knee", "--run-time 2s");
    expect(3, "never reached");
}

static void only_a_demo_can_be_scaled(void **state) {
    (void)state;
    odd_server_start(&server, ODD_GOOD);
    run("scaling", "--run-time 2s");
    assert_int_not_equal(program.code, 0);
    expect(program.code, "only a running demo can be scaled");
    assert_int_equal(server.counts->with_run, 0);
}

static void a_dry_search_sends_nothing(void **state) {
    (void)state;
    odd_server_start(&server, ODD_GOOD);
    run("knee", "--dry-run");
    expect(0, "20 rps, 10.0s");
    assert_int_equal(server.counts->requests, 0);
}

#define WITH_PROGRAM(test) \
    cmocka_unit_test_setup_teardown(test, make_program, clear_program)

int main(void) {
    const struct CMUnitTest tests[] = {
        WITH_PROGRAM(a_service_that_never_holds_has_its_knee_below),
        WITH_PROGRAM(the_steps_of_a_knee_are_told_as_json),
        WITH_PROGRAM(nothing_is_searched_where_nobody_is),
        WITH_PROGRAM(only_a_demo_can_be_scaled),
        WITH_PROGRAM(a_dry_search_sends_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
