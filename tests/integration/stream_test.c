/* SPDX-License-Identifier: MIT */
#include "io/stream.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/buffer.h"
#include "base/memory.h"
#include "base/text.h"
#include "base/units.h"
#include "io/datagram.h"
#include "io/listener.h"
#include "io/loop.h"
#include "support/test_folder.h"
#include "support/test_process.h"

enum { BIG = 16 * 1024 * 1024 };

/* Both ends of one connection. */
struct pair {
    struct loop *loop;
    struct listener *listener;
    struct stream *client, *server;
    struct buffer got; /* by the client */
    struct error why;
    unsigned opened, ended, server_ended;
    size_t stop_at; /* bytes that the client waits for */
    bool free_on_bytes;
};

static void on_server_bytes(void *owner, struct slice bytes) {
    struct pair *pair = owner;
    assert_true(stream_write(pair->server, bytes)); /* an echo */
}

static void on_server_end(void *owner, const struct error *why) {
    struct pair *pair = owner;
    assert_int_equal(why->code, ERROR_LOST);
    pair->server_ended++;
    stream_free(pair->server);
    pair->server = NULL;
}

static const struct stream_handlers server_handlers = {
    .on_bytes = on_server_bytes, .on_end = on_server_end};

static void on_accept(void *owner, struct stream *stream) {
    struct pair *pair = owner;
    assert_null(pair->server);
    pair->server = stream;
    stream_attend(stream, &server_handlers, pair);
}

static void on_open(void *owner) {
    struct pair *pair = owner;
    pair->opened++;
    loop_stop(pair->loop);
}

static void on_bytes(void *owner, struct slice bytes) {
    struct pair *pair = owner;
    assert_true(buffer_add(&pair->got, bytes.data, bytes.length));
    if (pair->free_on_bytes) {
        stream_free(pair->client);
        pair->client = NULL;
        loop_stop(pair->loop);
    }
    if (pair->stop_at > 0 && pair->got.length >= pair->stop_at) loop_stop(pair->loop);
}

static void on_end(void *owner, const struct error *why) {
    struct pair *pair = owner;
    pair->ended++;
    pair->why = *why;
    loop_stop(pair->loop);
}

static const struct stream_handlers client_handlers = {
    .on_open = on_open, .on_bytes = on_bytes, .on_end = on_end};

static void pair_listen(struct pair *pair, const char *path) {
    *pair = (struct pair){.loop = loop_new()};
    buffer_init(&pair->got, 2 * (size_t)BIG);
    const struct listener_options options = {.path = path, .queue_max_bytes = BIG};
    struct error err = {0};
    pair->listener = listener_new(pair->loop, &options, on_accept, pair, &err);
    assert_non_null(pair->listener);
}

static void pair_connect(struct pair *pair, const struct stream_options *options) {
    pair->client = stream_connect(pair->loop, options, &client_handlers, pair);
    assert_int_equal(pair->opened + pair->ended, 0); /* nothing inside the call */
    loop_run(pair->loop);
}

static void pair_clear(struct pair *pair) {
    stream_free(pair->client);
    stream_free(pair->server);
    listener_free(pair->listener);
    loop_free(pair->loop);
    buffer_clear(&pair->got);
}

static void tcp_carries_bytes_both_ways(void **state) {
    (void)state;
    struct pair pair;
    pair_listen(&pair, NULL);
    const struct stream_options options = {
        .host = "localhost", .port = listener_port(pair.listener)};
    pair_connect(&pair, &options);
    assert_int_equal(pair.opened, 1);
    pair.stop_at = 5;
    assert_true(stream_write(pair.client, slice_of("hello")));
    loop_run(pair.loop);
    assert_string_equal(buffer_string(&pair.got), "hello");
    pair_clear(&pair);
}

static void a_unix_socket_is_ours_alone(void **state) {
    (void)state;
    struct test_folder folder;
    char path[TEST_PATH_SIZE];
    test_folder_init(&folder);
    test_folder_path(&folder, "echo.sock", path);
    struct pair pair;
    pair_listen(&pair, path);
    struct stat info;
    assert_int_equal(stat(path, &info), 0);
    assert_int_equal(info.st_mode & 0777, 0600);

    const struct stream_options options = {.path = path};
    pair_connect(&pair, &options);
    assert_int_equal(pair.opened, 1);
    pair_clear(&pair);
    assert_int_equal(stat(path, &info), -1);
    test_folder_clear(&folder);
}

static void a_long_queue_arrives_whole_and_in_order(void **state) {
    (void)state;
    struct pair pair;
    pair_listen(&pair, NULL);
    const struct stream_options options = {
        .host = "127.0.0.1",
        .port = listener_port(pair.listener),
        .queue_max_bytes = BIG,
    };
    pair_connect(&pair, &options);
    char *bytes = memory_new(BIG);
    for (size_t i = 0; i < BIG; i++) bytes[i] = (char)(i * 31 + i / 251);
    pair.stop_at = BIG;
    assert_true(stream_write(pair.client, (struct slice){bytes, BIG}));
    assert_true(stream_queued(pair.client) > 0);
    loop_run(pair.loop);
    assert_int_equal(pair.got.length, BIG);
    assert_memory_equal(pair.got.data, bytes, BIG);
    free(bytes);
    pair_clear(&pair);
}

static void the_queue_has_a_limit(void **state) {
    (void)state;
    struct pair pair;
    pair_listen(&pair, NULL);
    const struct stream_options options = {
        .host = "127.0.0.1",
        .port = listener_port(pair.listener),
        .queue_max_bytes = 1000,
    };
    pair_connect(&pair, &options);
    char bytes[1001] = {0};
    assert_false(stream_write(pair.client, (struct slice){bytes, 1001}));
    assert_true(stream_write(pair.client, (struct slice){bytes, 1000}));
    pair_clear(&pair);
}

static void a_refused_connection_says_so(void **state) {
    (void)state;
    struct pair pair = {.loop = loop_new()};
    const struct stream_options options = {
        .host = "127.0.0.1", .port = test_free_port()};
    pair_connect(&pair, &options);
    assert_int_equal(pair.ended, 1);
    assert_int_equal(pair.why.code, ERROR_CONNECT);
    assert_non_null(strstr(pair.why.message, "refused"));
    pair_clear(&pair);
}

static void names_that_cannot_be_resolved_are_errors(void **state) {
    (void)state;
    char too_long[400];
    memset(too_long, 'a', sizeof too_long);
    too_long[sizeof too_long - 1] = '\0';
    const char *const hosts[] = {"", too_long, "1.2.3.4.5", ":::"};
    for (size_t i = 0; i < sizeof hosts / sizeof hosts[0]; i++) {
        struct pair pair = {.loop = loop_new()};
        const struct stream_options options = {.host = hosts[i], .port = 80};
        pair_connect(&pair, &options);
        assert_int_equal(pair.ended, 1);
        assert_int_equal(pair.why.code, ERROR_CONNECT);
        pair_clear(&pair);
    }
    struct pair pair = {.loop = loop_new()};
    const struct stream_options options = {.path = too_long};
    pair_connect(&pair, &options);
    assert_int_equal(pair.why.code, ERROR_CONNECT);
    pair_clear(&pair);
}

/* A listener whose queue is full drops every further SYN: a black hole. */
static int black_hole(uint16_t *port, int fillers[4]) {
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct sockaddr_in address = {
        .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof address;
    assert_int_equal(bind(listener, (struct sockaddr *)&address, length), 0);
    assert_int_equal(listen(listener, 0), 0);
    assert_int_equal(getsockname(listener, (struct sockaddr *)&address, &length), 0);
    *port = ntohs(address.sin_port);
    for (int i = 0; i < 4; i++) {
        fillers[i] = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
        (void)connect(fillers[i], (struct sockaddr *)&address, length);
    }
    return listener;
}

static void a_black_hole_ends_at_the_deadline(void **state) {
    (void)state;
    uint16_t port;
    int fillers[4];
    int listener = black_hole(&port, fillers);
    struct pair pair = {.loop = loop_new()};
    const struct stream_options options = {
        .host = "127.0.0.1", .port = port, .timeout_ns = 100 * NS_PER_MS};
    uint64_t start_ns = loop_clock_ns();
    pair_connect(&pair, &options);
    uint64_t took_ns = loop_clock_ns() - start_ns;
    assert_int_equal(pair.why.code, ERROR_TIMEOUT);
    assert_true(took_ns >= 100 * NS_PER_MS && took_ns < 5 * NS_PER_S);
    pair_clear(&pair);
    for (int i = 0; i < 4; i++) close(fillers[i]);
    close(listener);
}

static void the_end_of_the_peer_is_told_once(void **state) {
    (void)state;
    struct pair pair;
    pair_listen(&pair, NULL);
    const struct stream_options options = {
        .host = "127.0.0.1", .port = listener_port(pair.listener)};
    pair_connect(&pair, &options);
    stream_finish(pair.client);
    assert_false(stream_write(pair.client, slice_of("late")));
    loop_run(pair.loop); /* the server sees the end and frees its stream */
    assert_int_equal(pair.server_ended, 1);
    assert_int_equal(pair.ended, 1);
    assert_int_equal(pair.why.code, ERROR_LOST);
    assert_false(stream_write(pair.client, slice_of("later")));
    pair_clear(&pair);
}

static void what_was_written_before_finishing_arrives(void **state) {
    (void)state;
    struct pair pair;
    pair_listen(&pair, NULL);
    const struct stream_options options = {
        .host = "127.0.0.1", .port = listener_port(pair.listener)};
    pair_connect(&pair, &options);
    pair.stop_at = 4;
    assert_true(stream_write(pair.client, slice_of("last")));
    stream_finish(pair.client);
    loop_run(pair.loop);
    assert_string_equal(buffer_string(&pair.got), "last");
    pair_clear(&pair);
}

static void freeing_inside_a_callback_is_final(void **state) {
    (void)state;
    struct pair pair;
    pair_listen(&pair, NULL);
    const struct stream_options options = {
        .host = "127.0.0.1", .port = listener_port(pair.listener)};
    pair_connect(&pair, &options);
    pair.free_on_bytes = true;
    assert_true(stream_write(pair.client, slice_of("x")));
    loop_run(pair.loop);
    assert_null(pair.client);
    assert_int_equal(pair.ended, 0);
    pair_clear(&pair);
}

static void freeing_while_connecting_is_final(void **state) {
    (void)state;
    struct pair pair;
    pair_listen(&pair, NULL);
    const struct stream_options options = {
        .host = "localhost", .port = listener_port(pair.listener)};
    pair.client = stream_connect(pair.loop, &options, &client_handlers, &pair);
    pair_clear(&pair);
    assert_int_equal(pair.opened + pair.ended, 0);
}

struct log {
    struct loop *loop;
    char words[64];
};

static void on_datagram(void *owner, struct slice bytes) {
    struct log *log = owner;
    struct text text = {log->words, sizeof log->words, strlen(log->words), false};
    text_add_slice(&text, bytes);
    if (strlen(log->words) >= 8) loop_stop(log->loop);
}

static void datagrams_arrive_whole_and_long_ones_are_counted(void **state) {
    (void)state;
    struct test_folder folder;
    char path[TEST_PATH_SIZE];
    test_folder_init(&folder);
    test_folder_path(&folder, "log.sock", path);
    struct log log = {.loop = loop_new()};
    struct error err = {0};
    struct datagram *datagram = datagram_new(log.loop, path, on_datagram, &log, &err);
    assert_non_null(datagram);

    int sender = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    text_copy(address.sun_path, sizeof address.sun_path, path);
    const struct sockaddr *to = (const struct sockaddr *)&address;
    char *huge = memory_new(DATAGRAM_SIZE_MAX + 1);
    sendto(sender, "one,", 4, 0, to, sizeof address);
    sendto(sender, huge, DATAGRAM_SIZE_MAX + 1, 0, to, sizeof address);
    sendto(sender, "two,", 4, 0, to, sizeof address);
    loop_run(log.loop);
    assert_string_equal(log.words, "one,two,");
    assert_int_equal(datagram_dropped_count(datagram), 1);

    free(huge);
    close(sender);
    datagram_free(datagram);
    loop_free(log.loop);
    test_folder_clear(&folder);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tcp_carries_bytes_both_ways),
        cmocka_unit_test(a_unix_socket_is_ours_alone),
        cmocka_unit_test(a_long_queue_arrives_whole_and_in_order),
        cmocka_unit_test(the_queue_has_a_limit),
        cmocka_unit_test(a_refused_connection_says_so),
        cmocka_unit_test(names_that_cannot_be_resolved_are_errors),
        cmocka_unit_test(a_black_hole_ends_at_the_deadline),
        cmocka_unit_test(the_end_of_the_peer_is_told_once),
        cmocka_unit_test(what_was_written_before_finishing_arrives),
        cmocka_unit_test(freeing_inside_a_callback_is_final),
        cmocka_unit_test(freeing_while_connecting_is_final),
        cmocka_unit_test(datagrams_arrive_whole_and_long_ones_are_counted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
