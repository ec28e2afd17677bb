/* A program that is run once: with a deadline,
 * and its output, bounded. No shell reads its words. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdint.h>

#include "base/error.h"
#include "base/scan.h"

struct capture;
struct loop;

enum {
    CAPTURE_OUTPUT_MAX = 4096, /* what is more is read and forgotten */
    CAPTURE_ERRORS_MAX = 1024, /* the end is kept: it says why */
};

struct capture_result {
    struct error error;  /* ERROR_NONE when it ended by itself; why not, else */
    int code;            /* of its exit, when it did */
    struct slice output; /* stdout; borrowed for the callback */
    struct slice errors; /* the end of stderr; the same */
};

typedef void (*capture_done_fn)(void *owner, const struct capture_result *result);

/* The last line that has words: of stderr, or of stdout when that has none. */
struct slice capture_last_line(const struct capture_result *result);

/* `args` end in NULL. It and all it has started are a group of their own, which is
 * killed at the deadline. `on_done` runs exactly once unless it is freed first, never
 * inside this call; the capture is gone then. */
struct capture *capture_start(
    struct loop *loop, const char *const *args, uint64_t timeout_ns,
    capture_done_fn on_done, void *owner);

/* Kills the group, without a callback. NULL is fine. */
void capture_free(struct capture *capture);
