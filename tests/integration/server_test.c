/* SPDX-License-Identifier: MIT */
#include "io/server.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buffer.h"
#include "base/memory.h"
#include "base/units.h"
#include "io/loop.h"
#include "io/stream.h"

enum {
    BODY_MAX = 1000,
    PENDING_MAX = 300,
    REPLY_MAX = 256 * 1024,
    QUEUE_MAX = 1024 * 1024,
};

#define COMPLETE_NS (400 * NS_PER_MS)
#define IDLE_NS     (1000 * NS_PER_MS)
#define ANSWER_NS   (600 * NS_PER_MS)
#define PATIENCE_NS (10 * NS_PER_S)

/* What the server under test does with the requests it gets. */
enum behaviour { ANSWER_AT_ONCE, HOLD, FREE_SERVER };

struct fixture {
    struct loop *loop;
    struct server *server;
    enum behaviour behaviour;
    struct server_request *held[PENDING_MAX];
    size_t held_count;
    size_t gone_count, drained_count, seen_count;
};

static void answer(struct server_request *request) {
    struct buffer body;
    buffer_init(&body, 4096);
    struct slice got = server_request_body(request);
    buffer_addf(
        &body, "%s %s %.*s", server_request_method(request),
        server_request_path(request), (int)got.length, got.data);
    server_add_header(request, "X-Test", "yes");
    server_add_header(request, "X-Bad", "no\r\nX-Smuggled: 1");
    server_answer(request, 200, "text/plain", buffer_slice(&body));
    buffer_clear(&body);
}

static void on_request(void *owner, struct server_request *request) {
    struct fixture *fixture = owner;
    fixture->seen_count++;
    switch (fixture->behaviour) {
    case ANSWER_AT_ONCE: answer(request); break;
    case HOLD: fixture->held[fixture->held_count++] = request; break;
    case FREE_SERVER:
        server_free(fixture->server);
        fixture->server = NULL;
        break;
    }
}

static void on_gone(void *owner, struct server_request *request) {
    struct fixture *fixture = owner;
    fixture->gone_count++;
    for (size_t i = 0; i < fixture->held_count; i++) {
        if (fixture->held[i] == request) fixture->held[i] = NULL;
    }
}

static void answer_held(struct fixture *fixture) {
    for (size_t i = 0; i < fixture->held_count; i++) {
        if (fixture->held[i]) answer(fixture->held[i]);
    }
    fixture->held_count = 0;
}

static int start(void **state) {
    struct fixture *fixture = memory_new(sizeof *fixture);
    fixture->loop = loop_new();
    struct server_options options = {
        .address = "127.0.0.1",
        .body_max_bytes = BODY_MAX,
        .complete_timeout_ns = COMPLETE_NS,
        .idle_timeout_ns = IDLE_NS,
        .answer_timeout_ns = ANSWER_NS,
    };
    struct error err;
    fixture->server =
        server_new(fixture->loop, &options, on_request, on_gone, fixture, &err);
    *state = fixture;
    return fixture->server ? 0 : -1;
}

static int stop(void **state) {
    struct fixture *fixture = *state;
    server_free(fixture->server);
    loop_free(fixture->loop);
    free(fixture);
    return 0;
}

/* A client that says what it is told and keeps what it hears. */
struct client {
    struct loop *loop;
    struct stream *stream;
    struct slice words;
    struct buffer reply;
    bool ended;
    const char *wanted; /* stop the loop when the reply holds this often enough */
    size_t wanted_times;
    struct loop_timer *drip;
};

static size_t count(struct client *client, const char *words) {
    size_t found = 0;
    const char *at = buffer_string(&client->reply);
    while ((at = strstr(at, words))) {
        at += strlen(words);
        found++;
    }
    return found;
}

static void on_open(void *owner) {
    struct client *client = owner;
    if (client->words.length > 0) {
        assert_true(stream_write(client->stream, client->words));
    }
}

static void on_bytes(void *owner, struct slice bytes) {
    struct client *client = owner;
    buffer_add(&client->reply, bytes.data, bytes.length);
    if (client->wanted && count(client, client->wanted) >= client->wanted_times) {
        loop_stop(client->loop);
    }
}

static void on_end(void *owner, const struct error *why) {
    struct client *client = owner;
    (void)why;
    client->ended = true;
    loop_stop(client->loop);
}

static void client_start(
    struct client *client, const struct fixture *fixture, struct slice words) {
    static const struct stream_handlers handlers = {on_open, on_bytes, on_end};
    *client = (struct client){.loop = fixture->loop, .words = words};
    buffer_init(&client->reply, REPLY_MAX);
    struct stream_options options = {
        .host = "127.0.0.1",
        .port = server_port(fixture->server),
        .queue_max_bytes = QUEUE_MAX,
    };
    client->stream = stream_connect(fixture->loop, &options, &handlers, client);
}

static void client_end(struct client *client) {
    loop_timer_free(client->drip);
    client->drip = NULL;
    stream_free(client->stream);
    client->stream = NULL;
    buffer_clear(&client->reply);
}

static void on_too_late(void *owner, uint64_t now_ns) {
    (void)owner;
    (void)now_ns;
    fail_msg("nothing came");
}

static void run(struct loop *loop) {
    struct loop_timer *watchdog = loop_after(loop, PATIENCE_NS, on_too_late, NULL);
    loop_run(loop);
    loop_timer_free(watchdog);
}

static void run_until(struct client *client, const char *wanted, size_t times) {
    client->wanted = wanted;
    client->wanted_times = times;
    while (!client->ended && count(client, wanted) < times) run(client->loop);
    assert_int_equal(count(client, wanted), times);
}

static void run_until_end(struct client *client) {
    client->wanted = NULL;
    while (!client->ended) run(client->loop);
}

static void on_moment(void *owner, uint64_t now_ns) {
    (void)now_ns;
    loop_stop(owner);
}

/* Turns the loop until `value` has reached `least`. */
static void run_until_count(
    struct fixture *fixture, const size_t *value, size_t least) {
    struct loop_timer *moments =
        loop_every(fixture->loop, 2 * NS_PER_MS, on_moment, fixture->loop);
    for (int i = 0; *value < least; i++) {
        assert_in_range(i, 0, 5000);
        loop_run(fixture->loop);
    }
    loop_timer_free(moments);
}

enum { ATTEMPTS_MAX = 50 };

/* Says all of it, waits for the end or for the first answer, which must hold `line`. A
 * server that hangs up while it is still spoken to may take its answer along (RFC 9112,
 * 9.6): then it is asked again. */
static void expect(
    struct fixture *fixture, struct slice words, const char *line, bool ends) {
    struct client client;
    client_start(&client, fixture, words);
    for (int i = 0; ends && i < ATTEMPTS_MAX; i++) {
        run_until_end(&client);
        if (client.reply.length > 0) break;
        client_end(&client);
        client_start(&client, fixture, words);
    }
    if (!ends) run_until(&client, "\r\n\r\n", 1);
    if (!strstr(buffer_string(&client.reply), line)) {
        fail_msg("no \"%s\" in: %s", line, buffer_string(&client.reply));
    }
    client_end(&client);
}

#define GET  "GET /x?y=1 HTTP/1.1\r\nHost: a\r\n\r\n"
#define POST "POST /x HTTP/1.1\r\nHost: a\r\n"

static void requests_are_answered(void **state) {
    struct fixture *fixture = *state;
    expect(fixture, slice_of(GET), "HTTP/1.1 200 OK\r\n", false);
    expect(fixture, slice_of(GET), "X-Test: yes\r\n", false);
    expect(
        fixture, slice_of(POST "Content-Length: 5\r\nConnection: close\r\n\r\nhello"),
        "POST /x hello", true);
    expect(
        fixture,
        slice_of(POST "Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
                      "3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"),
        "POST /x abcde", true);
    expect(
        fixture, slice_of("HEAD /x HTTP/1.1\r\nHost: a\r\n\r\n"),
        "Content-Length: 8\r\n", false);
    expect(fixture, slice_of("GET /a%00b%2F HTTP/1.0\r\n\r\n"), "GET /a%00b%2F ", true);
}

static void header_values_cannot_smuggle_lines(void **state) {
    struct client client;
    client_start(&client, *state, slice_of(GET));
    run_until(&client, "GET /x ", 1);
    assert_int_equal(count(&client, "X-Smuggled"), 0);
    client_end(&client);
}

static void pipelined_requests_are_answered_in_order(void **state) {
    struct client client;
    client_start(
        &client, *state,
        slice_of("GET /1 HTTP/1.1\r\nHost: a\r\n\r\n"
                 "POST /2 HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nx"
                 "GET /3 HTTP/1.1\r\nHost: a\r\n\r\n"));
    run_until(&client, "GET /3 ", 1);
    const char *reply = buffer_string(&client.reply);
    assert_true(strstr(reply, "GET /1 ") < strstr(reply, "POST /2 x"));
    assert_true(strstr(reply, "POST /2 x") < strstr(reply, "GET /3 "));
    client_end(&client);
}

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
    struct fixture *fixture = *state;
    for (size_t i = 0; i < sizeof requests / sizeof *requests; i++) {
        expect(fixture, slice_of(requests[i]), "HTTP/1.1 400 ", true);
    }
    assert_int_equal(fixture->seen_count, 0);
}

/* `head`, then `fill` so often, then `tail`. */
static void expect_large(
    struct fixture *fixture, const char *head, size_t fill, const char *tail,
    const char *line) {
    struct buffer words;
    buffer_init(&words, QUEUE_MAX);
    buffer_add_string(&words, head);
    for (size_t i = 0; i < fill; i++) buffer_add_char(&words, 'a');
    buffer_add_string(&words, tail);
    expect(fixture, buffer_slice(&words), line, true);
    buffer_clear(&words);
}

static void too_large_requests_are_refused(void **state) {
    struct fixture *fixture = *state;
    expect_large(fixture, "GET /", 20000, " HTTP/1.1\r\nHost: a\r\n\r\n", " 414 ");
    expect_large(
        fixture, "GET / HTTP/1.1\r\nHost: a\r\nX-Large: ", 20000, "\r\n\r\n", " 431 ");
    expect_large(
        fixture, POST "Content-Length: 1001\r\n\r\n", 1001, "", "HTTP/1.1 413 ");
    expect_large(
        fixture, POST "Transfer-Encoding: chunked\r\n\r\n7D0\r\n", 2000,
        "\r\n0\r\n\r\n", "HTTP/1.1 413 ");
    assert_int_equal(fixture->seen_count, 0);
}

static void an_endless_body_is_cut_off(void **state) {
    struct client client;
    struct buffer words;
    buffer_init(&words, QUEUE_MAX);
    buffer_add_string(&words, POST "Transfer-Encoding: chunked\r\n\r\n");
    for (int i = 0; i < 1000; i++) {
        buffer_addf(&words, "64\r\n%0100d\r\n", 0);
    }
    client_start(&client, *state, buffer_slice(&words));
    run_until_end(&client);
    assert_int_equal(((struct fixture *)*state)->seen_count, 0);
    client_end(&client);
    buffer_clear(&words);
}

static void on_drip(void *owner, uint64_t now_ns) {
    struct client *client = owner;
    (void)now_ns;
    stream_write(client->stream, slice_of("a"));
}

/* One byte every 20 ms after `words`: it must end with the time for a whole request. */
static void expect_drip_to_end(struct fixture *fixture, const char *words) {
    struct client client;
    client_start(&client, fixture, slice_of(words));
    client.drip = loop_every(fixture->loop, 20 * NS_PER_MS, on_drip, &client);
    uint64_t started_ns = loop_clock_ns();
    run_until_end(&client);
    uint64_t took_ns = loop_clock_ns() - started_ns;
    assert_in_range(took_ns, COMPLETE_NS, 3 * COMPLETE_NS);
    client_end(&client);
}

static void dripping_clients_are_cut_off(void **state) {
    struct fixture *fixture = *state;
    expect_drip_to_end(fixture, "");
    expect_drip_to_end(fixture, "GET / HTTP/1.1\r\nHost: a\r\nX-Slow: ");
    expect_drip_to_end(fixture, POST "Content-Length: 999\r\n\r\n");
    assert_int_equal(fixture->seen_count, 0);
}

static void idle_connections_are_closed(void **state) {
    struct client client;
    client_start(&client, *state, slice_of(GET));
    uint64_t started_ns = loop_clock_ns();
    run_until_end(&client);
    assert_in_range(loop_clock_ns() - started_ns, IDLE_NS / 2, 3 * IDLE_NS);
    assert_int_equal(count(&client, "200 OK"), 1);
    client_end(&client);
}

static void answers_may_come_later(void **state) {
    struct fixture *fixture = *state;
    fixture->behaviour = HOLD;
    static struct client clients[PENDING_MAX];
    for (size_t i = 0; i < PENDING_MAX; i++) {
        client_start(&clients[i], fixture, slice_of(GET));
    }
    run_until_count(fixture, &fixture->held_count, PENDING_MAX);
    answer_held(fixture);
    for (size_t i = 0; i < PENDING_MAX; i++) {
        run_until(&clients[i], "GET /x ", 1);
        client_end(&clients[i]);
    }
    assert_int_equal(fixture->gone_count, 0);
}

static void a_client_that_leaves_is_noticed(void **state) {
    struct fixture *fixture = *state;
    fixture->behaviour = HOLD;
    struct client client;
    client_start(&client, fixture, slice_of(GET));
    run_until_count(fixture, &fixture->held_count, 1);
    client_end(&client);
    run_until_count(fixture, &fixture->gone_count, 1);
    assert_null(fixture->held[0]);
}

static void a_late_answer_is_a_504(void **state) {
    struct fixture *fixture = *state;
    fixture->behaviour = HOLD;
    uint64_t started_ns = loop_clock_ns();
    expect(fixture, slice_of(GET), "HTTP/1.1 504 ", true);
    assert_in_range(loop_clock_ns() - started_ns, ANSWER_NS, 3 * ANSWER_NS);
    assert_int_equal(fixture->gone_count, 1);
}

static void on_drained(void *owner) {
    struct fixture *fixture = owner;
    fixture->drained_count++;
    loop_stop(fixture->loop);
}

static void draining_answers_what_is_there(void **state) {
    struct fixture *fixture = *state;
    fixture->behaviour = HOLD;
    struct client client;
    client_start(&client, fixture, slice_of(GET));
    run_until_count(fixture, &fixture->held_count, 1);
    server_drain(fixture->server, PATIENCE_NS, on_drained);
    assert_int_equal(fixture->drained_count, 0);

    struct client late;
    client_start(&late, fixture, slice_of(GET));
    run_until_end(&late);
    assert_int_equal(late.reply.length, 0);
    client_end(&late);
    assert_int_equal(fixture->drained_count, 0);

    answer_held(fixture);
    run_until_count(fixture, &fixture->drained_count, 1);
    run_until(&client, "GET /x ", 1);
    assert_int_equal(count(&client, "Connection: close"), 1);
    client_end(&client);
}

static void draining_ends_at_its_limit(void **state) {
    struct fixture *fixture = *state;
    fixture->behaviour = HOLD;
    struct client client;
    client_start(&client, fixture, slice_of(GET));
    run_until_count(fixture, &fixture->held_count, 1);
    server_drain(fixture->server, 50 * NS_PER_MS, on_drained);
    run_until_count(fixture, &fixture->drained_count, 1);
    assert_int_equal(fixture->gone_count, 0);

    server_free(fixture->server);
    fixture->server = NULL;
    assert_int_equal(fixture->gone_count, 1);
    run_until_end(&client);
    assert_int_equal(count(&client, "HTTP/1.1 503 "), 1);
    client_end(&client);
}

static void draining_an_idle_server_ends_soon(void **state) {
    struct fixture *fixture = *state;
    server_drain(fixture->server, PATIENCE_NS, on_drained);
    assert_int_equal(fixture->drained_count, 0);
    run(fixture->loop);
    assert_int_equal(fixture->drained_count, 1);
}

static void a_server_may_be_freed_by_its_own_callback(void **state) {
    struct fixture *fixture = *state;
    fixture->behaviour = FREE_SERVER;
    expect(fixture, slice_of(GET), "HTTP/1.1 503 ", true);
    assert_null(fixture->server);
    assert_int_equal(fixture->gone_count, 1);
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
    struct fixture *fixture = *state;
    for (size_t i = 0; i < sizeof requests / sizeof *requests; i++) {
        struct client client;
        client_start(&client, fixture, slice_of(requests[i]));
        run_until_end(&client);
        client_end(&client);
    }
    fixture->seen_count = 0;
    expect(fixture, slice_of(GET), "200 OK", false);
    assert_int_equal(fixture->seen_count, 1);
}

static void a_taken_port_is_a_conflict(void **state) {
    struct fixture *fixture = *state;
    struct error err;
    struct server_options options = {
        .address = "127.0.0.1", .port = server_port(fixture->server)};
    assert_null(
        server_new(fixture->loop, &options, on_request, on_gone, fixture, &err));
    assert_int_equal(err.code, ERROR_CONFLICT);
    options.address = "localhost";
    assert_null(
        server_new(fixture->loop, &options, on_request, on_gone, fixture, &err));
    assert_int_equal(err.code, ERROR_USAGE);
    server_free(NULL);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, start, stop)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(requests_are_answered),
        TEST(header_values_cannot_smuggle_lines),
        TEST(pipelined_requests_are_answered_in_order),
        TEST(ambiguous_lengths_are_refused),
        TEST(too_large_requests_are_refused),
        TEST(an_endless_body_is_cut_off),
        TEST(dripping_clients_are_cut_off),
        TEST(idle_connections_are_closed),
        TEST(answers_may_come_later),
        TEST(a_client_that_leaves_is_noticed),
        TEST(a_late_answer_is_a_504),
        TEST(draining_answers_what_is_there),
        TEST(draining_ends_at_its_limit),
        TEST(draining_an_idle_server_ends_soon),
        TEST(a_server_may_be_freed_by_its_own_callback),
        TEST(garbage_does_no_harm),
        TEST(a_taken_port_is_a_conflict),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
