/* SPDX-License-Identifier: MIT */
#include "io/server.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "support/serving.h"

#define GET  "GET /x?y=1 HTTP/1.1\r\nHost: a\r\n\r\n"
#define POST "POST /x HTTP/1.1\r\nHost: a\r\n"

static void requests_are_answered(void **state) {
    struct serving *serving = *state;
    client_expect(serving, slice_of(GET), "HTTP/1.1 200 OK\r\n", false);
    client_expect(serving, slice_of(GET), "X-Test: yes\r\n", false);
    client_expect(
        serving, slice_of(POST "Content-Length: 5\r\nConnection: close\r\n\r\nhello"),
        "POST /x hello", true);
    client_expect(
        serving,
        slice_of(POST "Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
                      "3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"),
        "POST /x abcde", true);
    client_expect(
        serving, slice_of("HEAD /x HTTP/1.1\r\nHost: a\r\n\r\n"),
        "Content-Length: 8\r\n", false);
    client_expect(
        serving, slice_of("GET /a%00b%2F HTTP/1.0\r\n\r\n"), "GET /a%00b%2F ", true);
}

static void header_values_cannot_smuggle_lines(void **state) {
    struct client client;
    client_start(&client, *state, slice_of(GET));
    client_run_until(&client, "GET /x ", 1);
    assert_int_equal(client_count(&client, "X-Smuggled"), 0);
    client_end(&client);
}

static void pipelined_requests_are_answered_in_order(void **state) {
    struct client client;
    client_start(
        &client, *state,
        slice_of("GET /1 HTTP/1.1\r\nHost: a\r\n\r\n"
                 "POST /2 HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nx"
                 "GET /3 HTTP/1.1\r\nHost: a\r\n\r\n"));
    client_run_until(&client, "GET /3 ", 1);
    const char *reply = buffer_string(&client.reply);
    assert_true(strstr(reply, "GET /1 ") < strstr(reply, "POST /2 x"));
    assert_true(strstr(reply, "POST /2 x") < strstr(reply, "GET /3 "));
    client_end(&client);
}

static void answers_may_come_later(void **state) {
    struct serving *serving = *state;
    serving->behaviour = HOLD;
    static struct client clients[SERVING_HELD_MAX];
    for (size_t i = 0; i < SERVING_HELD_MAX; i++) {
        client_start(&clients[i], serving, slice_of(GET));
    }
    serving_run_until(serving, &serving->held_count, SERVING_HELD_MAX);
    serving_answer_held(serving);
    for (size_t i = 0; i < SERVING_HELD_MAX; i++) {
        client_run_until(&clients[i], "GET /x ", 1);
        client_end(&clients[i]);
    }
    assert_int_equal(serving->gone_count, 0);
}

static void a_client_that_leaves_is_noticed(void **state) {
    struct serving *serving = *state;
    serving->behaviour = HOLD;
    struct client client;
    client_start(&client, serving, slice_of(GET));
    serving_run_until(serving, &serving->held_count, 1);
    client_end(&client);
    serving_run_until(serving, &serving->gone_count, 1);
    assert_null(serving->held[0]);
}

static void a_late_answer_is_a_504(void **state) {
    struct serving *serving = *state;
    serving->behaviour = HOLD;
    uint64_t started_ns = loop_clock_ns();
    client_expect(serving, slice_of(GET), "HTTP/1.1 504 ", true);
    assert_in_range(
        loop_clock_ns() - started_ns, SERVING_ANSWER_NS, 3 * SERVING_ANSWER_NS);
    assert_int_equal(serving->gone_count, 1);
}

static void a_server_may_be_freed_by_its_own_callback(void **state) {
    struct serving *serving = *state;
    serving->behaviour = FREE_SERVER;
    client_expect(serving, slice_of(GET), "HTTP/1.1 503 ", true);
    assert_null(serving->server);
    assert_int_equal(serving->gone_count, 1);
}

static void on_nobody(void *owner, struct server_request *request) {
    (void)owner;
    (void)request;
    fail_msg("a request to a server that is not there");
}

static void a_taken_port_is_a_conflict(void **state) {
    struct serving *serving = *state;
    struct error err;
    struct server_options options = {
        .address = "127.0.0.1", .port = server_port(serving->server)};
    assert_null(
        server_new(serving->loop, &options, on_nobody, on_nobody, serving, &err));
    assert_int_equal(err.code, ERROR_CONFLICT);
    options.address = "localhost";
    assert_null(
        server_new(serving->loop, &options, on_nobody, on_nobody, serving, &err));
    assert_int_equal(err.code, ERROR_USAGE);
    server_free(NULL);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, serving_start, serving_stop)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(requests_are_answered),
        TEST(header_values_cannot_smuggle_lines),
        TEST(pipelined_requests_are_answered_in_order),
        TEST(answers_may_come_later),
        TEST(a_client_that_leaves_is_noticed),
        TEST(a_late_answer_is_a_504),
        TEST(a_server_may_be_freed_by_its_own_callback),
        TEST(a_taken_port_is_a_conflict),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
