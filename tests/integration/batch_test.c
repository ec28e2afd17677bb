/* Scripts run by the real program: order, blocks, exit codes, signals, deadlines. */
/* SPDX-License-Identifier: MIT */
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/exit_code.h"
#include "io/bound_socket.h"
#include "support/test_program.h"

static struct test_program program;
static int listener = -1; /* accepts and never says anything */
static uint16_t port;

static int set_up(void **state) {
    (void)state;
    struct error err;
    test_program_init(&program);
    listener = bound_socket_open("127.0.0.1", 0, &port, &err);
    return listener >= 0 ? 0 : -1;
}

static int tear_down(void **state) {
    (void)state;
    close(listener);
    test_program_clear(&program);
    return 0;
}

static int run(const char *script) {
    program.input = script;
    return test_program_run(&program, "flightdeck batch -");
}

/* The first of the words that does not follow the ones before it; NULL when all do. */
static const char *first_missing(const char *text, const char *const *words) {
    for (; *words; words++) {
        const char *found = strstr(text, *words);
        if (!found) return *words;
        text = found + strlen(*words);
    }
    return NULL;
}

static void expect_order(const char *text, const char *const *words) {
    const char *missing = first_missing(text, words);
    if (missing) fail_msg("\"%s\" is not where it should be in: %s", missing, text);
}

#define EXPECT_ORDER(text, ...) \
    expect_order((text), (const char *const[]){__VA_ARGS__, NULL})

static void commands_run_in_order_and_say_so(void **state) {
    (void)state;
    assert_int_equal(run("help trust # first\ntheme list\n\nhelp help\n"), 0);
    EXPECT_ORDER(
        program.out, "flightdeck trust", "built in", "flightdeck help", "batch stdin",
        "help trust", "theme list", "help help", "3 passed, 0 failed, 0 not run");
    EXPECT_ORDER(program.err, "line 1: help trust", "line 2: theme", "line 4: help");
}

static void the_first_failure_stops_and_is_kept(void **state) {
    (void)state;
    int code = run("theme list\n"
                   "status http://127.0.0.1:1\n"
                   "help trust\n"
                   "on failure\n"
                   "  config check nothing.yaml\n"
                   "  theme list\n"
                   "end\n"
                   "always\n"
                   "  help help\n"
                   "end\n");
    assert_int_equal(code, EXIT_CODE_UNREACHABLE);
    assert_null(strstr(program.out, "flightdeck trust"));
    EXPECT_ORDER(
        program.out, "built in", "ERROR: ", "built in", "flightdeck help",
        "status http://127.0.0.1:1", "could not run (3)", "help trust", "not run",
        "on failure", "config check", "usage (2)", "on failure", "theme list",
        "passed (0)", "always", "help help", "passed (0)",
        "3 passed, 2 failed, 1 not run: could not run (exit 3)");
}

static void without_a_failure_only_always_runs(void **state) {
    (void)state;
    int code = run("always\nhelp help\nend\non failure\nhelp trust\nend\ntheme list\n");
    assert_int_equal(code, 0);
    assert_null(strstr(program.out, "flightdeck trust"));
    EXPECT_ORDER(program.out, "built in", "flightdeck help", "2 passed");
}

static void a_failing_block_fails_the_script(void **state) {
    (void)state;
    int code = run("theme list\nalways\nconfig check nothing.yaml\nhelp help\nend\n");
    assert_int_equal(code, EXIT_CODE_USAGE);
    assert_non_null(strstr(program.out, "flightdeck help"));
}

static void nothing_runs_when_any_line_is_wrong(void **state) {
    (void)state;
    static const struct {
        const char *script, *message;
    } rows[] = {
        {"theme list\nsmkoe\n", "stdin:2: unknown command \"smkoe\""},
        {"theme list\nstatus --nope\n", "stdin:2: unknown option --nope"},
        {"theme list\nstatus a b\n", "stdin:2: \"b\" is one argument too many"},
        {"theme list\nbatch x\n", "stdin:2: a script cannot run a script"},
        {"theme list\nhttp://127.0.0.1:1\n", "stdin:2: this needs a terminal"},
        {"theme list\nstatus 'x\n", "stdin:2:8: the quote is not closed"},
        {"theme list\nstatus ${x}\n", "stdin:2:8: no line above sets ${x}"},
        {"theme list\nalways\n", "stdin:2:1: the block has no `end`"},
        {"theme list\nalways\nsmkoe\nend\n", "stdin:3: unknown command"},
        {"", "stdin:1:1: there is no command in it"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        assert_int_equal(run(rows[i].script), EXIT_CODE_USAGE);
        if (!strstr(program.err, rows[i].message)) fail_msg("%s", program.err);
        assert_string_equal(program.out, "");
    }
}

static void a_dry_run_only_tells(void **state) {
    (void)state;
    program.input = "status http://127.0.0.1:1\nalways\ntheme list\nend\n";
    assert_int_equal(test_program_run(&program, "flightdeck batch - --dry-run"), 0);
    EXPECT_ORDER(
        program.out, "would run", "1", "status http://127.0.0.1:1", "3", "always",
        "theme list");
    assert_null(strstr(program.out, "built in"));
}

static void settings_reach_the_commands_below_them(void **state) {
    (void)state;
    test_folder_write(
        &program.folder, "flightdeck.yaml",
        "version: 1\ntargets: {a: {url: \"http://127.0.0.1:1\"}, b: {url: "
        "\"http://127.0.0.1:1\"}}\n");
    int code = run("set target b\n"
                   "config show --format json\n"
                   "set target a\n"
                   "set shape json\n"
                   "config show --format ${shape}\n");
    assert_int_equal(code, 0);
    EXPECT_ORDER(
        program.out, "\"value\":\"b\",\"origin\":\"$FLIGHTDECK_TARGET\"",
        "\"value\":\"a\",\"origin\":\"$FLIGHTDECK_TARGET\"");
    program.input = "config show --format json\n";
    code = test_program_run(&program, "flightdeck batch - --target a");
    assert_int_equal(code, 0);
    EXPECT_ORDER(program.out, "\"value\":\"a\",\"origin\":\"$FLIGHTDECK_TARGET\"");
}

static void the_summary_can_be_json_on_a_clean_stdout(void **state) {
    (void)state;
    program.input = "theme list\nstatus http://127.0.0.1:1\n";
    int code = test_program_run(&program, "flightdeck batch - --format json");
    assert_int_equal(code, EXIT_CODE_UNREACHABLE);
    assert_memory_equal(program.out, "{\"script\":\"stdin\",\"exit_code\":3", 31);
    assert_non_null(strstr(
        program.out, "\"reason\":\"1 passed, 1 failed, 0 not run; line 2: status "
                     "http://127.0.0.1:1: could not run\""));
    assert_non_null(strstr(program.err, "built in"));
    assert_non_null(strstr(program.err, "ERROR: "));
}

/* A script whose second command waits for a service that never answers. */
static void start_waiting(void) {
    char script[512];
    snprintf(
        script, sizeof script,
        "theme list\n"
        "init http://127.0.0.1:%u --dry-run\n"
        "help trust\n"
        "on failure\n"
        "  help help\n"
        "end\n"
        "always\n"
        "  help batch\n"
        "end\n",
        port);
    test_folder_write(&program.folder, "script", script);
    test_program_start(&program, "flightdeck batch script");
    test_program_expect(&program, "line 2: init");
}

static void expect_blocks_after(int number, int code) {
    start_waiting();
    assert_int_equal(kill(program.pid, number), 0);
    assert_int_equal(test_program_wait(&program), code);
    assert_int_equal(program.signal, 0);
    assert_null(strstr(program.out, "flightdeck trust"));
    EXPECT_ORDER(
        program.out, "built in", "flightdeck help", "flightdeck batch", "batch script",
        "not run", "stopped by a signal");
}

static void an_interruption_still_runs_the_blocks(void **state) {
    (void)state;
    expect_blocks_after(SIGINT, EXIT_CODE_INTERRUPTED);
    expect_blocks_after(SIGTERM, EXIT_CODE_TERMINATED);
    expect_blocks_after(SIGHUP, EXIT_CODE_TERMINATED);
}

static void the_time_of_the_script_is_limited_and_blocks_still_run(void **state) {
    (void)state;
    char script[256];
    snprintf(
        script, sizeof script,
        "init http://127.0.0.1:%u --dry-run\nalways\nhelp help\nend\n", port);
    program.input = script;
    int code = test_program_run(&program, "flightdeck batch - --timeout 300ms");
    assert_int_equal(code, EXIT_CODE_INCONCLUSIVE);
    EXPECT_ORDER(
        program.out, "flightdeck help", "terminated (143)",
        "inconclusive (exit 4), the time of --timeout is up");
}

/* The command's connection ends when the command does. */
static void expect_end_of(int client) {
    struct pollfd end = {.fd = client, .events = POLLIN};
    char words[1024];
    ssize_t got = 1;
    while (got > 0) {
        assert_int_equal(poll(&end, 1, 30000), 1);
        got = read(client, words, sizeof words);
    }
}

static void kill_9_leaves_no_command_behind(void **state) {
    (void)state;
    start_waiting();
    struct pollfd coming = {.fd = listener, .events = POLLIN};
    assert_int_equal(poll(&coming, 1, 30000), 1);
    int client = accept(listener, NULL, NULL);
    assert_true(client >= 0);
    assert_int_equal(kill(program.pid, SIGKILL), 0);
    test_program_wait(&program);
    assert_int_equal(program.signal, SIGKILL);
    expect_end_of(client);
    close(client);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(commands_run_in_order_and_say_so),
        TEST(the_first_failure_stops_and_is_kept),
        TEST(without_a_failure_only_always_runs),
        TEST(a_failing_block_fails_the_script),
        TEST(nothing_runs_when_any_line_is_wrong),
        TEST(a_dry_run_only_tells),
        TEST(settings_reach_the_commands_below_them),
        TEST(the_summary_can_be_json_on_a_clean_stdout),
        TEST(an_interruption_still_runs_the_blocks),
        TEST(the_time_of_the_script_is_limited_and_blocks_still_run),
        TEST(kill_9_leaves_no_command_behind),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
