/* What the agent does while Redis or its model is away, and how it ends. */
/* SPDX-License-Identifier: MIT */
#include <fcntl.h>
#include <math.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "io/loop.h"
#include "support/test_stack.h"

#define PROGRAM BINARIES_FOLDER "/flightdeck-agent"

enum { URL_SIZE = 2 * TEST_URL_SIZE };

static struct test_stack stack;

static int set_up(void **state) {
    (void)state;
    test_stack_start(&stack, PROGRAM, "fixed:20ms");
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    test_stack_stop(&stack);
    return 0;
}

static void serve(const char *const *more) {
    const char *args[16] = {"--redis", stack.redis.url};
    size_t count = 2;
    for (; more && *more; more++) args[count++] = *more;
    test_stack_serve(&stack, 0, "v1", args);
}

static void chat(const char *body, struct test_reply *reply) {
    test_client_post(&stack.client, test_stack_url(&stack, 0, "/chat"), body, reply);
}

static bool becomes(const char *path, const char *json_path, const char *value) {
    char url[URL_SIZE];
    snprintf(url, sizeof url, "%s", test_stack_url(&stack, 0, path));
    return test_client_until(&stack.client, url, json_path, value);
}

static void assert_answer(const char *path, unsigned status, const char *word) {
    struct test_reply reply;
    test_client_get(&stack.client, test_stack_url(&stack, 0, path), &reply);
    assert_int_equal(reply.status, status);
    assert_string_equal(test_reply_text(&reply, "$.status"), word);
    test_reply_clear(&reply);
}

/* Waits for the end of a process and gives its exit code, -1 after a signal. */
static int ending(struct test_process *process) {
    int status = 0;
    while (waitpid(process->pid, &status, WNOHANG) == 0) {
        test_client_breathe(&stack.client);
    }
    process->pid = 0;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void the_agent_goes_on_while_redis_is_away(void **state) {
    (void)state;
    static const struct http_header later[] = {{"Prefer", "respond-async"}, {0}};
    struct test_reply reply;
    serve(NULL);
    assert_true(becomes("/health", "$.status", "healthy"));
    chat("{\"user_id\":\"kim\",\"message\":\"My name is Kim.\"}", &reply);
    test_reply_clear(&reply);

    test_redis_kill(&stack.redis);
    assert_true(becomes("/health/ready", "$.status", "degraded"));
    assert_answer("/health", 200, "degraded");
    test_client_get(&stack.client, test_stack_url(&stack, 0, "/health/ready"), &reply);
    assert_memory_equal(test_reply_text(&reply, "$.checks.redis"), "down", 4);
    assert_string_equal(test_reply_text(&reply, "$.checks.model"), "ok");
    test_reply_clear(&reply);
    chat("{\"user_id\":\"kim\",\"message\":\"What is my name?\"}", &reply);
    assert_int_equal(reply.status, 200);
    assert_string_equal(
        test_reply_text(&reply, "$.response"), "You have not told me your name yet.");
    test_reply_clear(&reply);
    struct test_request request = {
        .url = test_stack_url(&stack, 0, "/chat"),
        .body = "{\"user_id\":\"kim\",\"message\":\"Hello\"}",
        .headers = later};
    test_client_send(&stack.client, &request, &reply);
    assert_int_equal(reply.status, 503);
    assert_string_equal(test_reply_text(&reply, "$.error.code"), "queue_unavailable");
    assert_non_null(test_reply_header(&reply, "retry-after"));
    test_reply_clear(&reply);
    /* What is not known is not shown. */
    while (!isnan(test_stack_metric(&stack, 0, "queue_depth{priority=\"5\"}"))) {
        test_client_breathe(&stack.client);
    }

    test_redis_restart(&stack.redis);
    assert_true(becomes("/health/ready", "$.status", "ready"));
    chat("{\"user_id\":\"kim\",\"message\":\"What is my name?\"}", &reply);
    assert_string_equal(test_reply_text(&reply, "$.response"), "Your name is Kim.");
    test_reply_clear(&reply);
    test_process_stop(&stack.serves[0]);
}

static void a_job_survives_a_restart_of_redis(void **state) {
    (void)state;
    static const struct http_header later[] = {{"Prefer", "respond-async"}, {0}};
    static const char *const lease[] = {"--lease", "500ms", NULL};
    struct test_reply reply;
    char path[64];
    serve(NULL);
    assert_true(becomes("/health", "$.status", "healthy"));
    test_stack_worker(&stack, 0, "v1", lease);
    struct test_request request = {
        .url = test_stack_url(&stack, 0, "/chat"),
        .body = "{\"user_id\":\"lea\",\"message\":\"take your time\"}",
        .headers = later};
    test_client_send(&stack.client, &request, &reply);
    assert_int_equal(reply.status, 202);
    snprintf(path, sizeof path, "/chat/%s", test_reply_text(&reply, "$.job_id"));
    test_reply_clear(&reply);
    test_redis_kill(&stack.redis);
    test_redis_restart(&stack.redis);
    assert_true(becomes(path, "$.status", "completed"));
    test_process_stop(&stack.workers[0]);
    test_process_stop(&stack.serves[0]);
}

static void the_agent_works_without_any_redis(void **state) {
    (void)state;
    struct test_reply reply;
    test_stack_serve(&stack, 0, "v1", NULL);
    chat("{\"user_id\":\"mia\",\"message\":\"What is 2 + 2?\"}", &reply);
    assert_int_equal(reply.status, 200);
    test_reply_clear(&reply);
    assert_answer("/health", 200, "degraded");
    assert_answer("/health/live", 200, "alive");
    test_process_stop(&stack.serves[0]);
}

static void the_agent_says_when_its_model_is_away(void **state) {
    (void)state;
    struct test_reply reply;
    char port[16];
    char url[TEST_URL_SIZE];
    snprintf(port, sizeof port, "%u", test_free_port());
    snprintf(url, sizeof url, "http://127.0.0.1:%s", port);
    const char *const more[] = {"--model-url", url, "--chat-timeout", "2s", NULL};
    serve(more);
    assert_true(becomes("/health", "$.status", "unavailable"));
    assert_answer("/health", 503, "unavailable");
    assert_answer("/health/ready", 200, "degraded");
    assert_answer("/health/live", 200, "alive");
    chat("{\"user_id\":\"ned\",\"message\":\"Hello\"}", &reply);
    assert_int_equal(reply.status, 502);
    assert_string_equal(test_reply_text(&reply, "$.error.code"), "model_unreachable");
    test_reply_clear(&reply);

    char listen[32];
    char log[TEST_PATH_SIZE];
    struct test_process model = {0};
    snprintf(listen, sizeof listen, "127.0.0.1:%s", port);
    test_folder_path(&stack.folder, "second-model.log", log);
    const char *const args[] = {stack.program, "model",   "--listen", listen,
                                "--latency",   "instant", NULL};
    test_process_start(&model, args, log);
    assert_true(becomes("/health", "$.status", "healthy"));
    test_process_kill(&model);
    test_process_stop(&stack.serves[0]);
}

/* A balancer takes an agent without its model out:
 * then no chat tells that it is back. */
static void the_agent_recovers_with_its_model_without_any_chat(void **state) {
    (void)state;
    static const uint64_t soon_ns = UINT64_C(10000000000);
    serve(NULL);
    assert_true(becomes("/health", "$.status", "healthy"));
    test_stack_fault(&stack, "{\"error\":1}");
    /* Three attempts, and two until the circuit opens; then none any more. */
    for (int i = 0; i < 3; i++) {
        struct test_reply reply;
        chat("{\"user_id\":\"max\",\"message\":\"Hello\"}", &reply);
        assert_int_equal(reply.status, i < 2 ? 502 : 503);
        test_reply_clear(&reply);
    }
    assert_answer("/health", 503, "unavailable");
    test_stack_fault(&stack, "{}");
    uint64_t mended_ns = loop_clock_ns();
    assert_true(becomes("/health", "$.status", "healthy"));
    assert_true(loop_clock_ns() - mended_ns < soon_ns);
    test_process_stop(&stack.serves[0]);
}

static void a_chat_does_not_wait_for_a_model_that_hangs(void **state) {
    (void)state;
    struct test_reply reply;
    const char *const more[] = {"--chat-timeout", "300ms", NULL};
    serve(more);
    chat("{\"user_id\":\"ola\",\"message\":\"never answer\"}", &reply);
    assert_int_equal(reply.status, 504);
    assert_string_equal(test_reply_text(&reply, "$.error.code"), "timeout");
    assert_true(reply.total_ns < UINT64_C(5000000000));
    test_reply_clear(&reply);
    test_process_stop(&stack.serves[0]);
}

static void start_slow_chat(struct test_reply *reply) {
    struct test_request request = {
        .url = test_stack_url(&stack, 0, "/chat"),
        .body = "{\"user_id\":\"pia\",\"message\":\"take your time\"}"};
    test_client_start(&stack.client, &request, reply);
    while (!(test_stack_metric(&stack, 0, "agent_requests_active") >= 1)) {
        test_client_breathe(&stack.client);
    }
}

static void a_drain_finishes_what_is_in_flight(void **state) {
    (void)state;
    struct test_reply slow;
    const char *const more[] = {"--drain-notice", "150ms", NULL};
    serve(more);
    test_stack_fault(&stack, "{\"latency\":10}");
    start_slow_chat(&slow);
    kill(stack.serves[0].pid, SIGTERM);
    assert_true(becomes("/health/ready", "", "503"));
    assert_answer("/health", 503, "draining");
    test_client_wait(&stack.client, &slow);
    assert_int_equal(slow.error, ERROR_NONE);
    assert_int_equal(slow.status, 200);
    test_reply_clear(&slow);
    assert_int_equal(ending(&stack.serves[0]), 0);
    test_stack_fault(&stack, "{}");
}

static void a_second_signal_ends_at_once(void **state) {
    (void)state;
    struct test_reply slow;
    struct test_request request = {
        .body = "{\"user_id\":\"q\",\"message\":\"never answer\"}"};
    serve(NULL);
    request.url = test_stack_url(&stack, 0, "/chat");
    test_client_start(&stack.client, &request, &slow);
    while (!(test_stack_metric(&stack, 0, "agent_requests_active") >= 1)) {
        test_client_breathe(&stack.client);
    }
    kill(stack.serves[0].pid, SIGTERM);
    /* The first has been heard once nobody new is let in. */
    struct test_reply refused = {0};
    do {
        test_reply_clear(&refused);
        struct test_request live = {.url = test_stack_url(&stack, 0, "/health/live")};
        test_client_start(&stack.client, &live, &refused);
        test_client_wait(&stack.client, &refused);
    } while (refused.error == ERROR_NONE);
    test_reply_clear(&refused);
    kill(stack.serves[0].pid, SIGTERM);
    assert_int_equal(ending(&stack.serves[0]), 143);
    test_reply_clear(&slow);
}

static void the_end_of_the_leash_is_the_end(void **state) {
    (void)state;
    static const char *const programs[] = {"serve", "worker", "model"};
    for (size_t i = 0; i < 3; i++) {
        int ends[2];
        assert_int_equal(pipe(ends), 0);
        pid_t child = fork();
        assert_true(child >= 0);
        if (child == 0) {
            char number[16];
            close(ends[1]);
            snprintf(number, sizeof number, "%d", ends[0]);
            setenv("FLIGHTDECK_LEASH", number, 1);
            int null = open("/dev/null", O_RDWR);
            dup2(null, STDERR_FILENO);
            if (i == 2) execl(PROGRAM, PROGRAM, programs[i], (char *)NULL);
            execl(
                PROGRAM, PROGRAM, programs[i], "--model-url", stack.model_url,
                "--redis", stack.redis.url, (char *)NULL);
            _exit(127);
        }
        close(ends[0]);
        close(ends[1]);
        struct test_process process = {.pid = child};
        assert_int_equal(ending(&process), 0);
    }
}

static void mistakes_on_the_command_line_end_with_two(void **state) {
    (void)state;
    static const char *const lines[][4] = {
        {NULL},
        {"dance", NULL},
        {"serve", NULL},
        {"model", "--nonsense", NULL},
        {"serve", "--model-url", "ftp://a", NULL},
        {"model", "--latency", "soon", NULL},
    };
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        assert_int_equal(test_stack_run(&stack, lines[i]), 2);
    }
    static const char *const prices[] = {"serve",    "--model-url", "http://a",
                                         "--prices", "/nowhere",    NULL};
    assert_int_equal(test_stack_run(&stack, prices), 2);
    static const char *const key[] = {"serve",         "--model-url",      "http://a",
                                      "--api-key-env", "NO_SUCH_VARIABLE", NULL};
    assert_int_equal(test_stack_run(&stack, key), 2);
    static const char *const help[] = {"--help", NULL};
    assert_int_equal(test_stack_run(&stack, help), 0);
}

static void a_port_that_is_taken_ends_with_three(void **state) {
    (void)state;
    char listen[TEST_URL_SIZE];
    snprintf(listen, sizeof listen, "%s", stack.model_url + strlen("http://"));
    const char *const args[] = {"model", "--listen", listen, NULL};
    assert_int_equal(test_stack_run(&stack, args), 3);
}

static void a_worker_can_be_looked_at(void **state) {
    (void)state;
    char port_file[TEST_PATH_SIZE];
    unsigned port = 0;
    test_folder_path(&stack.folder, "worker.port", port_file);
    const char *const more[] = {
        "--listen", "127.0.0.1:0", "--port-file", port_file, NULL};
    test_stack_worker(&stack, 0, "v1", more);
    while ((port = test_read_port(port_file)) == 0) test_client_breathe(&stack.client);
    snprintf(stack.urls[1], sizeof stack.urls[1], "http://127.0.0.1:%u", port);
    struct test_reply reply;
    test_client_get(&stack.client, test_stack_url(&stack, 1, "/health"), &reply);
    assert_int_equal(reply.status, 200);
    test_reply_clear(&reply);
    test_client_post(&stack.client, test_stack_url(&stack, 1, "/chat"), "{}", &reply);
    assert_int_equal(reply.status, 404);
    test_reply_clear(&reply);
    assert_true(test_stack_metric(&stack, 1, "process_cpu_seconds_total") >= 0);
    test_process_stop(&stack.workers[0]);
    assert_true(access(port_file, F_OK) != 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_agent_goes_on_while_redis_is_away),
        cmocka_unit_test(a_job_survives_a_restart_of_redis),
        cmocka_unit_test(the_agent_works_without_any_redis),
        cmocka_unit_test(the_agent_says_when_its_model_is_away),
        cmocka_unit_test(the_agent_recovers_with_its_model_without_any_chat),
        cmocka_unit_test(a_chat_does_not_wait_for_a_model_that_hangs),
        cmocka_unit_test(a_drain_finishes_what_is_in_flight),
        cmocka_unit_test(a_second_signal_ends_at_once),
        cmocka_unit_test(the_end_of_the_leash_is_the_end),
        cmocka_unit_test(mistakes_on_the_command_line_end_with_two),
        cmocka_unit_test(a_port_that_is_taken_ends_with_three),
        cmocka_unit_test(a_worker_can_be_looked_at),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
