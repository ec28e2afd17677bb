/* One line of the timeline. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdint.h>

enum note_level { NOTE_INFO, NOTE_OK, NOTE_WARN, NOTE_BAD };

struct note {
    int64_t wall_ms;
    uint64_t at_ns;
    uint8_t level;   /* enum note_level */
    char source[16]; /* "smoke", "redis", "arm" */
    char words[112];
};
