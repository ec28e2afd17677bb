/* Whether programs run as they are: no sanitizer and no valgrind, whose memory and work
 * are not theirs. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

static inline bool test_is_plain(void) {
#if defined(__SANITIZE_ADDRESS__)
    return false;
#else
    const char *preloaded = getenv("LD_PRELOAD"); /* NOLINT(concurrency-mt-unsafe) */
    return !preloaded || !strstr(preloaded, "vgpreload");
#endif
}
