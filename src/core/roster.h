/* Who of both tracks is there: each instance as it
 * was heard of last, and how steadily it answers. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdint.h>

#include "core/crash_loop.h"
#include "core/instances_sight.h"
#include "core/metric.h"
#include "core/part.h"
#include "core/target.h"

enum { ROSTER_MAX = 2 * TARGET_INSTANCES_MAX };

/* One process, as its health path shows it. */
struct roster_entry {
    struct part part;
    struct crash_loop falls; /* when it stopped answering */
    uint64_t ready_ns;       /* since when it is ready again; 0: it always was */
};

/* All zero is one of nobody. */
struct roster {
    unsigned count;
    struct roster_entry entries[ROSTER_MAX];
};

/* An instance was asked; parts of another kind are none. */
void roster_take(struct roster *roster, const struct part *part, uint64_t now_ns);

/* `version`: that they should say they are; NULL for any. */
struct instances_sight roster_look(
    const struct roster *roster, enum track track, const char *version,
    uint64_t now_ns);

/* What all of a track that are ready say that they are;
 * "" when they differ or say nothing. */
void roster_version(
    const struct roster *roster, enum track track, char to[STATE_VERSION_SIZE]);
