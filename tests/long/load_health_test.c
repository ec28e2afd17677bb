/* The rules over a load run against real runs: a leak of 1 MB/s is found within a
 * minute, and twenty healthy runs are left alone. */
/* SPDX-License-Identifier: MIT */
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

#include "base/memory.h"
#include "base/units.h"
#include "io/loop.h"
#include "support/service.h"
#include "support/test_program.h"

enum { HEALTHY_RUNS = 20, WORDS_SIZE = 256, BYTES_AT_FIRST = 200000000 };

#define LEAK_PER_S 1e6

static const char answer[] = "{\"status\": \"healthy\", \"response\": \"4\"}";

static uint64_t begun_ns;

static void tell_memory(double bytes, char *body, size_t size) {
    snprintf(
        body, size,
        "# TYPE process_resident_memory_bytes gauge\n"
        "process_resident_memory_bytes %.0f\n",
        bytes);
}

/* As a collector of garbage leaves it. */
static void steady(uint32_t count, char *body, size_t size) {
    tell_memory(BYTES_AT_FIRST + count % 7 * 4e6, body, size);
}

static void leaking(uint32_t count, char *body, size_t size) {
    double lasted_s = (double)(loop_clock_ns() - begun_ns) / (double)NS_PER_S;
    (void)count;
    tell_memory(BYTES_AT_FIRST + lasted_s * LEAK_PER_S, body, size);
}

struct target {
    pid_t pid;
    unsigned port;
};

_Noreturn static void serve(int port_fd, service_body_fn memory) {
    struct loop *loop = loop_new();
    struct service *service = service_new(loop, 0);
    unsigned port = service_port(service);
    begun_ns = loop_clock_ns();
    service_answer(service, "/health", 200, "application/json", answer);
    service_answer(service, "/chat", 200, "application/json", answer);
    service_answer_with(service, "/metrics", "text/plain", memory);
    if (write(port_fd, &port, sizeof port) == sizeof port) loop_run(loop);
    _exit(1);
}

static struct target start(service_body_fn memory) {
    struct target target = {0};
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    target.pid = fork();
    assert_true(target.pid >= 0);
    if (target.pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        serve(ends[1], memory);
    }
    assert_int_equal(
        read(ends[0], &target.port, sizeof target.port), sizeof target.port);
    close(ends[0]);
    close(ends[1]);
    return target;
}

static void stop(const struct target *target) {
    kill(target->pid, SIGKILL);
    waitpid(target->pid, NULL, 0);
}

static void load(struct test_program *program, const struct target *target) {
    char words[WORDS_SIZE];
    snprintf(
        words, sizeof words,
        "flightdeck load baseline http://127.0.0.1:%u --rate 5 --run-time 45s --quiet "
        "--threshold p50<60s",
        target->port);
    test_program_init(program);
    test_program_start(program, words);
}

static void a_leak_is_found(void **state) {
    (void)state;
    struct target target = start(leaking);
    struct test_program program;
    load(&program, &target);
    test_program_wait(&program);
    if (program.code != 1 || !strstr(program.out, "FAIL          memory_grows")) {
        fail_msg("%d: %s %s", program.code, program.out, program.err);
    }
    test_program_clear(&program);
    stop(&target);
}

static void healthy_runs_are_left_alone(void **state) {
    (void)state;
    struct target target = start(steady);
    struct test_program *programs = memory_new_array(HEALTHY_RUNS, sizeof *programs);
    for (unsigned i = 0; i < HEALTHY_RUNS; i++) load(&programs[i], &target);
    for (unsigned i = 0; i < HEALTHY_RUNS; i++) {
        test_program_wait(&programs[i]);
        if (strstr(programs[i].out, "FAIL")) fail_msg("%s", programs[i].out);
        assert_non_null(strstr(programs[i].out, "PASS          memory_grows"));
        test_program_clear(&programs[i]);
    }
    free(programs);
    stop(&target);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_leak_is_found),
        cmocka_unit_test(healthy_runs_are_left_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
