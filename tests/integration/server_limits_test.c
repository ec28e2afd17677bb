/* What a server refuses, cuts off or closes:
 * too much, too slow, and what makes no sense. */
/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support/serving.h"

#define GET  "GET /x?y=1 HTTP/1.1\r\nHost: a\r\n\r\n"
#define POST "POST /x HTTP/1.1\r\nHost: a\r\n"

static void ambiguous_lengths_are_refused(void **state) {
    static const char *const requests[] = {
        POST "Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello!",
        POST "Content-Length: 5\r\nContent-Length: 5\r\n\r\nhello",
        POST "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        POST "Transfer-Encoding: gzip\r\n\r\nhello",
        POST "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n"
             "0\r\n\r\n",
        POST "Content-Length: -5\r\n\r\nhello",
        POST "Content-Length: 5x\r\n\r\nhello",
    };
    struct serving *serving = *state;
    for (size_t i = 0; i < sizeof requests / sizeof *requests; i++) {
        client_expect(serving, slice_of(requests[i]), "HTTP/1.1 400 ", true);
    }
    assert_int_equal(serving->seen_count, 0);
}

/* `head`, then `fill` so often, then `tail`. */
static void expect_large(
    struct serving *serving, const char *head, size_t fill, const char *tail,
    const char *line) {
    struct buffer words;
    buffer_init(&words, SERVING_QUEUE_MAX);
    buffer_add_string(&words, head);
    for (size_t i = 0; i < fill; i++) buffer_add_char(&words, 'a');
    buffer_add_string(&words, tail);
    client_expect(serving, buffer_slice(&words), line, true);
    buffer_clear(&words);
}

static void too_large_requests_are_refused(void **state) {
    struct serving *serving = *state;
    expect_large(serving, "GET /", 20000, " HTTP/1.1\r\nHost: a\r\n\r\n", " 414 ");
    expect_large(
        serving, "GET / HTTP/1.1\r\nHost: a\r\nX-Large: ", 20000, "\r\n\r\n", " 431 ");
    expect_large(
        serving, POST "Content-Length: 1001\r\n\r\n", 1001, "", "HTTP/1.1 413 ");
    expect_large(
        serving, POST "Transfer-Encoding: chunked\r\n\r\n7D0\r\n", 2000,
        "\r\n0\r\n\r\n", "HTTP/1.1 413 ");
    assert_int_equal(serving->seen_count, 0);
}

static void an_endless_body_is_cut_off(void **state) {
    struct client client;
    struct buffer words;
    buffer_init(&words, SERVING_QUEUE_MAX);
    buffer_add_string(&words, POST "Transfer-Encoding: chunked\r\n\r\n");
    for (int i = 0; i < 1000; i++) {
        buffer_addf(&words, "64\r\n%0100d\r\n", 0);
    }
    client_start(&client, *state, buffer_slice(&words));
    client_run_until_end(&client);
    assert_int_equal(((struct serving *)*state)->seen_count, 0);
    client_end(&client);
    buffer_clear(&words);
}

static void on_drip(void *owner, uint64_t now_ns) {
    struct client *client = owner;
    (void)now_ns;
    stream_write(client->stream, slice_of("a"));
}

/* One byte every 20 ms after `words`: it must end with the time for a whole request. */
static void expect_drip_to_end(struct serving *serving, const char *words) {
    struct client client;
    client_start(&client, serving, slice_of(words));
    client.drip = loop_every(serving->loop, 20 * NS_PER_MS, on_drip, &client);
    uint64_t started_ns = loop_clock_ns();
    client_run_until_end(&client);
    uint64_t took_ns = loop_clock_ns() - started_ns;
    assert_in_range(took_ns, SERVING_COMPLETE_NS, 3 * SERVING_COMPLETE_NS);
    client_end(&client);
}

static void dripping_clients_are_cut_off(void **state) {
    struct serving *serving = *state;
    expect_drip_to_end(serving, "");
    expect_drip_to_end(serving, "GET / HTTP/1.1\r\nHost: a\r\nX-Slow: ");
    expect_drip_to_end(serving, POST "Content-Length: 999\r\n\r\n");
    assert_int_equal(serving->seen_count, 0);
}

static void idle_connections_are_closed(void **state) {
    struct client client;
    client_start(&client, *state, slice_of(GET));
    uint64_t started_ns = loop_clock_ns();
    client_run_until_end(&client);
    assert_in_range(
        loop_clock_ns() - started_ns, SERVING_IDLE_NS / 2, 3 * SERVING_IDLE_NS);
    assert_int_equal(client_count(&client, "200 OK"), 1);
    client_end(&client);
}

static void garbage_does_no_harm(void **state) {
    static const char *const requests[] = {
        "\r\n\r\n\r\n",
        "GET\r\n\r\n",
        "\x16\x03\x01\x02",
        "GET / HTTP/9.9\r\n\r\n",
        "GET / HTTP/1.1\r\nHost : a\r\n\r\n",
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    };
    struct serving *serving = *state;
    for (size_t i = 0; i < sizeof requests / sizeof *requests; i++) {
        struct client client;
        client_start(&client, serving, slice_of(requests[i]));
        client_run_until_end(&client);
        client_end(&client);
    }
    serving->seen_count = 0;
    client_expect(serving, slice_of(GET), "200 OK", false);
    assert_int_equal(serving->seen_count, 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, serving_start, serving_stop)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(ambiguous_lengths_are_refused), TEST(too_large_requests_are_refused),
        TEST(an_endless_body_is_cut_off),    TEST(dripping_clients_are_cut_off),
        TEST(idle_connections_are_closed),   TEST(garbage_does_no_harm),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
