/* The pods of a controller's tracks, where they come from a cluster: whoever asks the
 * instances follows them. */
/* SPDX-License-Identifier: MIT */
#include "base/units.h"
#include "control/controller_cluster.h"
#include "io/loop.h"

/* What was true so long ago lets nothing be promoted. */
#define FRESH_NS (30 * NS_PER_S)

static void on_pods(
    void *owner, enum track track, const struct place *places, uint32_t count) {
    struct controller *controller = owner;
    instances_follow(controller->instances, track, places, count);
    traffic_follow(controller->traffic, track, places, count);
}

static void on_trouble(void *owner, enum track track, const char *words) {
    struct controller *controller = owner;
    instances_miss(controller->instances, track, words);
    controller_note(controller, *words ? words : "the pods are listed again");
}

void controller_open_pods(struct controller *controller) {
    static const struct pod_watch_handlers handlers = {on_pods, on_trouble};
    for (int i = 0; i < TRACK_COUNT; i++) {
        const struct target_track *track = &controller->launch->target.tracks[i];
        if (!track->pods.deployment[0] || !controller->kubernetes) continue;
        const struct pod_watch_options options = {
            .loop = controller->loop,
            .kubernetes = controller->kubernetes,
            .pods = &track->pods,
            .track = (enum track)i,
            .handlers = &handlers,
            .owner = controller,
        };
        controller->pods[i] = pod_watch_new(&options);
    }
}

void controller_close_pods(struct controller *controller) {
    for (int i = 0; i < TRACK_COUNT; i++) pod_watch_free(controller->pods[i]);
}

bool controller_knows_pods(
    const struct controller *controller, enum track track, uint64_t since_ns) {
    const struct pod_watch *pods = controller->pods[track];
    return !pods || pod_watch_is_whole(pods, since_ns);
}

bool controller_pods_are_fresh(
    const struct controller *controller, enum track track, uint64_t now_ns) {
    uint64_t since_ns = now_ns > FRESH_NS ? now_ns - FRESH_NS : 0;
    return controller_knows_pods(controller, track, since_ns);
}

/* Behind a DNS name any of them answers. Where there is none at all, the smoke test will
 * say so of the first. */
const char *controller_canary_url(
    const struct controller *controller, uint32_t at, char to[PLACE_URL_SIZE]) {
    const struct target_track *canary =
        &controller->launch->target.tracks[TRACK_CANARY];
    const struct pod_watch *pods = controller->pods[TRACK_CANARY];
    if (pods) {
        const struct place *place = pod_watch_place(pods, at);
        if (place) return place_url(place, canary, to);
    }
    if (at < canary->url_count) return canary->urls[at];
    return at == 0 ? canary->dns : NULL;
}
