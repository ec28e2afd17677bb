/* Watching without a screen: one line per change on stdout, the result at the end. For
 * screen readers, logs and pipes. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdint.h>

#include "core/target.h"

struct watch_plain_options {
    const struct target *target; /* borrowed */
    const char *user;
    uint64_t limit_ns; /* 0: until a signal or the reader is gone */
};

/* Returns the exit code: what the last look said, or the signal that ended it. */
int watch_plain(const struct watch_plain_options *options);
