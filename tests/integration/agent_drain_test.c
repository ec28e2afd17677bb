/* How agents end: what is in flight is finished, what is not begun is given back, and
 * whoever insists does not wait. */
/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include <cmocka.h>

#include "base/units.h"
#include "io/loop.h"
#include "support/test_stack.h"

#define PROGRAM BINARIES_FOLDER "/flightdeck-agent"

enum { URL_SIZE = 2 * TEST_URL_SIZE, ID_SIZE = 32, JOBS = 4, EXIT_TERMINATED = 143 };

static const uint64_t patience_ns = 20 * NS_PER_S;
static const char slow[] = "{\"user_id\":\"pia\",\"message\":\"take your time\"}";
static const char stuck[] = "{\"user_id\":\"quy\",\"message\":\"never answer\"}";
static struct test_stack stack;

static int set_up(void **state) {
    (void)state;
    test_stack_start(&stack, PROGRAM, "fixed:60ms");
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    test_stack_stop(&stack);
    return 0;
}

static void serve(const char *option, const char *value) {
    const char *const args[] = {"--redis", stack.redis.url, option, value, NULL};
    test_stack_serve(&stack, 0, "v1", args);
}

/* Breathes until `stack`'s service shows it; a condition that never comes fails. */
static void wait_for_metric(unsigned index, const char *series, double least) {
    uint64_t since_ns = loop_clock_ns();
    while (!(test_stack_metric(&stack, index, series) >= least)) {
        assert_true(loop_clock_ns() - since_ns < patience_ns);
        test_client_breathe(&stack.client);
    }
}

static void start_chat(const char *path, const char *body, struct test_reply *reply) {
    struct test_request request = {
        .url = test_stack_url(&stack, 0, path), .body = body};
    test_client_start(&stack.client, &request, reply);
    wait_for_metric(0, "agent_requests_active", 1);
}

/* Waits for the end of a process and gives its exit code, -1 after a signal. */
static int ending(struct test_process *process) {
    int status = 0;
    uint64_t since_ns = loop_clock_ns();
    while (waitpid(process->pid, &status, WNOHANG) == 0) {
        assert_true(loop_clock_ns() - since_ns < patience_ns);
        test_client_breathe(&stack.client);
    }
    process->pid = 0;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void submit(const char *body, char id[ID_SIZE]) {
    static const struct http_header later[] = {{"Prefer", "respond-async"}, {0}};
    struct test_reply reply;
    struct test_request request = {
        .url = test_stack_url(&stack, 0, "/chat"), .body = body, .headers = later};
    test_client_send(&stack.client, &request, &reply);
    assert_int_equal(reply.status, 202);
    snprintf(id, ID_SIZE, "%s", test_reply_text(&reply, "$.job_id"));
    test_reply_clear(&reply);
}

static void assert_job_becomes(const char *id, const char *status) {
    char path[64];
    char url[URL_SIZE];
    snprintf(path, sizeof path, "/chat/%s", id);
    snprintf(url, sizeof url, "%s", test_stack_url(&stack, 0, path));
    assert_true(test_client_until(&stack.client, url, "$.status", status));
}

static void start_worker(unsigned index, const char *const *more) {
    char name[32];
    char port_file[TEST_PATH_SIZE];
    unsigned port = 0;
    uint64_t since_ns = loop_clock_ns();
    snprintf(name, sizeof name, "worker-%u.port", index);
    test_folder_path(&stack.folder, name, port_file);
    const char *args[12] = {"--listen", "127.0.0.1:0", "--port-file", port_file};
    size_t count = 4;
    for (; more && *more; more++) args[count++] = *more;
    test_stack_worker(&stack, index, "v1", args);
    while ((port = test_read_port(port_file)) == 0) {
        assert_true(loop_clock_ns() - since_ns < patience_ns);
        test_client_breathe(&stack.client);
    }
    snprintf(stack.urls[1], sizeof stack.urls[1], "http://127.0.0.1:%u", port);
}

static void a_stream_is_told_to_its_end(void **state) {
    (void)state;
    struct test_reply reply;
    char url[URL_SIZE];
    serve("--drain-notice", "150ms");
    test_stack_fault(&stack, "{\"latency\":10}");
    start_chat("/chat/stream", slow, &reply);
    kill(stack.serves[0].pid, SIGTERM);
    snprintf(url, sizeof url, "%s", test_stack_url(&stack, 0, "/health/ready"));
    assert_true(test_client_until(&stack.client, url, "", "503"));
    test_client_wait(&stack.client, &reply);
    assert_int_equal(reply.error, ERROR_NONE);
    assert_int_equal(reply.status, 200);
    assert_non_null(strstr(buffer_string(&reply.body), "event: message_stop"));
    test_reply_clear(&reply);
    assert_int_equal(ending(&stack.serves[0]), 0);
    test_stack_fault(&stack, "{}");
}

static void what_does_not_end_in_time_is_told_so(void **state) {
    (void)state;
    struct test_reply reply;
    serve("--drain-limit", "300ms");
    start_chat("/chat", stuck, &reply);
    kill(stack.serves[0].pid, SIGTERM);
    assert_int_equal(ending(&stack.serves[0]), 0);
    test_client_wait(&stack.client, &reply);
    assert_int_equal(reply.status, 503);
    test_reply_clear(&reply);
}

/* Its job goes to the next one, that has not to wait for a lease of half a minute. */
static void a_worker_gives_back_what_it_cannot_end(void **state) {
    (void)state;
    char id[ID_SIZE];
    const char *const hasty[] = {"--drain-limit", "300ms", NULL};
    serve(NULL, NULL);
    test_stack_fault(&stack, "{\"hang\":1}");
    start_worker(0, hasty);
    submit("{\"user_id\":\"ray\",\"message\":\"Hello\"}", id);
    wait_for_metric(1, "agent_requests_active", 1);
    kill(stack.workers[0].pid, SIGTERM);
    assert_int_equal(ending(&stack.workers[0]), 0);
    test_stack_fault(&stack, "{}");
    start_worker(1, NULL);
    assert_job_becomes(id, "completed");
    test_process_stop(&stack.workers[1]);
    test_process_stop(&stack.serves[0]);
}

/* Four jobs, of which none has failed too often when the circuit opens. */
static void a_worker_does_not_wait_for_the_circuit(void **state) {
    (void)state;
    char ids[JOBS][ID_SIZE];
    serve(NULL, NULL);
    test_stack_fault(&stack, "{\"overloaded\":1}");
    start_worker(0, NULL);
    for (int i = 0; i < JOBS; i++) {
        submit("{\"user_id\":\"sue\",\"message\":\"Hello\"}", ids[i]);
    }
    wait_for_metric(1, "circuit_breaker_state{name=\"llm\",state=\"open\"}", 1);
    wait_for_metric(1, "agent_requests_active", 1);
    uint64_t asked_ns = loop_clock_ns();
    kill(stack.workers[0].pid, SIGTERM);
    assert_int_equal(ending(&stack.workers[0]), 0);
    assert_true(loop_clock_ns() - asked_ns < 4 * NS_PER_S);
    test_stack_fault(&stack, "{}");
    start_worker(1, NULL);
    for (int i = 0; i < JOBS; i++) assert_job_becomes(ids[i], "completed");
    test_process_stop(&stack.workers[1]);
    test_process_stop(&stack.serves[0]);
}

static void a_worker_ends_at_once_when_told_twice(void **state) {
    (void)state;
    char id[ID_SIZE];
    serve(NULL, NULL);
    start_worker(0, NULL);
    submit(stuck, id);
    wait_for_metric(1, "agent_requests_active", 1);
    kill(stack.workers[0].pid, SIGTERM);
    char url[URL_SIZE];
    snprintf(url, sizeof url, "%s", test_stack_url(&stack, 1, "/health/ready"));
    assert_true(test_client_until(&stack.client, url, "", "503"));
    kill(stack.workers[0].pid, SIGTERM);
    assert_int_equal(ending(&stack.workers[0]), EXIT_TERMINATED);
    test_process_stop(&stack.serves[0]);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_stream_is_told_to_its_end),
        cmocka_unit_test(what_does_not_end_in_time_is_told_so),
        cmocka_unit_test(a_worker_gives_back_what_it_cannot_end),
        cmocka_unit_test(a_worker_does_not_wait_for_the_circuit),
        cmocka_unit_test(a_worker_ends_at_once_when_told_twice),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
