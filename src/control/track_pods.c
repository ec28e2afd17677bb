/* SPDX-License-Identifier: MIT */
#include "control/track_pods.h"

#include <stdlib.h>

#include "base/memory.h"
#include "base/units.h"

#define FRESH_NS (30 * NS_PER_S)

struct track_pods {
    const struct target *target;            /* borrowed */
    struct pod_watch *watches[TRACK_COUNT]; /* NULL for a track that is not of pods */
};

bool track_pods_are_in(const struct target *target) {
    for (int i = 0; i < TRACK_COUNT; i++) {
        if (target->tracks[i].pods.deployment[0]) return true;
    }
    return false;
}

struct track_pods *track_pods_new(const struct track_pods_options *options) {
    struct track_pods *pods = memory_new(sizeof *pods);
    pods->target = options->target;
    for (int i = 0; i < TRACK_COUNT; i++) {
        const struct target_track *track = &options->target->tracks[i];
        if (!track->pods.deployment[0] || !options->kubernetes) continue;
        const struct pod_watch_options watch = {
            .loop = options->loop,
            .kubernetes = options->kubernetes,
            .pods = &track->pods,
            .track = (enum track)i,
            .handlers = options->handlers,
            .owner = options->owner,
        };
        pods->watches[i] = pod_watch_new(&watch);
    }
    return pods;
}

void track_pods_free(struct track_pods *pods) {
    if (!pods) return;
    for (int i = 0; i < TRACK_COUNT; i++) pod_watch_free(pods->watches[i]);
    free(pods);
}

bool track_pods_are_known(
    const struct track_pods *pods, enum track track, uint64_t since_ns) {
    const struct pod_watch *watch = pods->watches[track];
    return !watch || pod_watch_is_whole(watch, since_ns);
}

bool track_pods_are_fresh(
    const struct track_pods *pods, enum track track, uint64_t now_ns) {
    uint64_t since_ns = now_ns > FRESH_NS ? now_ns - FRESH_NS : 0;
    return track_pods_are_known(pods, track, since_ns);
}

/* Behind a DNS name any of them answers. Where there is none at all, the smoke test
 * will say so of the first. */
const char *track_pods_url(
    const struct track_pods *pods, enum track track, uint32_t at,
    char to[PLACE_URL_SIZE]) {
    const struct target_track *from = &pods->target->tracks[track];
    if (pods->watches[track]) {
        const struct place *place = pod_watch_place(pods->watches[track], at);
        if (place) return place_url(place, from, to);
    }
    if (at < from->url_count) return from->urls[at];
    return at == 0 ? from->dns : NULL;
}
