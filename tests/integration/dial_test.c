/* SPDX-License-Identifier: MIT */
#include "io/dial.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/text.h"
#include "base/units.h"
#include "io/loop.h"
#include "support/test_folder.h"

enum { CROWD_MAX = 8 };

/* A unix socket before which as many wait as may: its owner has not come to them. */
struct queue {
    struct test_folder folder;
    struct sockaddr_un address;
    struct loop *loop;
    int listener, crowd[CROWD_MAX], crowd_count;
    int socket; /* that the dial came to */
    struct error why;
};

static int ask(const struct queue *queue) {
    int made = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    assert_true(made >= 0);
    const struct sockaddr *address = (const struct sockaddr *)&queue->address;
    if (connect(made, address, sizeof queue->address) == 0) return made;
    assert_int_equal(errno, EAGAIN);
    close(made);
    return -1;
}

static void queue_up(struct queue *queue) {
    char path[TEST_PATH_SIZE];
    memset(queue, 0, sizeof *queue);
    test_folder_init(&queue->folder);
    test_folder_path(&queue->folder, "full.sock", path);
    queue->address.sun_family = AF_UNIX;
    assert_true(
        text_copy(queue->address.sun_path, sizeof queue->address.sun_path, path));
    queue->loop = loop_new();
    queue->socket = -1;
    queue->listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const struct sockaddr *address = (const struct sockaddr *)&queue->address;
    assert_int_equal(bind(queue->listener, address, sizeof queue->address), 0);
    assert_int_equal(listen(queue->listener, 0), 0);
    for (int one = ask(queue); one >= 0; one = ask(queue)) {
        assert_true(queue->crowd_count < CROWD_MAX);
        queue->crowd[queue->crowd_count++] = one;
    }
}

static void queue_clear(struct queue *queue) {
    if (queue->socket >= 0) close(queue->socket);
    for (int i = 0; i < queue->crowd_count; i++) close(queue->crowd[i]);
    close(queue->listener);
    loop_free(queue->loop);
    test_folder_clear(&queue->folder);
}

static void on_done(void *owner, int socket, const struct error *why) {
    struct queue *queue = owner;
    queue->socket = socket;
    queue->why = *why;
    loop_stop(queue->loop);
}

static void dial_it(struct queue *queue, uint64_t timeout_ns) {
    const struct dial_options options = {
        .path = queue->address.sun_path, .timeout_ns = timeout_ns};
    dial_start(queue->loop, &options, on_done, queue);
}

static void on_coming(void *owner, uint64_t now_ns) {
    struct queue *queue = owner;
    (void)now_ns;
    assert_int_equal(queue->why.code, ERROR_NONE);
    assert_int_equal(queue->socket, -1); /* not given up meanwhile */
    close(accept4(queue->listener, NULL, NULL, SOCK_CLOEXEC));
}

static void it_waits_for_its_turn(void **state) {
    (void)state;
    struct queue queue;
    queue_up(&queue);
    dial_it(&queue, 30 * NS_PER_S);
    loop_after(queue.loop, 50 * NS_PER_MS, on_coming, &queue);
    loop_run(queue.loop);
    assert_int_equal(queue.why.code, ERROR_NONE);
    assert_true(queue.socket >= 0);
    queue_clear(&queue);
}

static void it_does_not_wait_for_ever(void **state) {
    (void)state;
    struct queue queue;
    queue_up(&queue);
    dial_it(&queue, 50 * NS_PER_MS);
    loop_run(queue.loop);
    assert_int_equal(queue.why.code, ERROR_TIMEOUT);
    assert_int_equal(queue.socket, -1);
    assert_non_null(strstr(queue.why.message, "no answer in time"));
    queue_clear(&queue);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_waits_for_its_turn),
        cmocka_unit_test(it_does_not_wait_for_ever),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
