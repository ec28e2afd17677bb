/* SPDX-License-Identifier: MIT */
#include "control/front.h"

#include <stdlib.h>

#include "base/buffer.h"
#include "base/memory.h"
#include "base/safe_text.h"
#include "base/text.h"
#include "core/event.h"
#include "core/frame.h"
#include "io/listener.h"
#include "io/loop.h"
#include "io/stream.h"

enum {
    ORDER_BYTES_MAX = 16 * 1024,
    QUEUE_BYTES_MAX = 512 * 1024,
    NOTE_BYTES_MAX = 512
};

/* Somebody who is connected. */
struct seat {
    struct front *front; /* borrowed */
    struct seat *next;
    struct stream *stream;
    struct buffer came; /* of an order that is not whole yet */
};

struct front {
    struct loop *loop; /* borrowed */
    struct listener *listener;
    struct seat *seats; /* seat.next */
    unsigned seat_count;
    front_order_fn on_order;
    void *owner;
    uint64_t sequence;
    struct event event;            /* large */
    uint8_t bytes[EVENT_SIZE_MAX]; /* the status that was published last */
    size_t length;
    uint8_t note[NOTE_BYTES_MAX]; /* what everybody who comes has to know, too */
    size_t note_length;
};

static void on_accept(void *owner, struct stream *stream);
static void on_bytes(void *owner, struct slice bytes);
static void on_end(void *owner, const struct error *why);

struct front *front_new(
    struct loop *loop, const char *path, front_order_fn on_order, void *owner,
    struct error *err) {
    const struct listener_options options = {
        .path = path, .queue_max_bytes = QUEUE_BYTES_MAX};
    struct front *front = memory_new(sizeof *front);
    front->loop = loop;
    front->on_order = on_order;
    front->owner = owner;
    front->listener = listener_new(loop, &options, on_accept, front, err);
    if (front->listener) return front;
    free(front);
    return NULL;
}

static void leave(struct seat *seat) {
    struct seat **link = &seat->front->seats;
    while (*link != seat) link = &(*link)->next;
    *link = seat->next;
    seat->front->seat_count--;
    stream_free(seat->stream);
    buffer_clear(&seat->came);
    free(seat);
}

void front_free(struct front *front) {
    if (!front) return;
    while (front->seats) leave(front->seats);
    listener_free(front->listener);
    free(front);
}

unsigned front_seats(const struct front *front) {
    return front->seat_count;
}

/* False, and the seat is gone, when its owner does not read. */
static bool send_to(struct seat *seat, const uint8_t *bytes, size_t length) {
    if (stream_write(seat->stream, (struct slice){(const char *)bytes, length})) {
        return true;
    }
    leave(seat);
    return false;
}

static size_t encode(struct front *front, uint8_t *bytes, size_t size) {
    struct event *event = &front->event;
    event->sequence = ++front->sequence;
    event->wall_ms = loop_wall_ms();
    event->at_ns = loop_clock_ns();
    loop_boot_id(event->boot);
    return event_encode(event, bytes, size);
}

/* Who only looks may come again; who comes may want to take it back. */
static void make_room(struct front *front) {
    struct seat *oldest = front->seats;
    if (front->seat_count < FRONT_SEATS_MAX) return;
    while (oldest->next) oldest = oldest->next;
    leave(oldest);
}

static void on_accept(void *owner, struct stream *stream) {
    static const struct stream_handlers handlers = {
        .on_bytes = on_bytes, .on_end = on_end};
    struct front *front = owner;
    make_room(front);
    struct seat *seat = memory_new(sizeof *seat);
    seat->front = front;
    seat->stream = stream;
    seat->next = front->seats;
    buffer_init(&seat->came, ORDER_BYTES_MAX + STREAM_READ_SIZE);
    front->seats = seat;
    front->seat_count++;
    stream_attend(stream, &handlers, seat);
    if (front->length > 0 && !send_to(seat, front->bytes, front->length)) return;
    if (front->note_length > 0) send_to(seat, front->note, front->note_length);
}

static void send_to_all(struct front *front, const uint8_t *bytes, size_t length) {
    for (struct seat *seat = front->seats, *next = NULL; seat; seat = next) {
        next = seat->next;
        send_to(seat, bytes, length);
    }
}

void front_publish(struct front *front, const struct rollout_status *status) {
    event_begin(&front->event, EVENT_ROLLOUT);
    front->event.rollout = *status;
    front->length = encode(front, front->bytes, sizeof front->bytes);
    send_to_all(front, front->bytes, front->length);
}

struct slice front_newest(const struct front *front) {
    return (struct slice){(const char *)front->bytes, front->length};
}

void front_note(struct front *front, const char *words) {
    struct note *note = &front->event.note;
    event_begin(&front->event, EVENT_NOTE);
    note->level = *words ? NOTE_WARN : NOTE_OK;
    note->wall_ms = loop_wall_ms();
    note->at_ns = loop_clock_ns();
    text_copy_cut(note->source, sizeof note->source, "rollout");
    safe_text_copy(
        note->words, sizeof note->words,
        slice_of(*words ? words : "is published everywhere again"));
    front->note_length = encode(front, front->note, sizeof front->note);
    send_to_all(front, front->note, front->note_length);
    if (!*words) front->note_length = 0;
}

/* Whoever ordered it, and why, will stand on screens and in reports. */
static void clean(struct rollout_order *order) {
    struct rollout_order raw = *order;
    safe_text_copy(order->who, sizeof order->who, slice_of(raw.who));
    safe_text_copy(order->host, sizeof order->host, slice_of(raw.host));
    safe_text_copy(order->reason, sizeof order->reason, slice_of(raw.reason));
}

/* False when the seat is gone. */
static bool obey(struct seat *seat, const struct frame *frame) {
    struct front *front = seat->front;
    struct rollout_order order = {0};
    struct rollout_answer answer = {0};
    uint8_t bytes[1024];
    struct error ignored;
    if (frame->kind != ROLLOUT_ORDER_FRAME ||
        !frame_read(frame, &rollout_order_record, &order, &ignored)) {
        leave(seat);
        return false;
    }
    clean(&order);
    front->on_order(front->owner, &order, &answer);
    event_begin(&front->event, EVENT_ANSWER);
    front->event.answer = answer;
    return send_to(seat, bytes, encode(front, bytes, sizeof bytes));
}

static void on_bytes(void *owner, struct slice bytes) {
    struct seat *seat = owner;
    struct error ignored;
    if (!buffer_add(&seat->came, bytes.data, bytes.length)) {
        leave(seat);
        return;
    }
    for (;;) {
        struct frame frame;
        const struct slice came = buffer_slice(&seat->came);
        switch (frame_find((const uint8_t *)came.data, came.length, &frame, &ignored)) {
        case FRAME_INCOMPLETE: return;
        case FRAME_BROKEN: leave(seat); return;
        case FRAME_WHOLE: break;
        }
        if (!obey(seat, &frame)) return;
        buffer_consume(&seat->came, frame.used);
    }
}

static void on_end(void *owner, const struct error *why) {
    (void)why;
    leave(owner);
}
