/* SPDX-License-Identifier: MIT */
#include "control/instances.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "base/units.h"
#include "core/crash_loop.h"
#include "core/event.h"
#include "io/http.h"
#include "io/loop.h"
#include "probes/probe.h"
#include "probes/track.h"

enum { INSTANCES_MAX = 2 * TARGET_INSTANCES_MAX, FAILURES_GONE = 3 };

/* Longer than the other track needs to be heard of after what has hit both. */
#define STEADY_NS (5 * NS_PER_S)

/* One process, as its health path shows it. */
struct instance_entry {
    struct part part;
    struct crash_loop falls; /* when it stopped answering */
    uint64_t ready_ns;       /* since when it is ready again; 0: it always was */
};

struct instances {
    struct target target; /* what is asked of it: the health alone */
    struct probe_context context;
    struct track_watch *tracks[TRACK_COUNT];      /* NULL for one that is nowhere */
    char missed[TRACK_COUNT][ROLLOUT_WORDS_SIZE]; /* why its pods are not known */
    unsigned count;
    struct instance_entry entries[INSTANCES_MAX];
};

static bool is_ready(const struct part *part) {
    return part->status == PART_OK || part->status == PART_DEGRADED;
}

static struct instance_entry *find(
    struct instances *instances, const struct part *part) {
    for (unsigned i = 0; i < instances->count; i++) {
        struct instance_entry *entry = &instances->entries[i];
        if (strcmp(entry->part.name, part->name) == 0) return entry;
    }
    if (part->gone || instances->count == INSTANCES_MAX) return NULL;
    struct instance_entry *entry = &instances->entries[instances->count++];
    *entry = (struct instance_entry){.part = *part};
    return entry;
}

static void take(struct instances *instances, const struct part *part) {
    struct instance_entry *entry = find(instances, part);
    if (!entry) return;
    if (part->gone) {
        *entry = instances->entries[--instances->count];
        return;
    }
    if (is_ready(&entry->part) && !is_ready(part)) {
        crash_loop_add(&entry->falls, loop_clock_ns());
    }
    if (!is_ready(&entry->part) && is_ready(part)) entry->ready_ns = loop_clock_ns();
    entry->part = *part;
}

static void on_event(void *owner, struct event *event) {
    struct instances *instances = owner;
    if (event->kind == EVENT_PART && event->part.kind == PART_HEALTH) {
        take(instances, &event->part);
    }
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

static void keep_older(struct instances_sight *sight, uint64_t answered_ns) {
    bool is_older = sight->ready == 0 || answered_ns < sight->answered_ns;
    if (is_older) sight->answered_ns = answered_ns;
}

/* What is amiss with one. */
static void explain(struct text *text, const struct part *part, bool crashing) {
    text_addf(text, "%s: ", part->name);
    if (crashing) {
        text_add(text, "crash loop, it comes and goes again and again");
    } else if (!is_ready(part)) {
        text_add(text, part->detail[0] ? part->detail : "does not answer yet");
    } else {
        text_addf(
            text, "says that it is %s",
            part->version[0] ? part->version : "of no version");
    }
}

static void add(
    struct instances_sight *sight, const struct instance_entry *entry,
    const char *version, uint64_t now_ns) {
    const struct part *part = &entry->part;
    bool ready = is_ready(part);
    bool renewed = ready && strcmp(part->version, version) == 0;
    bool crashing = crash_loop_is_on(&entry->falls, now_ns);
    if (ready) keep_older(sight, part->answered_ns);
    sight->count++;
    sight->ready += ready;
    sight->renewed += renewed;
    sight->steady = sight->steady || (ready && now_ns - entry->ready_ns >= STEADY_NS);
    sight->crashing = sight->crashing || crashing;
    sight->gone = sight->gone && !ready && part->failures >= FAILURES_GONE;
    if (sight->words[0] || (renewed && !crashing)) return;
    struct text text = TEXT_IN(sight->words);
    explain(&text, part, crashing);
}

struct instances_sight instances_look(
    const struct instances *instances, enum track track, const char *version,
    uint64_t now_ns) {
    struct instances_sight sight = {.gone = true};
    for (unsigned i = 0; i < instances->count; i++) {
        const struct instance_entry *entry = &instances->entries[i];
        if (entry->part.track == track) add(&sight, entry, version, now_ns);
    }
    if (sight.count == 0) {
        sight.gone = false;
        const char *missed = instances->missed[track];
        text_copy_cut(
            sight.words, sizeof sight.words,
            *missed ? missed : "no instance has answered yet");
    }
    return sight;
}

void instances_version(
    const struct instances *instances, enum track track, char to[STATE_VERSION_SIZE]) {
    bool has_one = false;
    to[0] = '\0';
    for (unsigned i = 0; i < instances->count; i++) {
        const struct part *part = &instances->entries[i].part;
        if (part->track != track || !is_ready(part)) continue;
        if (has_one && strcmp(to, part->version) != 0) {
            to[0] = '\0';
            return;
        }
        has_one = true;
        text_copy_cut(to, STATE_VERSION_SIZE, part->version);
    }
}
