/* SPDX-License-Identifier: MIT */
#include "support/kubernetes_line.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/buffer.h"
#include "base/memory.h"
#include "base/panic.h"
#include "base/text.h"
#include "base/units.h"
#include "io/loop.h"
#include "io/stream.h"

enum { REQUEST_MAX = 4 * 1024 * 1024 };

struct kubernetes_line {
    struct kubernetes_line *next;
    struct kubernetes_lines *lines;
    struct stream *stream;
    struct buffer in, out; /* out: an answer that comes later */
    struct loop_timer *timer;
    bool busy;    /* a request waits for its answer */
    bool closing; /* ends soon */
    bool watches;
    struct kubernetes_watch watch;
};

static void free_line(struct kubernetes_line *line) {
    struct kubernetes_line **link = &line->lines->first;
    while (*link != line) link = &(*link)->next;
    *link = line->next;
    loop_timer_free(line->timer);
    stream_free(line->stream);
    buffer_clear(&line->in);
    buffer_clear(&line->out);
    free(line);
}

static void on_end(void *owner, const struct error *why) {
    (void)why;
    free_line(owner);
}

static void on_close_time(void *owner, uint64_t now_ns) {
    (void)now_ns;
    struct kubernetes_line *line = owner;
    line->timer = NULL;
    free_line(line);
}

void kubernetes_line_close(struct kubernetes_line *line) {
    if (line->closing) return;
    line->closing = true;
    loop_timer_free(line->timer);
    line->timer = loop_soon(line->lines->loop, on_close_time, line);
}

static const char *value_of(struct slice header, const char *name) {
    size_t length = strlen(name);
    if (header.length <= length || header.data[length] != ':' ||
        strncasecmp(header.data, name, length) != 0) {
        return NULL;
    }
    return header.data + length + 1;
}

static void take_value(struct slice header, const char *from, char *to, size_t size) {
    struct text text = text_in(to, size);
    size_t length = header.length - (size_t)(from - header.data);
    text_add_slice(&text, slice_trim((struct slice){.data = from, .length = length}));
}

static void take_header(
    struct kubernetes_call *call, struct slice header, char length[32]) {
    const char *value;
    if ((value = value_of(header, "Content-Type"))) {
        take_value(header, value, call->content_type, sizeof call->content_type);
    } else if ((value = value_of(header, "User-Agent"))) {
        take_value(header, value, call->agent, sizeof call->agent);
    } else if ((value = value_of(header, "Content-Length"))) {
        take_value(header, value, length, 32);
    } else if ((value = value_of(header, "Authorization"))) {
        char words[KUBERNETES_WORD_SIZE + 8];
        take_value(header, value, words, sizeof words);
        bool bearer = strncmp(words, "Bearer ", 7) == 0;
        text_copy(call->token, sizeof call->token, bearer ? words + 7 : "?");
    }
}

/* The bytes of the first whole request, or 0. */
static size_t read_call(struct kubernetes_line *line, struct kubernetes_call *call) {
    const char *bytes = buffer_string(&line->in);
    const char *end = strstr(bytes, "\r\n\r\n");
    if (!end) return 0;
    size_t head = (size_t)(end - bytes) + 4;
    struct scan scan = scan_of((struct slice){.data = bytes, .length = head});
    struct slice header;
    char length[32] = "", target[2 * KUBERNETES_PATH_SIZE];
    struct text method = TEXT_IN(call->method), where = TEXT_IN(target);
    text_add_slice(&method, scan_until(&scan, ' '));
    text_add_slice(&where, scan_until(&scan, ' '));
    scan_line(&scan, &header);
    while (scan_line(&scan, &header)) take_header(call, header, length);
    call->body_length = strtoul(length, NULL, 10);
    call->body = bytes + head;
    ensure(kubernetes_call_set_target(call, target));
    return line->in.length >= head + call->body_length ? head + call->body_length : 0;
}

static void serve(struct kubernetes_line *line) {
    while (!line->busy && !line->closing && !line->watches) {
        struct kubernetes_call call = {0};
        size_t used = read_call(line, &call);
        if (used == 0) return;
        line->busy = true;
        line->lines->on_call(line->lines->owner, line, &call);
        buffer_consume(&line->in, used);
    }
}

static void on_bytes(void *owner, struct slice bytes) {
    struct kubernetes_line *line = owner;
    if (!buffer_add(&line->in, bytes.data, bytes.length)) {
        kubernetes_line_close(line);
        return;
    }
    serve(line);
}

static const struct stream_handlers handlers = {.on_bytes = on_bytes, .on_end = on_end};

void kubernetes_lines_add(struct kubernetes_lines *lines, struct stream *stream) {
    struct kubernetes_line *line = memory_new(sizeof *line);
    line->lines = lines;
    line->stream = stream;
    line->next = lines->first;
    lines->first = line;
    buffer_init(&line->in, REQUEST_MAX);
    buffer_init(&line->out, KUBERNETES_QUEUE_MAX);
    stream_attend(stream, &handlers, line);
}

void kubernetes_lines_clear(struct kubernetes_lines *lines) {
    struct kubernetes_line *line = lines->first;
    while (line) {
        struct kubernetes_line *next = line->next;
        free_line(line);
        line = next;
    }
}

static const char *reason_of(unsigned status) {
    switch (status) {
    case 200: return "OK";
    case 201: return "Created";
    case 401: return "Unauthorized";
    case 403: return "Forbidden";
    case 404: return "Not Found";
    case 409: return "Conflict";
    default: return "Answer";
    }
}

static void write_answer(
    struct kubernetes_line *line, const struct kubernetes_answer *answer) {
    char *json = cJSON_PrintUnformatted(answer->json);
    ensure(json);
    buffer_reset(&line->out);
    buffer_addf(
        &line->out,
        "HTTP/1.1 %u %s\r\nContent-Type: application/json\r\nContent-Length: "
        "%zu\r\n\r\n",
        answer->status, reason_of(answer->status), strlen(json));
    buffer_add_string(&line->out, json);
    cJSON_free(json);
}

void kubernetes_line_answer(
    struct kubernetes_line *line, const struct kubernetes_answer *answer) {
    write_answer(line, answer);
    stream_write(line->stream, buffer_slice(&line->out));
    line->busy = false;
}

void kubernetes_line_answer_half(
    struct kubernetes_line *line, const struct kubernetes_answer *answer) {
    write_answer(line, answer);
    struct slice half = buffer_slice(&line->out);
    half.length -= half.length / 3;
    stream_write(line->stream, half);
    stream_finish(line->stream);
}

static void on_later(void *owner, uint64_t now_ns) {
    (void)now_ns;
    struct kubernetes_line *line = owner;
    line->timer = NULL;
    stream_write(line->stream, buffer_slice(&line->out));
    line->busy = false;
    serve(line);
}

void kubernetes_line_answer_later(
    struct kubernetes_line *line, const struct kubernetes_answer *answer,
    uint64_t delay_ns) {
    write_answer(line, answer);
    line->timer = loop_after(line->lines->loop, delay_ns, on_later, line);
}

static void write_chunk(
    struct kubernetes_line *line, const char *type, const char *json) {
    struct buffer chunk;
    buffer_init(&chunk, KUBERNETES_QUEUE_MAX);
    size_t length = strlen(type) + strlen(json) + sizeof "{'type':'','object':}";
    buffer_addf(
        &chunk, "%zx\r\n{\"type\":\"%s\",\"object\":%s}\n\r\n", length, type, json);
    if (!stream_write(line->stream, buffer_slice(&chunk))) kubernetes_line_close(line);
    buffer_clear(&chunk);
}

static void end_watch(struct kubernetes_line *line) {
    stream_write(line->stream, slice_of("0\r\n\r\n"));
    line->watches = line->busy = false;
}

static void on_watch_over(void *owner, uint64_t now_ns) {
    (void)now_ns;
    struct kubernetes_line *line = owner;
    line->timer = NULL;
    end_watch(line);
    serve(line);
}

static void tell(struct kubernetes_line *line, struct kubernetes_store *store) {
    const struct kubernetes_event *event = store->events;
    for (; event && !line->closing; event = event->next) {
        if (kubernetes_watch_wants(&line->watch, event)) {
            write_chunk(line, event->type, event->object);
        }
    }
    line->watch.version = store->version;
}

void kubernetes_lines_tell(
    struct kubernetes_lines *lines, struct kubernetes_store *store) {
    for (struct kubernetes_line *line = lines->first; line; line = line->next) {
        if (line->watches && line->watch.version != store->version) tell(line, store);
    }
}

static void begin_with_all(
    struct kubernetes_line *line, struct kubernetes_store *store) {
    struct kubernetes_object *object = store->first;
    for (; object; object = object->next) {
        struct kubernetes_event event = {.version = UINT64_MAX, .kind = object->kind};
        text_copy(event.namespace, sizeof event.namespace, object->namespace);
        text_copy(event.name, sizeof event.name, object->name);
        event.object = cJSON_PrintUnformatted(object->json);
        if (kubernetes_watch_wants(&line->watch, &event)) {
            write_chunk(line, "ADDED", event.object);
        }
        cJSON_free(event.object);
    }
    line->watch.version = store->version;
}

void kubernetes_line_watch(
    struct kubernetes_line *line, const struct kubernetes_watch *watch,
    struct kubernetes_store *store) {
    static const char expired[] =
        "{\"kind\":\"Status\",\"apiVersion\":\"v1\",\"metadata\":{},\"status\":"
        "\"Failure\",\"message\":\"too old resource version\",\"reason\":\"Expired\","
        "\"code\":410}";
    line->watches = true;
    line->watch = *watch;
    stream_write(
        line->stream, slice_of("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
                               "Transfer-Encoding: chunked\r\n\r\n"));
    if (watch->version == 0) {
        begin_with_all(line, store);
    } else if (watch->version < store->compacted) {
        write_chunk(line, "ERROR", expired);
        end_watch(line);
        return;
    }
    tell(line, store);
    if (watch->timeout_s > 0) {
        line->timer = loop_after(
            line->lines->loop, watch->timeout_s * NS_PER_S, on_watch_over, line);
    }
}
