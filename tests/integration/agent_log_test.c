/* The logs: one JSON object per line and event,
 * the request's id in all that concern it. */
/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "core/document.h"
#include "core/node.h"
#include "io/json.h"
#include "support/test_stack.h"

#define PROGRAM BINARIES_FOLDER "/flightdeck-agent"

enum { ID_SIZE = 64, LINE_SIZE = 8192 };

static struct test_stack stack;

static int set_up(void **state) {
    (void)state;
    test_stack_start(&stack, PROGRAM, "instant");
    const char *const more[] = {"--redis", stack.redis.url, "--log", "debug", NULL};
    static const char *const debug[] = {"--log", "debug", NULL};
    test_stack_serve(&stack, 0, "v1", more);
    test_stack_worker(&stack, 0, "v1", debug);
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    test_stack_stop(&stack);
    return 0;
}

static void assert_is_entry(const struct node *entry, const char *line) {
    static const char *const keys[] = {
        "time", "level", "program", "version", "message"};
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        char value[LINE_SIZE] = "";
        node_string(entry, keys[i], value, sizeof value);
        if (value[0] == '\0') print_error("no %s in %s", keys[i], line);
        assert_true(value[0] != '\0');
    }
}

/* How many lines of a log are of that request; every line is looked at. */
static unsigned lines_of(const char *name, const char *request_id) {
    char path[TEST_PATH_SIZE], line[LINE_SIZE], id[ID_SIZE];
    unsigned count = 0;
    test_folder_path(&stack.folder, name, path);
    FILE *file = fopen(path, "re");
    assert_non_null(file);
    while (fgets(line, sizeof line, file)) {
        struct error err = {0};
        struct document *document = json_parse(slice_of(line), &err);
        if (!document) fail_msg("%s: %s", err.message, line);
        const struct node *entry = document_root(document);
        assert_is_entry(entry, line);
        if (node_string(entry, "request_id", id, sizeof id)) {
            if (strcmp(id, request_id) == 0) count++;
        }
        document_free(document);
    }
    fclose(file);
    return count;
}

/* Sends a chat and waits for its job's end; the job's id. */
static void submit(const char *name, const char *words, char job[ID_SIZE]) {
    char body[128], path[2 * ID_SIZE], url[2 * TEST_URL_SIZE];
    struct test_reply reply;
    snprintf(body, sizeof body, "{\"user_id\":\"ann\",\"message\":\"%s\"}", words);
    const struct http_header headers[] = {
        {"Prefer", "respond-async"}, {name ? "X-Request-Id" : NULL, name}, {0}};
    struct test_request request = {
        .url = test_stack_url(&stack, 0, "/chat"), .body = body, .headers = headers};
    test_client_send(&stack.client, &request, &reply);
    assert_int_equal(reply.status, 202);
    snprintf(job, ID_SIZE, "%s", test_reply_text(&reply, "$.job_id"));
    assert_string_equal(test_reply_header(&reply, "x-request-id"), name ? name : job);
    test_reply_clear(&reply);
    snprintf(path, sizeof path, "/chat/%s", job);
    snprintf(url, sizeof url, "%s", test_stack_url(&stack, 0, path));
    const char *status = strcmp(words, "Hello") == 0 ? "completed" : "failed";
    assert_true(test_client_until(&stack.client, url, "$.status", status));
}

static void a_request_without_an_id_has_the_one_of_its_job(void **state) {
    (void)state;
    char job[ID_SIZE];
    submit(NULL, "Hello", job);
    assert_int_equal(lines_of("serve-0.log", job), 1);
    assert_int_equal(lines_of("worker-0.log", job), 1);
    submit(NULL, "answer nonsense", job);
    assert_int_equal(lines_of("worker-0.log", job), 1);
}

static void a_request_with_an_id_keeps_it_in_both_programs(void **state) {
    (void)state;
    char job[ID_SIZE];
    submit("from-the-client-1", "Hello", job);
    assert_int_equal(lines_of("serve-0.log", "from-the-client-1"), 1);
    assert_int_equal(lines_of("worker-0.log", "from-the-client-1"), 1);
    assert_int_equal(lines_of("serve-0.log", job), 0);
    assert_int_equal(lines_of("worker-0.log", job), 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_request_without_an_id_has_the_one_of_its_job),
        cmocka_unit_test(a_request_with_an_id_keeps_it_in_both_programs),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
