/* The controller's socket, and those who come to it: too many, with too little, with
 * nonsense. */
/* SPDX-License-Identifier: MIT */
#include "control/front.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "actions/rollout_link.h"
#include "base/memory.h"
#include "base/text.h"
#include "base/units.h"
#include "core/frame.h"
#include "io/loop.h"
#include "io/stream.h"
#include "support/test_folder.h"

#define LIMIT_NS (60 * NS_PER_S)

enum { PATH_SIZE = 256, ORDER_SIZE = 1024, IDLE_MAX = 2 * FRONT_SEATS_MAX };

/* The socket, who owns it, and everybody who is connected. */
struct hall {
    struct test_folder folder;
    char path[PATH_SIZE];
    struct loop *loop;
    struct loop_timer *limit;
    struct front *front;
    unsigned orders; /* that have reached the owner */
    struct rollout_order order;
    struct stream *idle[IDLE_MAX];
    unsigned idle_count, open_count, lost_count;
    struct rollout_answer answer;
    unsigned answers;
};

static void on_limit(void *owner, uint64_t now_ns) {
    struct hall *hall = owner;
    (void)now_ns;
    hall->limit = NULL;
    fail_msg(
        "nothing came of it: %u orders, %u answers, %u seats, %u open, %u lost",
        hall->orders, hall->answers, front_seats(hall->front), hall->open_count,
        hall->lost_count);
}

/* Until somebody stops the loop. */
static void run(struct hall *hall) {
    hall->limit = loop_after(hall->loop, LIMIT_NS, on_limit, hall);
    loop_run(hall->loop);
    loop_timer_free(hall->limit);
    hall->limit = NULL;
}

static void on_order(
    void *owner, const struct rollout_order *order, struct rollout_answer *answer) {
    struct hall *hall = owner;
    hall->orders++;
    hall->order = *order;
    *answer = (struct rollout_answer){.number = order->number, .accepted = true};
    loop_stop(hall->loop);
}

static void open_hall(struct hall *hall) {
    struct error err = {0};
    memset(hall, 0, sizeof *hall);
    test_folder_init(&hall->folder);
    struct text path = TEXT_IN(hall->path);
    text_addf(&path, "%s/front.sock", hall->folder.path);
    hall->loop = loop_new();
    hall->front = front_new(hall->loop, hall->path, on_order, hall, &err);
    if (!hall->front) fail_msg("%s", err.message);
}

static void close_hall(struct hall *hall) {
    for (unsigned i = 0; i < hall->idle_count; i++) stream_free(hall->idle[i]);
    front_free(hall->front);
    loop_free(hall->loop);
    test_folder_clear(&hall->folder);
}

/* Somebody who connects and leaves it at that. */

static void on_idle_open(void *owner) {
    struct hall *hall = owner;
    hall->open_count++;
    loop_stop(hall->loop);
}

static void on_idle_end(void *owner, const struct error *why) {
    struct hall *hall = owner;
    (void)why;
    hall->lost_count++;
    loop_stop(hall->loop);
}

static struct stream *connect_one(struct hall *hall) {
    static const struct stream_handlers handlers = {
        .on_open = on_idle_open, .on_end = on_idle_end};
    const struct stream_options options = {.path = hall->path, .timeout_ns = LIMIT_NS};
    assert_true(hall->idle_count < IDLE_MAX);
    unsigned before = hall->open_count;
    struct stream *stream = stream_connect(hall->loop, &options, &handlers, hall);
    hall->idle[hall->idle_count++] = stream;
    while (hall->open_count == before) run(hall);
    return stream;
}

static void say(struct stream *stream, const void *bytes, size_t length) {
    assert_true(stream_write(stream, (struct slice){bytes, length}));
}

static size_t encode(enum rollout_order_kind kind, uint8_t bytes[ORDER_SIZE]) {
    struct rollout_order order = {.kind = kind, .number = 7, .who = "ann"};
    return frame_encode(
        ROLLOUT_ORDER_FRAME, &rollout_order_record, &order, bytes, ORDER_SIZE);
}

static void on_answer(
    void *owner, const struct rollout_answer *answer, const struct error *why) {
    struct hall *hall = owner;
    if (why) fail_msg("%s", why->message);
    hall->answer = *answer;
    hall->answers++;
    loop_stop(hall->loop);
}

/* Gives an order as the program does, and is answered. */
static void expect_heard(struct hall *hall) {
    static const struct rollout_link_handlers handlers = {.on_answer = on_answer};
    const struct rollout_order order = {.kind = ROLLOUT_ORDER_ABORT, .who = "bob"};
    unsigned before = hall->answers;
    struct rollout_link *link =
        rollout_link_new(hall->loop, hall->path, &handlers, hall);
    assert_true(rollout_link_order(link, &order) != 0);
    while (hall->answers == before) run(hall);
    rollout_link_free(link);
    assert_true(hall->answer.accepted);
    assert_int_equal(hall->order.kind, ROLLOUT_ORDER_ABORT);
    assert_string_equal(hall->order.who, "bob");
}

static void expect_shown_out(struct hall *hall, unsigned count) {
    while (hall->lost_count < count) run(hall);
    assert_int_equal(hall->lost_count, count);
}

/* Nobody is kept from taking it back by those who only look. */
static void who_comes_when_it_is_full_is_heard(void **state) {
    struct hall hall;
    (void)state;
    open_hall(&hall);
    for (unsigned i = 0; i < FRONT_SEATS_MAX; i++) connect_one(&hall);
    expect_heard(&hall);
    expect_shown_out(&hall, 1);
    for (unsigned i = 0; i < FRONT_SEATS_MAX / 2; i++) connect_one(&hall);
    expect_heard(&hall);
    assert_in_range(front_seats(hall.front), 1, FRONT_SEATS_MAX);
    close_hall(&hall);
}

static void nonsense_ends_only_its_own_line(void **state) {
    static const char huge[] = "\xff\xff\xff\x7f\x01\x00\x52\x4f and so on";
    static const char words[] = "GET / HTTP/1.1\r\nHost: flightdeck\r\n\r\n";
    uint8_t bytes[ORDER_SIZE];
    struct hall hall;
    (void)state;
    open_hall(&hall);
    say(connect_one(&hall), huge, sizeof huge - 1);
    expect_shown_out(&hall, 1);
    say(connect_one(&hall), words, sizeof words - 1);
    expect_shown_out(&hall, 2);
    size_t length = encode(ROLLOUT_ORDER_PROMOTE, bytes);
    bytes[length - 1] ^= 1; /* the checksum */
    say(connect_one(&hall), bytes, length);
    expect_shown_out(&hall, 3);
    length = encode(ROLLOUT_ORDER_COUNT, bytes); /* no order of ours */
    say(connect_one(&hall), bytes, length);
    expect_shown_out(&hall, 4);
    assert_int_equal(hall.orders, 0);
    expect_heard(&hall);
    close_hall(&hall);
}

/* An order that never becomes whole, and one without an end. */
static void what_is_not_whole_is_not_done(void **state) {
    enum { FLOOD = 64 * 1024 };
    static const uint8_t begun[] = {0, 0, 0x20, 0, 1, 0, 0x52, 0x4f}; /* of two MiB */
    uint8_t bytes[ORDER_SIZE];
    struct hall hall;
    (void)state;
    open_hall(&hall);
    size_t length = encode(ROLLOUT_ORDER_PROMOTE, bytes);
    say(connect_one(&hall), bytes, length - 1);
    expect_heard(&hall);
    assert_int_equal(hall.orders, 1);
    uint8_t *flood = memory_new(FLOOD);
    memcpy(flood, begun, sizeof begun);
    say(connect_one(&hall), flood, FLOOD);
    free(flood);
    expect_shown_out(&hall, 1);
    assert_int_equal(hall.orders, 1);
    expect_heard(&hall);
    close_hall(&hall);
}

static void an_order_in_pieces_and_two_at_once_are_done(void **state) {
    uint8_t bytes[2 * ORDER_SIZE];
    struct hall hall;
    (void)state;
    open_hall(&hall);
    struct stream *stream = connect_one(&hall);
    size_t length = encode(ROLLOUT_ORDER_HOLD, bytes);
    for (size_t i = 0; i < length; i++) say(stream, bytes + i, 1);
    while (hall.orders < 1) run(&hall);
    memcpy(bytes + length, bytes, length);
    say(stream, bytes, 2 * length);
    while (hall.orders < 3) run(&hall);
    assert_int_equal(hall.order.kind, ROLLOUT_ORDER_HOLD);
    assert_string_equal(hall.order.who, "ann");
    close_hall(&hall);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_comes_when_it_is_full_is_heard),
        cmocka_unit_test(nonsense_ends_only_its_own_line),
        cmocka_unit_test(what_is_not_whole_is_not_done),
        cmocka_unit_test(an_order_in_pieces_and_two_at_once_are_done),
    };
    return cmocka_run_group_tests_name("front", tests, NULL, NULL);
}
