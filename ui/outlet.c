/* SPDX-License-Identifier: MIT */
#include "ui/outlet.h"

#include <errno.h>
#include <unistd.h>

#include "base/panic.h"

void outlet_init(struct outlet *outlet, int fd) {
    *outlet = (struct outlet){.fd = fd};
    buffer_init(&outlet->pending, OUTLET_BYTES_MAX);
}

void outlet_clear(struct outlet *outlet) {
    buffer_clear(&outlet->pending);
    outlet->sent = 0;
}

bool outlet_waits(const struct outlet *outlet) {
    return !outlet->broken && outlet->sent < outlet->pending.length;
}

void outlet_add(struct outlet *outlet, const void *bytes, size_t length) {
    bool added = buffer_add(&outlet->pending, bytes, length);
    ensure(added); /* frames are bounded by the largest canvas */
}

static void note_progress(struct outlet *outlet, size_t bytes, uint64_t now_ns) {
    outlet->sent += bytes;
    outlet->bytes_ever += bytes;
    outlet->moved_ns = now_ns;
    outlet->stalled = false;
    if (outlet->sent < outlet->pending.length) return;
    buffer_reset(&outlet->pending);
    outlet->sent = 0;
}

void outlet_write(struct outlet *outlet, uint64_t now_ns) {
    if (!outlet_waits(outlet)) return;
    if (outlet->sent == 0) outlet->moved_ns = now_ns;
    ssize_t some;
    do {
        some = write(
            outlet->fd, outlet->pending.data + outlet->sent,
            outlet->pending.length - outlet->sent);
    } while (some < 0 && errno == EINTR);
    if (some > 0) {
        note_progress(outlet, (size_t)some, now_ns);
    } else if (some < 0 && errno != EAGAIN) {
        outlet->broken = true;
    } else if (now_ns - outlet->moved_ns >= OUTLET_STALL_NS) {
        outlet->stalled = true;
    }
}
