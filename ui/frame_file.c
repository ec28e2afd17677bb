/* SPDX-License-Identifier: MIT */
#include "ui/frame_file.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/panic.h"

enum { CHUNK_SIZE = 16 * 1024 };

void frame_file_init(struct frame_file *frame) {
    frame->fd = -1;
}

void frame_file_clear(struct frame_file *frame) {
    if (frame->fd >= 0) close(frame->fd);
    frame->fd = -1;
}

bool frame_file_capture(struct frame_file *frame, int descriptor, struct error *err) {
    frame->fd = memfd_create("frame", MFD_CLOEXEC);
    /* They share one position: where the next byte goes is where the frame ends. */
    if (frame->fd < 0 || dup2(frame->fd, descriptor) < 0) {
        return error_set(
            err, ERROR_SYSTEM, "memory for frames: %s", strerrordesc_np(errno));
    }
    return true;
}

bool frame_file_is_empty(const struct frame_file *frame) {
    return lseek(frame->fd, 0, SEEK_CUR) <= 0;
}

void frame_file_move(struct frame_file *frame, struct outlet *outlet) {
    char bytes[CHUNK_SIZE];
    off_t end = lseek(frame->fd, 0, SEEK_CUR);
    /* Behind the end are the bytes of an earlier, longer frame. */
    for (off_t at = 0; at < end;) {
        size_t left = (size_t)(end - at);
        ssize_t got =
            pread(frame->fd, bytes, left < sizeof bytes ? left : sizeof bytes, at);
        ensure(got > 0);
        outlet_add(outlet, bytes, (size_t)got);
        at += got;
    }
    frame_file_drop(frame);
}

void frame_file_drop(struct frame_file *frame) {
    lseek(frame->fd, 0, SEEK_SET);
}
