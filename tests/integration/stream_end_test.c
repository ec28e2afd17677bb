/* A stream whose peer closes what it has not read:
 * its last words and its end come in one. */
/* SPDX-License-Identifier: MIT */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/text.h"
#include "base/units.h"
#include "io/loop.h"
#include "io/stream.h"

enum { WORDS_SIZE = 64 };

struct ending {
    struct loop *loop;
    struct stream *stream;
    char words[WORDS_SIZE];
    struct text heard;
    unsigned opened, ended;
    struct loop_timer *limit;
};

static void on_open(void *owner) {
    struct ending *ending = owner;
    ending->opened++;
    loop_stop(ending->loop);
}

static void on_bytes(void *owner, struct slice bytes) {
    struct ending *ending = owner;
    text_add_slice(&ending->heard, bytes);
}

static void on_end(void *owner, const struct error *why) {
    struct ending *ending = owner;
    assert_int_equal(why->code, ERROR_LOST);
    ending->ended++;
    loop_stop(ending->loop);
}

static void on_limit(void *owner, uint64_t now_ns) {
    struct ending *ending = owner;
    (void)now_ns;
    ending->limit = NULL;
    loop_stop(ending->loop);
}

static const struct stream_handlers handlers = {on_open, on_bytes, on_end};

static void run(struct ending *ending) {
    ending->limit = loop_after(ending->loop, 5 * NS_PER_S, on_limit, ending);
    loop_run(ending->loop);
    loop_timer_free(ending->limit);
}

static void last_words_and_a_sudden_end_are_both_told(void **state) {
    (void)state;
    struct sockaddr_in address = {
        .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    struct sockaddr *any = (struct sockaddr *)&address;
    socklen_t length = sizeof address;
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(listener, any, length), 0);
    assert_int_equal(listen(listener, 1), 0);
    assert_int_equal(getsockname(listener, any, &length), 0);

    struct ending ending = {.loop = loop_new()};
    ending.heard = TEXT_IN(ending.words);
    const struct stream_options options = {
        .host = "127.0.0.1", .port = ntohs(address.sin_port)};
    ending.stream = stream_connect(ending.loop, &options, &handlers, &ending);
    run(&ending);
    assert_int_equal(ending.opened, 1);
    assert_true(stream_write(ending.stream, slice_of("unread")));
    char byte;
    int peer = accept(listener, NULL, NULL);
    assert_int_equal(recv(peer, &byte, 1, MSG_PEEK), 1);
    assert_int_equal(send(peer, "last", 4, 0), 4);
    close(peer); /* with something unread: a reset */
    run(&ending);
    assert_string_equal(ending.words, "last");
    assert_int_equal(ending.ended, 1);
    stream_free(ending.stream);
    loop_free(ending.loop);
    close(listener);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(last_words_and_a_sudden_end_are_both_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
