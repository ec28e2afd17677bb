/* What a load needs of the machine is looked at before anything is sent: descriptors of
 * the generator, and those of a target that runs here. */
/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

#include <cmocka.h>

#include "base/text.h"
#include "core/exit_code.h"
#include "support/odd_server.h"
#include "support/test_program.h"

static const char flightdeck[] = BINARIES_FOLDER "/flightdeck";

enum { WORDS_SIZE = 512, FEW = 100 };

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

/* With few descriptors for it. */
static void start_poor_server(void) {
    struct rlimit limit;
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
    struct rlimit poor = {.rlim_cur = FEW, .rlim_max = limit.rlim_max};
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &poor), 0);
    odd_server_start(&server, ODD_GOOD);
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
}

static void expect_said(const char *words) {
    if (strstr(program.out, words) || strstr(program.err, words)) return;
    fail_msg("not said: %s\n%s\n%s", words, program.out, program.err);
}

static void users_without_descriptors_are_refused(void **state) {
    (void)state;
    char words[WORDS_SIZE];
    odd_server_start(&server, ODD_GOOD);
    snprintf(
        words, sizeof words,
        "/usr/bin/prlimit --nofile=%d:%d %s load baseline http://127.0.0.1:%u "
        "--run-time 10s",
        FEW, FEW, flightdeck, (unsigned)server.port);
    int code = test_program_run(&program, words);
    expect_said("100 connections need 164 descriptors, 100 are allowed (ulimit -Hn)");
    assert_int_equal(code, EXIT_CODE_USAGE);
    assert_int_equal(server.counts->with_run, 0);
}

static void a_generator_that_cannot_be_started_is_named_once(void **state) {
    (void)state;
    char words[WORDS_SIZE];
    odd_server_start(&server, ODD_GOOD);
    snprintf(
        words, sizeof words,
        "/usr/bin/prlimit --nofile=16:16 %s load baseline http://127.0.0.1:%u --quiet",
        flightdeck, (unsigned)server.port);
    assert_int_equal(test_program_run(&program, words), EXIT_CODE_USAGE);
    /* For its socket, or for itself: that is a matter of one descriptor. */
    expect_said("flightdeck-load: Too many open files");
    const char *first = strstr(program.err, "flightdeck-load");
    assert_null(strstr(first + 1, "flightdeck-load"));
}

static void what_cannot_be_written_is_named(void **state) {
    (void)state;
    char words[WORDS_SIZE];
    odd_server_start(&server, ODD_GOOD);
    snprintf(
        words, sizeof words,
        "flightdeck load baseline http://127.0.0.1:%u --rate 20 --run-time 1s --series "
        "/dev/full",
        (unsigned)server.port);
    assert_int_equal(test_program_run(&program, words), EXIT_CODE_USAGE);
    expect_said("--series /dev/full: No space left on device");
}

static void a_target_with_few_descriptors_is_told_of(void **state) {
    (void)state;
    char words[WORDS_SIZE];
    start_poor_server();
    snprintf(
        words, sizeof words, "flightdeck load baseline http://127.0.0.1:%u --dry-run",
        (unsigned)server.port);
    assert_int_equal(test_program_run(&program, words), EXIT_CODE_OK);
    expect_said("may have 100 descriptors: too few for 100 users (ulimit -n)");
    struct text text = text_in(words, sizeof words);
    text_addf(
        &text, "flightdeck load baseline http://127.0.0.1:%u --dry-run --users 80",
        (unsigned)server.port);
    assert_int_equal(test_program_run(&program, words), EXIT_CODE_OK);
    assert_null(strstr(program.out, "descriptors"));
    assert_int_equal(server.counts->requests, 0);
}

#define WITH_PROGRAM(test) \
    cmocka_unit_test_setup_teardown(test, make_program, clear_program)

int main(void) {
    const struct CMUnitTest tests[] = {
        WITH_PROGRAM(users_without_descriptors_are_refused),
        WITH_PROGRAM(a_generator_that_cannot_be_started_is_named_once),
        WITH_PROGRAM(what_cannot_be_written_is_named),
        WITH_PROGRAM(a_target_with_few_descriptors_is_told_of),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
