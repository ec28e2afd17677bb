/* SPDX-License-Identifier: MIT */
#include "control/instances.h"

#include <stdlib.h>

#include "base/memory.h"
#include "base/text.h"
#include "core/event.h"
#include "core/roster.h"
#include "io/http.h"
#include "io/loop.h"
#include "probes/probe.h"
#include "probes/track.h"

struct instances {
    struct target target; /* what is asked of it: the health alone */
    struct probe_context context;
    struct track_watch *tracks[TRACK_COUNT];      /* NULL for one that is nowhere */
    char missed[TRACK_COUNT][ROLLOUT_WORDS_SIZE]; /* why its pods are not known */
    struct roster roster;
};

static void on_event(void *owner, struct event *event) {
    struct instances *instances = owner;
    if (event->kind != EVENT_PART) return;
    roster_take(&instances->roster, &event->part, loop_clock_ns());
}

/* Only how they are: numbers come from elsewhere. */
static void ask_for_health_alone(struct target *target) {
    target->paths.ready[0] = '\0';
    target->paths.metrics[0] = '\0';
    target->paths.errors[0] = '\0';
}

struct instances *instances_new(struct loop *loop, const struct target *target) {
    struct instances *instances = memory_new(sizeof *instances);
    instances->target = *target;
    ask_for_health_alone(&instances->target);
    instances->context = (struct probe_context){
        .loop = loop,
        .target = &instances->target,
        .http = http_new(loop, HTTP_READ_ONLY),
        .started_ns = loop_clock_ns(),
        .publish = on_event,
        .owner = instances,
    };
    uint64_t seed;
    loop_random(&seed, sizeof seed);
    random_seed(&instances->context.random, seed);
    for (int i = 0; i < TRACK_COUNT; i++) {
        instances->tracks[i] = track_watch_new(&instances->context, (enum track)i);
    }
    return instances;
}

void instances_free(struct instances *instances) {
    if (!instances) return;
    for (int i = 0; i < TRACK_COUNT; i++) track_watch_free(instances->tracks[i]);
    http_free(instances->context.http);
    free(instances);
}

void instances_follow(
    struct instances *instances, enum track track, const struct place *places,
    uint32_t count) {
    track_watch_follow(instances->tracks[track], places, count);
}

void instances_miss(struct instances *instances, enum track track, const char *words) {
    text_copy_cut(instances->missed[track], sizeof instances->missed[track], words);
}

struct instances_sight instances_look(
    const struct instances *instances, enum track track, const char *version,
    uint64_t now_ns) {
    struct instances_sight sight =
        roster_look(&instances->roster, track, version, now_ns);
    const char *missed = instances->missed[track];
    if (sight.count == 0 && *missed) {
        text_copy_cut(sight.words, sizeof sight.words, missed);
    }
    return sight;
}

void instances_version(
    const struct instances *instances, enum track track, char to[STATE_VERSION_SIZE]) {
    roster_version(&instances->roster, track, to);
}
