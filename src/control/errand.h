/* A program that is sent off with a deadline, and whose exit code is the answer. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdint.h>

#include "base/error.h"

struct errand;
struct loop;

struct errand_options {
    const char *const *args; /* NULL at the end; no shell reads them */
    uint64_t timeout_ns;     /* then it is ended */
};

/* `code` is the exit code; -1 when it was killed, ran too long or never ran, and `why`
 * says which. The errand is gone when this runs. */
typedef void (*errand_done_fn)(void *owner, int code, const char *why);

/* `on_done` runs once, not inside this call. */
struct errand *errand_start(
    struct loop *loop, const struct errand_options *options, errand_done_fn on_done,
    void *owner);

/* Ends it, without a callback. NULL is fine. */
void errand_free(struct errand *errand);
