/* Answers in pieces: as they are made,
 * to clients that leave, do not read, or wait long. */
/* SPDX-License-Identifier: MIT */
#include "io/server_stream.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "support/serving.h"

#define GET   "GET /x HTTP/1.1\r\nHost: a\r\n\r\n"
#define GET10 "GET /x HTTP/1.0\r\n\r\n"
#define END   "\r\n0\r\n\r\n"

enum { PIECE_BYTES = 8 * 1024, PIECES_MAX = 4096 };

static struct server_request *start(
    struct client *client, struct serving *serving, const char *words) {
    serving->behaviour = STREAM;
    client_start(client, serving, slice_of(words));
    serving_run_until(serving, &serving->held_count, 1);
    serving->held_count = 0;
    return serving->held[0];
}

static void pieces_come_as_they_are_sent(void **state) {
    struct serving *serving = *state;
    struct client client;
    struct server_request *request = start(&client, serving, GET);
    client_run_until(&client, "\r\n\r\n", 1);
    assert_int_equal(client_count(&client, "X-Test: yes\r\n"), 1);
    assert_true(server_stream_send(request, slice_of("")));
    assert_true(server_stream_send(request, slice_of("one")));
    client_run_until(&client, "\r\n3\r\none", 1);
    assert_true(server_stream_send(request, slice_of("and ")));
    assert_true(server_stream_send(request, slice_of("two")));
    client_run_until(&client, "\r\n7\r\nand two", 1);
    assert_int_equal(client_count(&client, END), 0);
    server_stream_end(request);
    client_run_until(&client, END, 1);

    /* The connection goes on. */
    serving->behaviour = ANSWER_AT_ONCE;
    assert_true(stream_write(client.stream, slice_of(GET)));
    client_run_until(&client, "GET /x ", 1);
    assert_int_equal(serving->gone_count, 0);
    client_end(&client);
}

static void a_stream_may_end_before_it_is_read(void **state) {
    struct serving *serving = *state;
    struct client client;
    struct server_request *request = start(&client, serving, GET);
    assert_true(server_stream_send(request, slice_of("all")));
    server_stream_end(request);
    client_run_until(&client, "\r\n3\r\nall" END, 1);
    client_end(&client);
    assert_int_equal(serving->gone_count, 0);
}

static void old_clients_get_it_until_the_end(void **state) {
    struct client client;
    struct server_request *request = start(&client, *state, GET10);
    assert_true(server_stream_send(request, slice_of("one")));
    client_run_until(&client, "\r\n\r\none", 1);
    assert_true(server_stream_send(request, slice_of("two")));
    server_stream_end(request);
    client_run_until_end(&client);
    assert_int_equal(client_count(&client, "\r\n\r\nonetwo"), 1);
    client_end(&client);
}

static void a_cut_stream_has_no_end(void **state) {
    struct serving *serving = *state;
    struct client client;
    struct server_request *request = start(&client, serving, GET);
    assert_true(server_stream_send(request, slice_of("one")));
    server_stream_cut(request);
    client_run_until_end(&client);
    assert_int_equal(client_count(&client, "\r\n3\r\none"), 1);
    assert_int_equal(client_count(&client, END), 0);
    client_end(&client);

    request = start(&client, serving, GET);
    client_run_until(&client, "\r\n\r\n", 1);
    server_stream_cut(request);
    client_run_until_end(&client);
    assert_int_equal(client_count(&client, "0\r\n\r\n"), 0);
    client_end(&client);
    assert_int_equal(serving->gone_count, 0);
}

static void a_client_that_leaves_is_noticed(void **state) {
    struct serving *serving = *state;
    struct client client;
    struct server_request *request = start(&client, serving, GET);
    assert_true(server_stream_send(request, slice_of("one")));
    client_run_until(&client, "one", 1);
    client_end(&client);
    serving_run_until(serving, &serving->gone_count, 1);
    serving->behaviour = ANSWER_AT_ONCE;
    client_expect(serving, slice_of(GET), "200 OK", false);
    assert_int_equal(serving->gone_count, 1);
}

/* A socket that nobody reads from, with little room. */
static int open_deaf_client(const struct serving *serving) {
    int descriptor = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    int room = 4096;
    assert_int_equal(
        setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &room, sizeof room), 0);
    struct sockaddr_in address = {
        .sin_family = AF_INET,
        .sin_port = htons(server_port(serving->server)),
        .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    assert_int_equal(
        connect(descriptor, (const struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(
        send(descriptor, GET, strlen(GET), MSG_NOSIGNAL), (ssize_t)strlen(GET));
    return descriptor;
}

static void on_turn(void *owner, uint64_t now_ns) {
    (void)now_ns;
    loop_stop(owner);
}

static void turn(struct serving *serving) {
    loop_after(serving->loop, 0, on_turn, serving->loop);
    loop_run(serving->loop);
}

static void a_client_that_does_not_read_is_cut_off(void **state) {
    struct serving *serving = *state;
    serving->behaviour = STREAM;
    int descriptor = open_deaf_client(serving);
    serving_run_until(serving, &serving->held_count, 1);
    static char piece[PIECE_BYTES];
    memset(piece, 'a', sizeof piece);
    struct slice words = {.data = piece, .length = sizeof piece};
    int sent = 0;
    while (serving->held[0] && server_stream_send(serving->held[0], words)) {
        assert_in_range(++sent, 1, PIECES_MAX);
        turn(serving);
    }
    assert_in_range(sent, SERVER_STREAM_QUEUE_MAX / PIECE_BYTES, PIECES_MAX);
    assert_int_equal(serving->gone_count, 0);
    /* Until it is told, sending is harmless. */
    assert_false(server_stream_send(serving->held[0], words));
    serving_run_until(serving, &serving->gone_count, 1);
    assert_null(serving->held[0]);
    close(descriptor);
}

static void a_piece_that_is_too_long_ends_it(void **state) {
    struct serving *serving = *state;
    struct client client;
    struct server_request *request = start(&client, serving, GET);
    static char piece[SERVER_STREAM_QUEUE_MAX + 1];
    memset(piece, 'a', sizeof piece);
    client_run_until(&client, "\r\n\r\n", 1);
    struct slice words = {.data = piece, .length = sizeof piece};
    assert_false(server_stream_send(request, words));
    assert_int_equal(serving->gone_count, 0);
    client_run_until_end(&client);
    serving_run_until(serving, &serving->gone_count, 1);
    client_end(&client);
}

static void an_end_that_comes_after_the_client_left_is_the_last_word(void **state) {
    struct serving *serving = *state;
    struct client client;
    struct server_request *request = start(&client, serving, GET);
    static char piece[SERVER_STREAM_QUEUE_MAX + 1];
    struct slice words = {.data = piece, .length = sizeof piece};
    assert_false(server_stream_send(request, words));
    server_stream_end(request);
    client_run_until_end(&client);
    client_end(&client);
    assert_int_equal(serving->gone_count, 0);
}

static void a_stream_that_takes_too_long_is_closed(void **state) {
    struct serving *serving = *state;
    struct client client;
    uint64_t started_ns = loop_clock_ns();
    start(&client, serving, GET);
    client_run_until_end(&client);
    assert_in_range(
        loop_clock_ns() - started_ns, SERVING_ANSWER_NS, 3 * SERVING_ANSWER_NS);
    assert_int_equal(serving->gone_count, 1);
    assert_int_equal(client_count(&client, "0\r\n\r\n"), 0);
    client_end(&client);
}

static void many_streams_are_open_at_once(void **state) {
    struct serving *serving = *state;
    static struct client clients[SERVING_HELD_MAX];
    serving->behaviour = STREAM;
    for (size_t i = 0; i < SERVING_HELD_MAX; i++) {
        client_start(&clients[i], serving, slice_of(GET));
    }
    serving_run_until(serving, &serving->held_count, SERVING_HELD_MAX);
    for (size_t i = 0; i < SERVING_HELD_MAX; i++) {
        assert_true(server_stream_send(serving->held[i], slice_of("one")));
    }
    for (size_t i = 0; i < SERVING_HELD_MAX; i++) {
        client_run_until(&clients[i], "\r\n3\r\none", 1);
        server_stream_end(serving->held[i]);
    }
    for (size_t i = 0; i < SERVING_HELD_MAX; i++) {
        client_run_until(&clients[i], "0\r\n\r\n", 1);
        client_end(&clients[i]);
    }
    assert_int_equal(serving->gone_count, 0);
}

static void on_drained(void *owner) {
    ((struct serving *)owner)->drained_count++;
}

static void a_drain_waits_for_the_end_of_a_stream(void **state) {
    struct serving *serving = *state;
    struct client client;
    struct server_request *request = start(&client, serving, GET);
    server_drain(serving->server, SERVING_PATIENCE_NS, on_drained);
    assert_true(server_stream_send(request, slice_of("one")));
    client_run_until(&client, "one", 1);
    assert_int_equal(serving->drained_count, 0);
    server_stream_end(request);
    serving_run_until(serving, &serving->drained_count, 1);
    client_run_until(&client, END, 1);
    client_end(&client);
}

static void a_freed_server_drops_its_streams(void **state) {
    struct serving *serving = *state;
    struct client waiting, fresh;
    start(&waiting, serving, GET);
    client_run_until(&waiting, "\r\n\r\n", 1);
    start(&fresh, serving, GET);
    server_free(serving->server);
    serving->server = NULL;
    assert_int_equal(serving->gone_count, 2);
    client_run_until_end(&waiting);
    client_run_until_end(&fresh);
    client_end(&waiting);
    client_end(&fresh);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, serving_start, serving_stop)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(pieces_come_as_they_are_sent),
        TEST(a_stream_may_end_before_it_is_read),
        TEST(old_clients_get_it_until_the_end),
        TEST(a_cut_stream_has_no_end),
        TEST(a_client_that_leaves_is_noticed),
        TEST(a_client_that_does_not_read_is_cut_off),
        TEST(a_piece_that_is_too_long_ends_it),
        TEST(an_end_that_comes_after_the_client_left_is_the_last_word),
        TEST(a_stream_that_takes_too_long_is_closed),
        TEST(many_streams_are_open_at_once),
        TEST(a_drain_waits_for_the_end_of_a_stream),
        TEST(a_freed_server_drops_its_streams),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
