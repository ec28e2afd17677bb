/* Both tracks of the target. */
/* SPDX-License-Identifier: MIT */
#include <stdlib.h>

#include "base/memory.h"
#include "probes/probe.h"
#include "probes/track.h"

struct tracks {
    struct track_watch *watches[TRACK_COUNT];
};

static void *start(struct probe_context *context) {
    struct tracks *tracks = memory_new(sizeof *tracks);
    for (int i = 0; i < TRACK_COUNT; i++) {
        tracks->watches[i] = track_watch_new(context, (enum track)i);
    }
    return tracks;
}

static void stop(void *probe) {
    struct tracks *tracks = probe;
    for (int i = 0; i < TRACK_COUNT; i++) track_watch_free(tracks->watches[i]);
    free(tracks);
}

const struct probe_type tracks_probe = {"tracks", start, stop};
