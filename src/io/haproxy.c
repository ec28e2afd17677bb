/* SPDX-License-Identifier: MIT */
#include "io/haproxy.h"

#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "base/memory.h"
#include "base/text.h"
#include "io/loop.h"
#include "io/stream.h"

struct item {
    struct item *next;
    struct haproxy *haproxy; /* borrowed */
    char command[HAPROXY_COMMAND_SIZE];
    struct loop_timer *deadline;
    uint64_t timeout_ns;
    struct error refusal;    /* ERROR_NONE, or why it is never sent */
    haproxy_done_fn on_done; /* NULL once cancelled */
    void *owner;
};

struct haproxy {
    struct loop *loop; /* borrowed */
    char *path;        /* owned */
    enum haproxy_authority authority;
    struct item *first; /* item.next; in order */
    size_t count;
    struct item *running; /* the one that `stream` serves; also in the list */
    struct stream *stream;
    struct buffer reply;
};

static void start_next(struct haproxy *haproxy);

static void remove_item(struct haproxy *haproxy, struct item *item) {
    struct item **place = &haproxy->first;
    while (*place != item) place = &(*place)->next;
    *place = item->next;
    haproxy->count--;
}

static void hang_up(struct haproxy *haproxy) {
    stream_free(haproxy->stream);
    haproxy->stream = NULL;
    haproxy->running = NULL;
}

static void free_item(struct item *item) {
    loop_timer_free(item->deadline);
    free(item);
}

/* Starts the next one first: the callback may free all of it. */
static void finish(struct item *item, const struct error *error) {
    struct haproxy *haproxy = item->haproxy;
    struct haproxy_result result = {.error = *error};
    struct buffer reply;
    buffer_init(&reply, HAPROXY_REPLY_MAX);
    if (item == haproxy->running) {
        reply = haproxy->reply;
        buffer_init(&haproxy->reply, HAPROXY_REPLY_MAX);
        hang_up(haproxy);
    }
    if (error->code == ERROR_NONE) result.reply = buffer_slice(&reply);
    remove_item(haproxy, item);
    start_next(haproxy);

    if (item->on_done) item->on_done(item->owner, &result);
    free_item(item);
    buffer_clear(&reply);
}

static void on_open(void *owner) {
    struct haproxy *haproxy = owner;
    const char *command = haproxy->running->command;
    stream_write(haproxy->stream, slice_of(command));
}

static void on_bytes(void *owner, struct slice bytes) {
    struct haproxy *haproxy = owner;
    if (buffer_add(&haproxy->reply, bytes.data, bytes.length)) return;
    struct error why;
    error_set(&why, ERROR_LIMIT, "HAProxy sent too long a reply");
    finish(haproxy->running, &why);
}

/* HAProxy ends every reply with an empty line and then closes. */
static bool is_whole(struct slice reply) {
    if (reply.length == 0 || reply.data[reply.length - 1] != '\n') return false;
    return reply.length == 1 || reply.data[reply.length - 2] == '\n';
}

static void on_end(void *owner, const struct error *why) {
    struct haproxy *haproxy = owner;
    struct error error = *why;
    if (why->code == ERROR_LOST && is_whole(buffer_slice(&haproxy->reply))) {
        error = (struct error){.code = ERROR_NONE};
    }
    finish(haproxy->running, &error);
}

static const struct stream_handlers handlers = {
    .on_open = on_open, .on_bytes = on_bytes, .on_end = on_end};

static void start_next(struct haproxy *haproxy) {
    if (haproxy->running) return;
    struct item *item = haproxy->first;
    while (item && item->refusal.code != ERROR_NONE) item = item->next;
    if (!item) return;
    const struct stream_options options = {
        .path = haproxy->path, .timeout_ns = item->timeout_ns, .ends = true};
    haproxy->running = item;
    haproxy->stream = stream_connect(haproxy->loop, &options, &handlers, haproxy);
}

static void on_deadline(void *owner, uint64_t now_ns) {
    (void)now_ns;
    struct item *item = owner;
    item->deadline = NULL;
    struct error why = item->refusal;
    if (why.code == ERROR_NONE) {
        error_set(&why, ERROR_TIMEOUT, "HAProxy: no answer in time");
    }
    finish(item, &why);
}

/* Printable ASCII alone; a reader may neither join commands nor append a payload. */
static bool is_allowed(enum haproxy_authority authority, const char *command) {
    static const char show[] = "show ";
    for (const char *c = command; *c; c++) {
        if (*c < ' ' || *c > '~') return false;
    }
    if (authority == HAPROXY_MAY_ACT) return true;
    return strncmp(command, show, sizeof show - 1) == 0 && !strchr(command, ';') &&
           !strstr(command, "<<");
}

static bool check(
    const struct haproxy *haproxy, const char *command, struct error *err) {
    if (!is_allowed(haproxy->authority, command)) {
        return error_set(err, ERROR_FORBIDDEN, "not a command that may be sent");
    }
    if (haproxy->count > HAPROXY_PENDING_MAX) {
        return error_set(err, ERROR_LIMIT, "too many HAProxy commands wait");
    }
    if (strlen(command) + 2 > HAPROXY_COMMAND_SIZE) {
        return error_set(err, ERROR_LIMIT, "the HAProxy command is too long");
    }
    return true;
}

void haproxy_command(
    struct haproxy *haproxy, const char *command, uint64_t timeout_ns,
    haproxy_done_fn on_done, void *owner) {
    struct item *item = memory_new(sizeof *item);
    item->haproxy = haproxy;
    item->timeout_ns = timeout_ns;
    item->on_done = on_done;
    item->owner = owner;

    struct item **end = &haproxy->first;
    while (*end) end = &(*end)->next;
    *end = item;
    haproxy->count++;
    if (check(haproxy, command, &item->refusal)) {
        struct text line = TEXT_IN(item->command);
        text_addf(&line, "%s\n", command);
        item->deadline = loop_after(haproxy->loop, timeout_ns, on_deadline, item);
    } else {
        item->deadline = loop_after(haproxy->loop, 0, on_deadline, item);
    }
    start_next(haproxy);
}

void haproxy_cancel_all(struct haproxy *haproxy, const void *owner) {
    for (struct item *item = haproxy->first; item; item = item->next) {
        if (item->owner == owner) item->on_done = NULL;
    }
}

struct haproxy *haproxy_new(
    struct loop *loop, const char *path, enum haproxy_authority authority) {
    struct haproxy *haproxy = memory_new(sizeof *haproxy);
    haproxy->loop = loop;
    haproxy->path = memory_copy_string(path);
    haproxy->authority = authority;
    buffer_init(&haproxy->reply, HAPROXY_REPLY_MAX);
    return haproxy;
}

void haproxy_free(struct haproxy *haproxy) {
    if (!haproxy) return;
    hang_up(haproxy);
    while (haproxy->first) {
        struct item *item = haproxy->first;
        haproxy->first = item->next;
        free_item(item);
    }
    buffer_clear(&haproxy->reply);
    free(haproxy->path);
    free(haproxy);
}
