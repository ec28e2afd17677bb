/* Whoever listens where Redis should be, and means no good. */
/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/resource.h>

#include <cmocka.h>

#include "base/text.h"
#include "io/listener.h"
#include "io/stream.h"
#include "support/asked.h"

/* A hostile peer: it answers every connection with the same bytes, again and again. */
struct villain {
    struct loop *loop;
    struct listener *listener;
    struct stream *clients[64];
    size_t client_count;
    const char *bytes;
    bool closes;
};

static void on_victim(void *owner, struct stream *stream) {
    struct villain *villain = owner;
    static const struct stream_handlers deaf = {NULL, NULL, NULL};
    if (villain->client_count == 64 || villain->closes) {
        stream_free(stream);
        return;
    }
    villain->clients[villain->client_count++] = stream;
    stream_attend(stream, &deaf, NULL);
    stream_write(stream, slice_of(villain->bytes));
}

static size_t memory_kib(void) {
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return (size_t)usage.ru_maxrss;
}

static void a_hostile_peer_costs_no_more_than_the_deadline(void **state) {
    (void)state;
    static const char *const replies[] = {
        "",
        "$2147483647\r\n",
        "*-5\r\n",
        "*2147483647\r\n",
        "+PONG\r\n+PONG\r\n+PONG\r\n",
        ">2\r\n+push\r\n+x\r\n",
        "$100\r\nhalf",
        "HTTP/1.1 200 OK\r\n\r\n",
        "-ERR max number of clients reached\r\n",
        "-NOAUTH Authentication required.\r\n",
        "-LOADING Redis is loading the dataset in memory\r\n",
        "\x1b]0;title\x07\r\n",
        "*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n",
        NULL, /* closes at once */
    };
    size_t before_kib = memory_kib();
    for (size_t i = 0; i < sizeof replies / sizeof replies[0]; i++) {
        struct villain villain = {
            .loop = loop_new(), .bytes = replies[i], .closes = !replies[i]};
        const struct listener_options options = {.port = 0};
        struct error err = {0};
        villain.listener =
            listener_new(villain.loop, &options, on_victim, &villain, &err);
        assert_non_null(villain.listener);
        char url[64];
        struct text text = TEXT_IN(url);
        text_addf(&text, "redis://127.0.0.1:%u", listener_port(villain.listener));
        struct asked asked = {.loop = villain.loop};
        const struct redis_options victim = {
            .url = url, .connect_timeout_ns = 50 * NS_PER_MS};
        asked.redis = redis_new(villain.loop, &victim, &err);
        uint64_t start_ns = loop_clock_ns();
        redis_ask(asked.redis, 200 * NS_PER_MS, asked_on_answer, &asked, "PING", NULL);
        asked_run_until(&asked, 1);
        assert_true(loop_clock_ns() - start_ns < 2 * NS_PER_S);
        assert_int_not_equal(asked.error.code, ERROR_NONE);
        assert_null(strchr(asked.error.message, '\x1b'));

        redis_free(asked.redis);
        for (size_t c = 0; c < villain.client_count; c++) {
            stream_free(villain.clients[c]);
        }
        listener_free(villain.listener);
        loop_free(villain.loop);
    }
    assert_true(memory_kib() - before_kib < 16384);
}

/* Whatever it is asked, it sends one more byte of a reply that never ends. */
static void on_question(void *owner, struct slice bytes) {
    struct villain *villain = owner;
    (void)bytes;
    for (size_t i = 0; i < villain->client_count; i++) {
        stream_write(villain->clients[i], slice_of("x"));
    }
}

static void on_greeted(void *owner, struct stream *stream) {
    struct villain *villain = owner;
    static const struct stream_handlers talkative = {.on_bytes = on_question};
    assert_in_range(villain->client_count, 0, 63);
    villain->clients[villain->client_count++] = stream;
    stream_attend(stream, &talkative, villain);
    stream_write(stream, slice_of("+PONG\r\n$9999999\r\n"));
}

static void a_reply_without_end_costs_its_connection(void **state) {
    (void)state;
    struct villain villain = {.loop = loop_new()};
    const struct listener_options options = {.port = 0};
    struct error err = {0};
    villain.listener = listener_new(villain.loop, &options, on_greeted, &villain, &err);
    assert_non_null(villain.listener);
    char url[64];
    struct text text = TEXT_IN(url);
    text_addf(&text, "redis://127.0.0.1:%u", listener_port(villain.listener));
    struct asked asked = {.loop = villain.loop};
    const struct redis_options victim = {.url = url};
    asked.redis = redis_new(villain.loop, &victim, &err);
    assert_non_null(asked.redis);
    for (unsigned i = 1; i <= 40 && villain.client_count < 2; i++) {
        redis_ask(asked.redis, 100 * NS_PER_MS, asked_on_answer, &asked, "PING", NULL);
        asked_run_until(&asked, i);
        assert_int_not_equal(asked.error.code, ERROR_NONE);
    }
    assert_true(villain.client_count >= 2);
    redis_free(asked.redis);
    for (size_t c = 0; c < villain.client_count; c++) stream_free(villain.clients[c]);
    listener_free(villain.listener);
    loop_free(villain.loop);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_hostile_peer_costs_no_more_than_the_deadline),
        cmocka_unit_test(a_reply_without_end_costs_its_connection),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
