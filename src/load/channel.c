/* SPDX-License-Identifier: MIT */
#include "load/channel.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/memory.h"
#include "base/panic.h"
#include "io/loop.h"

enum { READ_SIZE = 16 * 1024 };

struct channel {
    struct channel_handlers handlers;
    void *owner;
    int in, out; /* copies: those of the standard streams are left alone */
    struct loop_watch *reading, *writing;
    struct buffer came;
    uint8_t *message; /* the one that goes out; touched as far as it is long */
    size_t length, sent;
    bool is_gone; /* nobody takes what goes out */
};

static bool is_pipe(int descriptor) {
    struct stat info;
    return fstat(descriptor, &info) == 0 &&
           (S_ISFIFO(info.st_mode) || S_ISSOCK(info.st_mode));
}

static void end(struct channel *channel, const struct error *why) {
    loop_watch_set(channel->reading, 0);
    channel->handlers.on_end(channel->owner, why);
}

/* What is whole. A handler does not free the channel. */
static bool take_frames(struct channel *channel, struct error *why) {
    for (;;) {
        struct frame frame;
        const uint8_t *bytes = (const uint8_t *)channel->came.data;
        switch (frame_find(bytes, channel->came.length, &frame, why)) {
        case FRAME_INCOMPLETE: return true;
        case FRAME_BROKEN: return false;
        case FRAME_WHOLE: break;
        }
        channel->handlers.on_frame(channel->owner, &frame);
        buffer_consume(&channel->came, frame.used);
    }
}

static void on_readable(void *owner, unsigned ready) {
    (void)ready;
    struct channel *channel = owner;
    struct error why = {0};
    char bytes[READ_SIZE];
    ssize_t got = read(channel->in, bytes, sizeof bytes);
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (got <= 0) {
        error_set(&why, ERROR_LOST, "whoever started it is gone");
        end(channel, &why);
        return;
    }
    if (!buffer_add(&channel->came, bytes, (size_t)got)) {
        error_set(&why, ERROR_LIMIT, "a message that is too long");
        end(channel, &why);
    } else if (!take_frames(channel, &why)) {
        end(channel, &why);
    }
}

static void write_some(struct channel *channel) {
    while (channel->sent < channel->length) {
        ssize_t took = write(
            channel->out, channel->message + channel->sent,
            channel->length - channel->sent);
        if (took < 0 && errno == EINTR) continue;
        if (took < 0 && errno == EAGAIN) break;
        if (took < 0) {
            channel->is_gone = true;
            channel->sent = channel->length;
            break;
        }
        channel->sent += (size_t)took;
    }
    loop_watch_set(
        channel->writing, channel->sent < channel->length ? LOOP_WRITABLE : 0);
}

static void on_writable(void *owner, unsigned ready) {
    (void)ready;
    write_some(owner);
}

struct channel *channel_new(
    struct loop *loop, const int descriptors[2],
    const struct channel_handlers *handlers, void *owner, struct error *err) {
    for (int i = 0; i < 2; i++) {
        if (is_pipe(descriptors[i])) continue;
        error_set(err, ERROR_USAGE, "it is started by flightdeck load, over two pipes");
        return NULL;
    }
    struct channel *channel = memory_new(sizeof *channel);
    channel->handlers = *handlers;
    channel->owner = owner;
    buffer_init(&channel->came, FRAME_SIZE_MAX + READ_SIZE);
    channel->message = memory_new(FRAME_SIZE_MAX);
    int above = STDERR_FILENO + 1;
    channel->in = fcntl(descriptors[0], F_DUPFD_CLOEXEC, above);
    channel->out = fcntl(descriptors[1], F_DUPFD_CLOEXEC, above);
    ensure(channel->in >= above && channel->out >= above);
    channel->reading = loop_watch_new(loop, channel->in, on_readable, channel);
    channel->writing = loop_watch_new(loop, channel->out, on_writable, channel);
    loop_watch_set(channel->reading, LOOP_READABLE);
    return channel;
}

void channel_free(struct channel *channel) {
    if (!channel) return;
    loop_watch_free(channel->reading);
    loop_watch_free(channel->writing);
    close(channel->in);
    close(channel->out);
    buffer_clear(&channel->came);
    free(channel->message);
    free(channel);
}

bool channel_is_busy(const struct channel *channel) {
    return channel->sent < channel->length;
}

bool channel_send(struct channel *channel, enum load_message kind, const void *what) {
    ensure(!channel_is_busy(channel));
    if (channel->is_gone) return false;
    channel->length = load_message_encode(kind, what, channel->message, FRAME_SIZE_MAX);
    ensure(channel->length > 0);
    channel->sent = 0;
    write_some(channel);
    return !channel->is_gone;
}
