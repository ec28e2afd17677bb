/* Prometheus' own checker has nothing to say about what
 * the agent tells, whatever it has been through. */
/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "support/test_stack.h"

#define PROGRAM BINARIES_FOLDER "/flightdeck-agent"

enum { SKIPPED = 77 };

static struct test_stack stack;

static int set_up(void **state) {
    (void)state;
    test_stack_start(&stack, PROGRAM, "instant");
    const char *const more[] = {
        "--redis", stack.redis.url, "--chat-timeout", "1s", NULL};
    test_stack_serve(&stack, 0, "v1", more);
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    test_stack_stop(&stack);
    return 0;
}

static void send(const char *path, const char *body, const char *prefer) {
    struct test_reply reply;
    const struct http_header headers[] = {{"Prefer", prefer}, {0}};
    struct test_request request = {
        .url = test_stack_url(&stack, 0, path), .body = body, .headers = headers};
    test_client_start(&stack.client, &request, &reply);
    test_client_wait(&stack.client, &reply);
    test_reply_clear(&reply);
}

/* Every way that a request ends. */
static void send_all_kinds(void) {
    static const char *const words[] = {
        "Hello",          "Calculate 12 * 12", "answer nonsense", "break down",
        "be overloaded",  "refuse this",       "never answer",    "run out of tokens",
        "Who is Ada L.?", "be rate limited"};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        char body[128];
        snprintf(
            body, sizeof body, "{\"user_id\":\"ada\",\"message\":\"%s\"}", words[i]);
        send("/chat", body, "wait=1");
        if (i < 4) send("/chat", body, "respond-async");
    }
    send("/chat", "{\"user_id\":5}", "wait=1");
    send("/nowhere", NULL, "wait=1");
    send("/chat/none", NULL, "wait=1");
}

/* What promtool says about a page; it must be a page with something on it. */
static void assert_clean(const char *url, const char *has) {
    char page[TEST_PATH_SIZE], log[TEST_PATH_SIZE], command[4 * TEST_PATH_SIZE];
    struct test_reply reply;
    test_client_get(&stack.client, url, &reply);
    assert_int_equal(reply.status, 200);
    if (!strstr(buffer_string(&reply.body), has)) {
        fail_msg("no %s in %s", has, buffer_string(&reply.body));
    }
    test_folder_path(&stack.folder, "page.txt", page);
    test_folder_path(&stack.folder, "promtool.log", log);
    FILE *file = fopen(page, "we");
    assert_non_null(file);
    fwrite(reply.body.data, 1, reply.body.length, file);
    fclose(file);
    test_reply_clear(&reply);
    snprintf(command, sizeof command, "promtool check metrics <%s", page);
    const char *const args[] = {"sh", "-c", command, NULL};
    int status = test_process_run(args, log);
    if (status == 0) return;
    char said[2048] = "";
    file = fopen(log, "re");
    if (file) {
        said[fread(said, 1, sizeof said - 1, file)] = '\0';
        fclose(file);
    }
    fail_msg("promtool ended with %d: %s", status, said);
}

static void every_page_is_clean(void **state) {
    (void)state;
    char port_file[TEST_PATH_SIZE];
    test_folder_path(&stack.folder, "worker.port", port_file);
    const char *const more[] = {
        "--listen", "127.0.0.1:0", "--port-file", port_file, NULL};
    assert_clean(test_stack_url(&stack, 0, "/metrics"), "\nagent_requests_total{");
    test_stack_worker(&stack, 0, "v1", more);
    uint16_t port = 0;
    while ((port = test_read_port(port_file)) == 0) test_client_breathe(&stack.client);
    snprintf(stack.urls[1], sizeof stack.urls[1], "http://127.0.0.1:%u", port);
    send_all_kinds();
    while (!(
        test_stack_metric(&stack, 0, "queue_completed_total{status=\"completed\"}") >=
            2 &&
        test_stack_metric(&stack, 0, "queue_completed_total{status=\"failed\"}") >= 1 &&
        test_stack_metric(
            &stack, 0, "workers_agent_requests_total{status=\"error\"}") >= 1)) {
        test_client_breathe(&stack.client);
    }
    assert_clean(test_stack_url(&stack, 0, "/metrics"), "\nworkers_llm_tokens_total{");
    assert_clean(test_stack_url(&stack, 1, "/metrics"), "\nqueue_wait_seconds_count ");

    assert_clean(
        test_stack_model_url(&stack, "/metrics"),
        "\nmodel_questions_total{path=\"/v1/messages\"} ");

    test_redis_kill(&stack.redis);
    send_all_kinds();
    assert_clean(
        test_stack_url(&stack, 0, "/metrics"), "\nagent_ready{check=\"redis\"} 0");
    assert_clean(test_stack_url(&stack, 1, "/metrics"), "\nagent_build_info{");
}

int main(void) {
    static const char *const look[] = {"sh", "-c", "command -v promtool", NULL};
    if (test_process_run(look, NULL) != 0) {
        printf("skipped: promtool is not installed (Debian: prometheus)\n");
        return SKIPPED;
    }
    const struct CMUnitTest tests[] = {cmocka_unit_test(every_page_is_clean)};
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
