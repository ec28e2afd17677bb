/* The pods of a controller's tracks: whoever asks the instances follows them. */
/* SPDX-License-Identifier: MIT */
#include "control/controller_cluster.h"

static void on_pods(
    void *owner, enum track track, const struct place *places, uint32_t count) {
    struct controller *controller = owner;
    instances_follow(controller->instances, track, places, count);
    traffic_follow(controller->traffic, track, places, count);
}

static void on_trouble(void *owner, enum track track, const struct error *why) {
    struct controller *controller = owner;
    instances_miss(controller->instances, track, why ? why->message : "");
    controller_note(controller, why ? why->message : "the pods are listed again");
}

void controller_open_pods(struct controller *controller) {
    static const struct pod_watch_handlers handlers = {on_pods, on_trouble};
    const struct track_pods_options options = {
        .loop = controller->loop,
        .kubernetes = controller->kubernetes,
        .target = &controller->launch->target,
        .handlers = &handlers,
        .owner = controller,
    };
    controller->pods = track_pods_new(&options);
}
