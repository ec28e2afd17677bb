/* The search_web tool against real peers: good ones, broken ones and evil ones. */
/* SPDX-License-Identifier: MIT */
#include "agent/search.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "agent/agent.h"
#include "agent/registry.h"
#include "agent/tool_call.h"
#include "base/memory.h"
#include "base/units.h"
#include "core/document.h"
#include "io/json.h"
#include "io/loop.h"
#include "support/hostile.h"
#include "support/service.h"

enum { URL_SIZE = 256, CASES_MAX = 128 };

/* One search after another, or many at once: each with an agent of its own. */
struct attempt {
    struct agent *agent;
    struct document *input;
    const char *name;
    bool has_ended;
    enum tool_status status;
    uint64_t took_ns;
    char output[TOOL_OUTPUT_SIZE];
};

static struct loop *loop;
static struct registry *registry;
static struct service *peer;
static size_t pending;
static struct json_log log_to_nowhere = {
    .least = LOG_ERROR, .program = "serve", .version = "v1", .descriptor = -1};

static int set_up(void **state) {
    (void)state;
    loop = loop_new();
    registry = registry_new();
    peer = service_new(loop, 0);
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    service_free(peer);
    registry_free(registry);
    loop_free(loop);
    return 0;
}

static void on_done(void *owner, enum tool_status status, struct slice output) {
    struct attempt *attempt = owner;
    struct text text = TEXT_IN(attempt->output);
    text_add_slice(&text, output);
    attempt->has_ended = true;
    attempt->status = status;
    attempt->took_ns = loop_clock_ns() - attempt->took_ns;
    if (--pending == 0) loop_stop(loop);
}

static void open_search(struct attempt *attempt, const char *url) {
    struct error err = {0};
    *attempt = (struct attempt){.agent = memory_new(sizeof *attempt->agent)};
    attempt->agent->loop = loop;
    attempt->agent->registry = registry;
    circuit_init(
        &attempt->agent->circuits[CIRCUIT_SEARCH], CIRCUIT_SEARCH, loop, registry,
        &log_to_nowhere);
    attempt->agent->search = search_new(loop, url, NULL, &err);
    if (!attempt->agent->search) fail_msg("%s", err.message);
    attempt->input = json_parse(slice_of("{\"query\":\"blue kettle\"}"), &err);
}

static struct tool_call *ask(struct attempt *attempt, uint64_t limit_ns) {
    attempt->took_ns = loop_clock_ns();
    pending++;
    struct tool_question question = {
        .name = "search_web",
        .input = document_root(attempt->input),
        .deadline_ns = loop_clock_ns() + limit_ns};
    return tool_call_start(attempt->agent, &question, on_done, attempt);
}

static struct tool_call *start(
    struct attempt *attempt, const char *url, uint64_t limit_ns) {
    open_search(attempt, url);
    return ask(attempt, limit_ns);
}

static void clear(struct attempt *attempt) {
    search_free(attempt->agent->search);
    circuit_clear(&attempt->agent->circuits[CIRCUIT_SEARCH]);
    free(attempt->agent);
    document_free(attempt->input);
}

static struct attempt search(const char *path) {
    char url[URL_SIZE];
    struct attempt attempt;
    service_url(peer, url, sizeof url);
    snprintf(url + strlen(url), sizeof url - strlen(url), "%s", path);
    start(&attempt, url, 60 * NS_PER_S);
    loop_run(loop);
    clear(&attempt);
    return attempt;
}

static void search_tells_what_the_service_found(void **state) {
    (void)state;
    service_answer(
        peer, "/find", 200, "application/json",
        "{\"results\":[{\"title\":\"Kettles\",\"snippet\":\"Blue ones, too.\"}]}");
    struct attempt attempt = search("/find?lang=en");
    assert_int_equal(attempt.status, TOOL_OK);
    assert_non_null(strstr(attempt.output, "From 127.0.0.1:"));
    assert_non_null(strstr(attempt.output, "\n1. Kettles: Blue ones, too."));
    assert_int_equal(service_asked(peer, "/find"), 1);

    service_answer(peer, "/find", 200, "application/json", "{\"results\":[]}");
    attempt = search("/find");
    assert_int_equal(attempt.status, TOOL_OK);
    assert_memory_equal(attempt.output, "No results from 127.0.0.1:", 26);
}

static void search_fails_with_a_service_that_fails(void **state) {
    (void)state;
    service_answer(peer, "/bad", 500, "text/plain", "{\"results\":[]}");
    struct attempt attempt = search("/bad");
    assert_int_equal(attempt.status, TOOL_FAILED);
    assert_string_equal(attempt.output, "error: the search service answered 500");
    service_answer(peer, "/bad", 200, "application/json", "{\"results\":[{\"tit");
    attempt = search("/bad");
    assert_int_equal(attempt.status, TOOL_FAILED);
    assert_string_equal(
        attempt.output, "error: the search service's answer makes no sense");
}

static void search_leaves_a_service_alone_that_fails(void **state) {
    (void)state;
    char url[URL_SIZE];
    struct attempt attempt;
    service_url(peer, url, sizeof url);
    snprintf(url + strlen(url), sizeof url - strlen(url), "/unwell");
    open_search(&attempt, url);
    service_answer(peer, "/unwell", 400, "text/plain", "");
    for (int times = 0; times < 8; times++) {
        ask(&attempt, 60 * NS_PER_S);
        loop_run(loop);
        assert_string_equal(attempt.output, "error: the search service answered 400");
    }
    service_answer(peer, "/unwell", 503, "text/plain", "");
    for (int times = 0; times < 8; times++) {
        ask(&attempt, 60 * NS_PER_S);
        loop_run(loop);
        assert_int_equal(attempt.status, TOOL_FAILED);
    }
    assert_string_equal(
        attempt.output,
        "error: the search service fails, and is not asked for a while");
    assert_int_equal(service_asked(peer, "/unwell"), 8 + 5);
    clear(&attempt);
}

static void assert_got_over(const struct attempt *attempt) {
    assert_true(attempt->has_ended);
    if (attempt->status == TOOL_OK || strncmp(attempt->output, "error: ", 7) != 0) {
        fail_msg("%s: %s", attempt->name, attempt->output);
    }
    bool is_redirect = strncmp(attempt->name, "redirect", 8) == 0;
    assert_true(!is_redirect || strstr(attempt->output, "answered 302"));
}

/* Every way to be a bad peer at once; each gets its second, and none gets anywhere. */
static void search_gets_over_every_bad_peer_in_time(void **state) {
    (void)state;
    struct hostile *hostile = hostile_new();
    struct attempt *attempts = memory_new_array(CASES_MAX, sizeof *attempts);
    size_t count = 0;
    for (; hostile_case(count) && count < CASES_MAX; count++) {
        char url[URL_SIZE];
        hostile_url(hostile, hostile_case(count), url, sizeof url);
        bool is_redirect = strncmp(hostile_case(count), "redirect", 8) == 0;
        start(&attempts[count], url, is_redirect ? 60 * NS_PER_S : NS_PER_S);
        attempts[count].name = hostile_case(count);
    }
    assert_true(count > 40);
    loop_run(loop);
    size_t late = 0;
    for (size_t i = 0; i < count; i++) {
        struct attempt *attempt = &attempts[i];
        assert_got_over(attempt);
        if (attempt->status == TOOL_TIMED_OUT) late++;
        clear(attempt);
    }
    assert_true(late >= 4);
    free(attempts);
    hostile_free(hostile);
}

static void search_can_be_given_up(void **state) {
    (void)state;
    struct hostile *hostile = hostile_new();
    struct attempt attempt;
    char url[URL_SIZE];
    hostile_url(hostile, "never-answers", url, sizeof url);
    struct tool_call *call = start(&attempt, url, 60 * NS_PER_S);
    tool_call_free(call);
    clear(&attempt);
    assert_false(attempt.has_ended);
    pending = 0;
    hostile_free(hostile);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(search_tells_what_the_service_found),
        cmocka_unit_test(search_fails_with_a_service_that_fails),
        cmocka_unit_test(search_leaves_a_service_alone_that_fails),
        cmocka_unit_test(search_gets_over_every_bad_peer_in_time),
        cmocka_unit_test(search_can_be_given_up),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
