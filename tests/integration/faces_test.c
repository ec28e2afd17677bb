/* One verdict everywhere: a service that misses its objective fails `status` and `watch
 * --plain` alike, in words with the figures; without requests neither is sure. */
/* SPDX-License-Identifier: MIT */
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/exit_code.h"
#include "io/loop.h"
#include "support/service.h"
#include "support/test_program.h"

enum { CONFIG_SIZE = 256, PER_ANSWER = 200 };

static struct test_program program;
static pid_t served; /* who serves; 0 for nobody */

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
    test_program_clear(&program);
    return 0;
}

/* Between two answers so many requests have come, half of them slow. */
static void slow_metrics(uint32_t count, char *body, size_t size) {
    unsigned all = count * PER_ANSWER;
    snprintf(
        body, size,
        "process_start_time_seconds 1000\n"
        "agent_requests_total{status=\"success\"} %u\n"
        "agent_request_duration_seconds_bucket{le=\"1\"} %u\n"
        "agent_request_duration_seconds_bucket{le=\"5\"} %u\n"
        "agent_request_duration_seconds_bucket{le=\"+Inf\"} %u\n"
        "agent_request_duration_seconds_count %u\n",
        all, all / 2, all, all, all);
}

static void idle_metrics(uint32_t count, char *body, size_t size) {
    (void)count;
    slow_metrics(1, body, size);
}

/* The program is run to its end, so whoever
 * answers it lives in a process of its own. */
_Noreturn static void serve(int say_port, service_body_fn metrics) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    struct loop *loop = loop_new();
    struct service *service = service_new(loop, 0);
    uint16_t port = service_port(service);
    service_answer(service, "/health", 200, "text/plain", "ok");
    service_answer_with(service, "/metrics", "text/plain", metrics);
    if (write(say_port, &port, sizeof port) != sizeof port) _exit(1);
    loop_run(loop);
    _exit(0);
}

static void start_service(service_body_fn metrics) {
    int ends[2];
    uint16_t port;
    assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
    served = fork();
    assert_true(served >= 0);
    if (served == 0) serve(ends[1], metrics);
    close(ends[1]);
    assert_int_equal(read(ends[0], &port, sizeof port), sizeof port);
    close(ends[0]);
    char config[CONFIG_SIZE];
    snprintf(
        config, sizeof config,
        "version: 1\n"
        "targets:\n"
        "  here:\n"
        "    url: http://127.0.0.1:%u\n"
        "    class: local\n"
        "    slo: {p95: 2s}\n"
        "    paths: {ready: \"\", errors: \"\"}\n",
        port);
    test_folder_write(&program.folder, "flightdeck.yaml", config);
}

static void expect_run(const char *words, int code, const char *says) {
    int ended = test_program_run(&program, words);
    if (ended != code || !strstr(program.out, says)) {
        fail_msg("%d, not %d: %s%s", ended, code, program.out, program.err);
    }
}

static void a_missed_objective_fails_on_every_face(void **state) {
    (void)state;
    start_service(slow_metrics);
    expect_run(
        "flightdeck status", EXIT_CODE_FAILED, "FAIL: stable p95 4.60s > SLO 2.00s n ");
    expect_run(
        "flightdeck watch --plain --timeout 4s", EXIT_CODE_FAILED,
        " FAIL stable p95 4.60 s, limit 2.00 s, for ");
    assert_non_null(strstr(program.out, "result: FAIL: stable p95 4.60s > SLO 2.00s"));
}

static void without_requests_nobody_calls_it_met(void **state) {
    (void)state;
    start_service(idle_metrics);
    expect_run(
        "flightdeck status", EXIT_CODE_OK,
        "requests not judged: stable no requests in ");
    expect_run(
        "flightdeck watch --plain --timeout 4s", EXIT_CODE_INCONCLUSIVE,
        "result: INCONCLUSIVE: requests not judged: stable no requests in ");
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(a_missed_objective_fails_on_every_face),
        TEST(without_requests_nobody_calls_it_met),
    };
#undef TEST
    return cmocka_run_group_tests(tests, NULL, NULL);
}
