/* Remembers how a rollout stood, to say in words
 * when it goes on, is held or comes to an end. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>

#include "core/note.h"
#include "core/rollout_status.h"

/* All zero: none was seen. */
struct rollout_log {
    char id[ULID_STRING_SIZE];
    uint8_t phase, hold;
    uint16_t step;
};

/* Takes what its controller publishes. True when it is worth a line of the timeline;
 * its times are the caller's. One that had ended when it was first seen is not told. */
bool rollout_log_take(
    struct rollout_log *log, const struct rollout_status *news, struct note *note);
