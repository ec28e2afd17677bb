/* `flightdeck status` at its edges: services that have little, say nothing or are not
 * there, looks that are too short, and results that go elsewhere. */
/* SPDX-License-Identifier: MIT */
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/units.h"
#include "core/document.h"
#include "core/exit_code.h"
#include "io/bound_socket.h"
#include "io/json.h"
#include "io/loop.h"
#include "support/service.h"
#include "support/test_program.h"

enum { WORDS_SIZE = 256, DEADLINE_S = 8, GRACE_S = 4 };

static const char brief[] = "flightdeck status http://127.0.0.1:1 --timeout 500ms";

static struct test_program program;
static struct document *report;
static pid_t served;  /* who serves; 0 for nobody */
static uint16_t port; /* where */

static int set_up(void **state) {
    (void)state;
    test_program_init(&program);
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    if (served > 0) {
        kill(served, SIGKILL);
        waitpid(served, NULL, 0);
    }
    served = 0;
    document_free(report);
    report = NULL;
    test_program_clear(&program);
    return 0;
}

/* The program is run to its end, so whoever
 * answers it lives in a process of its own. */
_Noreturn static void serve(int say_port, bool metrics) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    struct loop *loop = loop_new();
    struct service *service = service_new(loop, 0);
    uint16_t own_port = service_port(service);
    service_answer(service, "/health", 200, "text/plain", "ok");
    if (metrics) {
        service_answer(
            service, "/metrics", 200, "text/plain",
            "agent_requests_total{status=\"success\"} 7\n");
    }
    if (write(say_port, &own_port, sizeof own_port) != sizeof own_port) _exit(1);
    loop_run(loop);
    _exit(0);
}

static void start_service(bool metrics) {
    int ends[2];
    assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
    served = fork();
    assert_true(served >= 0);
    if (served == 0) serve(ends[1], metrics);
    close(ends[1]);
    assert_int_equal(read(ends[0], &port, sizeof port), sizeof port);
    close(ends[0]);
}

/* Somebody who accepts and never says a word; the caller closes. */
static int start_silence(void) {
    struct error err;
    int listener = bound_socket_open("127.0.0.1", 0, &port, &err);
    assert_true(listener >= 0);
    return listener;
}

/* `flightdeck status http://127.0.0.1:PORT OPTIONS`, with its JSON in `report`. */
static int look(const char *options) {
    char words[WORDS_SIZE];
    struct error err;
    snprintf(
        words, sizeof words, "flightdeck status http://127.0.0.1:%u -f json -q %s",
        port, options);
    int code = test_program_run(&program, words);
    document_free(report);
    report = json_parse(slice_of(program.out), &err);
    if (!report) fail_msg("%d %s%s", code, program.out, program.err);
    return code;
}

static const struct node *at(const char *path) {
    const struct node *found = NULL;
    struct error err;
    assert_true(node_find(document_root(report), slice_of(path), &found, &err));
    if (!found) fail_msg("no %s in %s", path, program.out);
    return found;
}

static void expect_text(const char *path, const char *text) {
    if (!slice_equals(at(path)->string, text)) fail_msg("%s: %s", path, program.out);
}

static void expect_start(const char *path, const char *text) {
    if (!slice_starts_with(at(path)->string, text)) {
        fail_msg("%s: %s", path, program.out);
    }
}

static void a_service_with_nothing_but_health_is_well(void **state) {
    (void)state;
    static const char *const missing[] = {
        "$.red.stable.status", "$.redis.status", "$.queue.status", "$.split.status",
        "$.errors.status"};
    start_service(false);
    assert_int_equal(look(""), EXIT_CODE_OK);
    expect_text("$.verdict", "PASS");
    expect_text("$.health.status", "ok");
    for (size_t i = 0; i < sizeof missing / sizeof *missing; i++) {
        expect_text(missing[i], "n/a");
    }
    assert_int_equal(at("$.red.stable.rps")->kind, NODE_NULL);
    assert_int_equal(at("$.redis.age_ms")->kind, NODE_NULL);
    assert_int_equal(at("$.parts")->child_count, 1);
}

static void two_scrapes_without_a_request_have_a_rate_and_no_latency(void **state) {
    (void)state;
    start_service(true);
    assert_int_equal(look(""), EXIT_CODE_OK);
    assert_true(at("$.red.stable.rps")->number == 0);
    assert_int_equal(at("$.red.stable.rps")->kind, NODE_NUMBER);
    assert_int_equal(at("$.red.stable.p50_ms")->kind, NODE_NULL);
    assert_int_equal(at("$.red.stable.error_ratio")->kind, NODE_NULL);
}

static void a_look_too_short_for_rates_is_inconclusive(void **state) {
    (void)state;
    start_service(true);
    assert_int_equal(look("--timeout 1s"), EXIT_CODE_INCONCLUSIVE);
    expect_start("$.reason", "cut short");
    assert_false(at("$.complete")->boolean);
    assert_int_equal(look("--timeout 1s --fail-on inconclusive"), EXIT_CODE_FAILED);
}

static void who_says_nothing_is_silent_when_the_look_ends(void **state) {
    (void)state;
    int listener = start_silence();
    assert_int_equal(look("--timeout 1s"), EXIT_CODE_UNREACHABLE);
    expect_text("$.verdict", "ERROR");
    expect_text("$.health.status", "silent");
    expect_start("$.health.detail", "no answer after ");
    expect_text("$.red.stable.status", "silent");
    assert_null(strstr(program.out, "not asked"));
    close(listener);
}

static void who_says_nothing_is_waited_for_no_longer_than_the_deadline(void **state) {
    (void)state;
    int listener = start_silence();
    uint64_t before_ns = loop_clock_ns();
    assert_int_equal(look(""), EXIT_CODE_UNREACHABLE);
    assert_true(loop_clock_ns() - before_ns < (DEADLINE_S + GRACE_S) * NS_PER_S);
    expect_start("$.health.detail", "no answer after ");
    close(listener);
}

static void who_is_not_there_is_named_once(void **state) {
    (void)state;
    port = 1;
    assert_int_equal(look(""), EXIT_CODE_UNREACHABLE);
    expect_text("$.reason", "health 127.0.0.1:1 is silent: Connection refused");
    assert_true(at("$.complete")->boolean);
}

static void a_host_without_an_address_was_not_reached(void **state) {
    (void)state;
    test_folder_write(
        &program.folder, "flightdeck.yaml",
        "version: 1\n"
        "targets:\n"
        "  nowhere:\n"
        "    url: http://127.0.0.1:1\n"
        "    tracks: {stable: {dns: \"http://"
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.invalid"
        ":80\"}}\n");
    int code = test_program_run(&program, "flightdeck status --timeout 1s");
    if (code != EXIT_CODE_UNREACHABLE || !strstr(program.out, "DNS: ")) {
        fail_msg("%d %s%s", code, program.out, program.err);
    }
}

static void the_result_goes_where_it_is_sent(void **state) {
    (void)state;
    char path[TEST_PATH_SIZE];
    int code = test_program_run(
        &program, "flightdeck status http://127.0.0.1:1 --timeout 500ms -q -o look");
    assert_int_equal(code, EXIT_CODE_UNREACHABLE);
    assert_string_equal(program.out, "");
    assert_string_equal(program.err, "");
    test_folder_path(&program.folder, "look", path);
    assert_int_equal(access(path, R_OK), 0);
}

static void a_reader_that_leaves_changes_no_exit_code(void **state) {
    (void)state;
    int ends[2];
    assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
    close(ends[0]);
    program.stdout_fd = ends[1];
    int code = test_program_run(&program, brief);
    assert_int_equal(code, EXIT_CODE_UNREACHABLE);
    assert_string_equal(program.err, "");
    close(ends[1]);
}

/* A socket of ours in the place of a missing
 * stdout would send the report to the agent. */
static void missing_descriptors_change_nothing(void **state) {
    (void)state;
    for (int closed = 1; closed < 8; closed += 2) {
        program.closed = closed;
        int code = test_program_run(&program, brief);
        assert_int_equal(code, EXIT_CODE_UNREACHABLE);
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(a_service_with_nothing_but_health_is_well),
        TEST(two_scrapes_without_a_request_have_a_rate_and_no_latency),
        TEST(a_look_too_short_for_rates_is_inconclusive),
        TEST(who_says_nothing_is_silent_when_the_look_ends),
        TEST(who_says_nothing_is_waited_for_no_longer_than_the_deadline),
        TEST(who_is_not_there_is_named_once),
        TEST(a_host_without_an_address_was_not_reached),
        TEST(the_result_goes_where_it_is_sent),
        TEST(a_reader_that_leaves_changes_no_exit_code),
        TEST(missing_descriptors_change_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
