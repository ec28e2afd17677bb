/* SPDX-License-Identifier: MIT */
#include "demo_control.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/scan.h"
#include "base/text.h"
#include "base/units.h"
#include "demo_stack.h"
#include "io/listener.h"
#include "io/loop.h"
#include "io/stream.h"

struct client {
    struct demo_control *control; /* borrowed */
    struct stream *stream;        /* NULL for a free place */
    struct loop_timer *deadline;  /* of the question and of its reading the answer */
    char line[DEMO_CONTROL_LINE_SIZE];
    size_t length;
};

struct demo_control {
    struct loop *loop;        /* borrowed */
    struct demo_stack *stack; /* borrowed */
    struct listener *listener;
    struct client clients[DEMO_CONTROL_CLIENTS_MAX];
};

static void drop(struct client *client) {
    loop_timer_free(client->deadline);
    client->deadline = NULL;
    stream_free(client->stream);
    client->stream = NULL;
    client->length = 0;
}

static bool carry_out(
    struct demo_stack *stack, struct slice line, struct buffer *answer,
    struct error *err) {
    struct scan scan = scan_of(line);
    struct slice verb = {0};
    struct slice name = {0};
    struct slice number = {0};
    char part[DEMO_PART_NAME_SIZE];
    scan_word(&scan, &verb);
    scan_word(&scan, &name);
    scan_word(&scan, &number);
    struct text text = TEXT_IN(part);
    text_add_slice(&text, name);

    if (slice_equals(verb, "status")) {
        demo_stack_describe(stack, answer);
        return true;
    }
    if (slice_equals(verb, "stop")) return demo_stack_stop_part(stack, part, err);
    if (slice_equals(verb, "start")) return demo_stack_start_part(stack, part, err);
    uint64_t count = 0;
    if (slice_equals(verb, "scale") && slice_u64(number, &count) && count < UINT8_MAX) {
        return demo_stack_scale_part(stack, part, (unsigned)count, err);
    }
    return error_set(
        err, ERROR_USAGE, "expected: status, stop PART, start PART, scale PART COUNT");
}

static void answer_line(struct client *client, struct slice line) {
    struct buffer answer;
    struct error err = {0};
    buffer_init(&answer, DEMO_CONTROL_ANSWER_MAX);
    buffer_add_string(&answer, "ok\n");
    if (!carry_out(client->control->stack, line, &answer, &err)) {
        buffer_reset(&answer);
        buffer_addf(&answer, "error %s\n", err.message);
    }
    stream_write(client->stream, buffer_slice(&answer));
    stream_finish(client->stream);
    buffer_clear(&answer);
}

static void on_bytes(void *owner, struct slice bytes) {
    struct client *client = owner;
    if (client->length == sizeof client->line) return; /* answered already */
    size_t room = sizeof client->line - client->length;
    if (bytes.length > room) bytes.length = room;
    memcpy(client->line + client->length, bytes.data, bytes.length);
    client->length += bytes.length;
    const char *end = memchr(client->line, '\n', client->length);
    if (!end && client->length < sizeof client->line) return;
    size_t length = end ? (size_t)(end - client->line) : client->length;
    client->length = sizeof client->line;
    answer_line(client, (struct slice){.data = client->line, .length = length});
}

static void on_end(void *owner, const struct error *why) {
    (void)why;
    drop(owner);
}

static void on_deadline(void *owner, uint64_t now_ns) {
    struct client *client = owner;
    (void)now_ns;
    client->deadline = NULL;
    drop(client);
}

static void on_accept(void *owner, struct stream *stream) {
    static const struct stream_handlers handlers = {
        .on_bytes = on_bytes, .on_end = on_end};
    struct demo_control *control = owner;
    for (unsigned i = 0; i < DEMO_CONTROL_CLIENTS_MAX; i++) {
        struct client *client = &control->clients[i];
        if (client->stream) continue;
        *client = (struct client){.control = control, .stream = stream};
        client->deadline = loop_after(
            control->loop, DEMO_CONTROL_TIMEOUT_S * NS_PER_S, on_deadline, client);
        stream_attend(stream, &handlers, client);
        return;
    }
    stream_free(stream);
}

struct demo_control *demo_control_new(
    struct loop *loop, const struct demo_place *place, struct demo_stack *stack,
    struct error *err) {
    char path[DEMO_PATH_SIZE];
    demo_place_path(place, "control.sock", path);
    struct demo_control *control = memory_new(sizeof *control);
    control->loop = loop;
    control->stack = stack;
    struct listener_options options = {.path = path};
    control->listener = listener_new(loop, &options, on_accept, control, err);
    if (control->listener) return control;
    free(control);
    return NULL;
}

void demo_control_free(struct demo_control *control) {
    if (!control) return;
    for (unsigned i = 0; i < DEMO_CONTROL_CLIENTS_MAX; i++) drop(&control->clients[i]);
    listener_free(control->listener);
    free(control);
}
