/* What has happened reaches everybody: on the socket,
 * and where watchers elsewhere look. */
/* SPDX-License-Identifier: MIT */
#include "base/discreet_text.h"
#include "control/controller_cluster.h"
#include "io/loop.h"

void controller_note(struct controller *controller, const char *words) {
    char said[ROLLOUT_WORDS_SIZE];
    discreet_text_copy(
        controller->handler.redactor, said, sizeof said, slice_of(words));
    front_note(controller->front, said);
}

/* What cannot be published holds nothing up: whoever is there hears of it. */
static void on_trouble(void *owner, const char *words) {
    struct controller *controller = owner;
    controller_note(controller, words);
}

void controller_open_publisher(struct controller *controller) {
    const struct publisher_options options = {
        .loop = controller->loop,
        .target = &controller->launch->target,
        .kubernetes = controller->kubernetes,
        .on_trouble = on_trouble,
        .owner = controller,
    };
    controller->publisher = publisher_new(&options);
}

static void on_publish(void *owner, uint64_t at_ns) {
    struct controller *controller = owner;
    static struct rollout_status status; /* large */
    (void)at_ns;
    controller->news = NULL;
    controller_tell(controller, &status, loop_clock_ns());
    front_publish(controller->front, &status);
    publisher_publish(
        controller->publisher, &status, front_newest(controller->front),
        controller_cluster_epoch(controller));
}

void controller_publish_soon(struct controller *controller) {
    if (controller->news || !controller->front) return;
    controller->news = loop_soon(controller->loop, on_publish, controller);
}
