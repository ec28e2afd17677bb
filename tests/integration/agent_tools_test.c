/* Tools of a running agent: side by side, with a search service that is well or not. */
/* SPDX-License-Identifier: MIT */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/units.h"
#include "support/hostile.h"
#include "support/service.h"
#include "support/test_stack.h"

#define PROGRAM BINARIES_FOLDER "/flightdeck-agent"
#define SEARCH  "{\"user_id\":\"ann\",\"message\":\"Please search for blue kettles.\"}"

enum { URL_SIZE = 256, EXIT_USAGE = 2 };

static struct test_stack stack;
static struct hostile *hostile;
static struct service *peer;

static int set_up(void **state) {
    (void)state;
    test_stack_start(&stack, PROGRAM, "instant");
    hostile = hostile_new();
    peer = service_new(stack.client.loop, 0);
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    service_free(peer);
    hostile_free(hostile);
    test_stack_stop(&stack);
    return 0;
}

static void serve(const char *search_url) {
    const char *const args[] = {
        "--search-url", search_url, "--chat-timeout", "2s", NULL};
    test_process_kill(&stack.serves[0]);
    test_stack_serve(&stack, 0, "v1", args);
}

static double calls(const char *status) {
    char series[URL_SIZE];
    snprintf(
        series, sizeof series,
        "tool_calls_total{tool_name=\"search_web\",status=\"%s\"}", status);
    return test_stack_metric(&stack, 0, series);
}

static void a_search_service_is_asked(void **state) {
    (void)state;
    char url[URL_SIZE];
    struct test_reply reply;
    service_url(peer, url, sizeof url);
    snprintf(url + strlen(url), sizeof url - strlen(url), "/find");
    service_answer(
        peer, "/find", 200, "application/json",
        "{\"results\":[{\"title\":\"All about kettles\"}]}");
    serve(url);
    test_client_post(&stack.client, test_stack_url(&stack, 0, "/chat"), SEARCH, &reply);
    assert_int_equal(reply.status, 200);
    assert_string_equal(
        test_reply_text(&reply, "$.tool_calls[0].input.query"), "blue kettles");
    assert_non_null(
        strstr(test_reply_text(&reply, "$.response"), "1. All about kettles"));
    test_reply_clear(&reply);
    assert_true(calls("success") == 1);
    assert_false(service_was_written_to(peer));
}

/* The chat goes on without it, and says so: it is no failure of the chat. */
static void a_search_that_fails_is_told_to_the_model(void **state) {
    (void)state;
    char url[URL_SIZE];
    struct test_reply reply;
    hostile_url(hostile, "redirect-metadata", url, sizeof url);
    serve(url);
    test_client_post(&stack.client, test_stack_url(&stack, 0, "/chat"), SEARCH, &reply);
    assert_int_equal(reply.status, 200);
    assert_string_equal(test_reply_text(&reply, "$.tool_calls[0].status"), "error");
    assert_string_equal(test_reply_header(&reply, "x-agent-tools-failed"), "1");
    assert_string_equal(
        test_reply_text(&reply, "$.tool_calls[0].output"),
        "error: the search service answered 302");
    test_reply_clear(&reply);
    assert_true(calls("error") == 1);
}

static void a_search_that_hangs_takes_no_more_than_the_chat_has(void **state) {
    (void)state;
    char url[URL_SIZE];
    struct test_reply reply;
    hostile_url(hostile, "never-answers", url, sizeof url);
    serve(url);
    test_client_post(&stack.client, test_stack_url(&stack, 0, "/chat"), SEARCH, &reply);
    assert_int_equal(reply.status, 504);
    assert_string_equal(test_reply_text(&reply, "$.error.code"), "timeout");
    assert_true(reply.total_ns >= 2 * NS_PER_S - NS_PER_S / 10);
    test_reply_clear(&reply);
    assert_true(calls("timeout") == 1);
}

static void a_client_that_leaves_takes_its_tools_along(void **state) {
    (void)state;
    struct test_reply reply;
    struct test_request request = {
        .url = test_stack_url(&stack, 0, "/chat"), .body = SEARCH};
    test_client_start(&stack.client, &request, &reply);
    while (!(test_stack_metric(&stack, 0, "agent_requests_active") > 0)) {
        test_client_breathe(&stack.client);
    }
    test_reply_clear(&reply);
    while (test_stack_metric(&stack, 0, "agent_requests_active") > 0) {
        test_client_breathe(&stack.client);
    }
    assert_true(
        test_stack_metric(&stack, 0, "agent_requests_total{status=\"cancelled\"}") ==
        1);
    assert_true(calls("timeout") == 1);
}

static void a_search_service_that_may_not_be_asked_is_refused(void **state) {
    (void)state;
    static const char *const bad[][2] = {
        {"http://search.example.com/", "search.example.com"},
        {"https://search.example.com/", "other.example.com"},
        {"https://me:secret@search.example.com/", "search.example.com"},
        {"search.example.com", "search.example.com"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        const char *const args[] = {"serve",        "--model-url", stack.model_url,
                                    "--search-url", bad[i][0],     "--search-hosts",
                                    bad[i][1],      NULL};
        assert_int_equal(test_stack_run(&stack, args), EXIT_USAGE);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_search_service_is_asked),
        cmocka_unit_test(a_search_that_fails_is_told_to_the_model),
        cmocka_unit_test(a_search_that_hangs_takes_no_more_than_the_chat_has),
        cmocka_unit_test(a_client_that_leaves_takes_its_tools_along),
        cmocka_unit_test(a_search_service_that_may_not_be_asked_is_refused),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
