/* Every event of a session in append-only files: what scrubbing and replay read. Losing
 * them costs a picture, so they are never synced and never waited for. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "core/event.h"
#include "core/state.h"

enum {
    RECORDING_SEGMENT_MAX = 64 * 1024 * 1024, /* bytes; then a new segment starts */
    RECORDING_SEGMENTS_MAX = 4,               /* the oldest one is removed */
    RECORDING_BATCH_MAX = 64 * 1024,          /* bytes that wait to be written */
    RECORDING_KEYFRAMES_MAX = 8192,           /* that can be found again */
    RECORDING_KEPT_MAX = 20,                  /* recordings of earlier sessions */
};

#define RECORDING_KEYFRAME_NS UINT64_C(30000000000)
#define RECORDING_FLUSH_NS    UINT64_C(1000000000) /* the most that a crash loses */

struct recording;

/* Writes below `folder` under the name of the run;
 * without a folder (NULL), or when it cannot be written,
 * into a file that nobody else sees and that ends with the program. */
struct recording *recording_new(const char *folder, const uint8_t run[EVENT_ID_SIZE]);

/* The recording of an earlier session, to be read: first through recording_next(),
 * which is also how its keyframes are found. NULL with `err` set when there is none. */
struct recording *recording_open(
    const char *folder, const uint8_t run[EVENT_ID_SIZE], struct error *err);
void recording_free(struct recording *recording);

/* The next event of an opened recording, in the order of recording_add(). Pointers in
 * it are borrowed until the next call. False at the end. */
bool recording_next(struct recording *recording, struct event *event);

/* Places of an opened recording that were damaged and left out so far. */
uint32_t recording_gaps(const struct recording *recording);

/* Appends one event. `state` is the state after it, kept as a keyframe every 30 s. */
void recording_add(
    struct recording *recording, const struct event *event, const struct state *state);

/* Writes what still waits, as time and amount do by themselves. */
void recording_flush(struct recording *recording);

/* The state as it was at `at_ns`. False, and a state that means nothing, when that lies
 * before the recording or where it is damaged. */
bool recording_state_at(
    struct recording *recording, uint64_t at_ns, struct state *state);

/* Whether it is on disk under a name, and why not. */
bool recording_is_kept(const struct recording *recording, struct error *why);

/* The path of the first segment; "" when it is not kept. */
const char *recording_path(const struct recording *recording);
