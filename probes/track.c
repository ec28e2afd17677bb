/* SPDX-License-Identifier: MIT */
#include "probes/track.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "base/units.h"
#include "core/heat_column.h"
#include "probes/error_table.h"
#include "probes/instance.h"
#include "probes/round.h"

_Static_assert(
    (int)ROUND_MEMBERS_MAX >= (int)TARGET_INSTANCES_MAX, "a round holds a track");

struct track_watch {
    struct probe_context *context; /* borrowed */
    enum track track;
    uint32_t count;
    struct instance *instances[TARGET_INSTANCES_MAX];
    struct places *places;       /* NULL without a DNS name */
    struct error_table departed; /* errors of instances that are no more */
    struct round health_round;
    struct round reading_round;
    struct versions_event told; /* as it was published last */
    bool has_told;
};

static void on_news(void *owner, struct instance *instance, enum instance_news news);
static void on_places(void *owner, const struct place *places, uint32_t count);

static const char *name_of(enum track track) {
    return track == TRACK_CANARY ? "canary" : "stable";
}

static void add_instance(
    struct track_watch *watch, const char *url, const char *address) {
    const struct instance_place place = {
        .track = watch->track, .url = url, .address = address};
    watch->instances[watch->count++] =
        instance_new(watch->context, &place, on_news, watch);
}

struct track_watch *track_watch_new(struct probe_context *context, enum track track) {
    const struct target_track *from = &context->target->tracks[track];
    if (from->url_count == 0 && !from->dns[0] && !from->pods.deployment[0]) return NULL;
    struct track_watch *watch = memory_new(sizeof *watch);
    watch->context = context;
    watch->track = track;
    for (uint32_t i = 0; i < from->url_count; i++) {
        add_instance(watch, from->urls[i], "");
    }
    if (from->dns[0]) watch->places = places_new(context, track, on_places, watch);
    return watch;
}

void track_watch_free(struct track_watch *watch) {
    if (!watch) return;
    places_free(watch->places);
    for (uint32_t i = 0; i < watch->count; i++) instance_free(watch->instances[i]);
    free(watch);
}

/* --- which instances there are --- */

static bool is_among(
    const struct instance *instance, const struct place *places, uint32_t count) {
    for (uint32_t i = 0; i < count; i++) {
        if (strcmp(places[i].address, instance->address) == 0) return true;
    }
    return false;
}

static bool is_known(const struct track_watch *watch, const struct place *place) {
    for (uint32_t i = 0; i < watch->count; i++) {
        if (strcmp(watch->instances[i]->address, place->address) == 0) return true;
    }
    return false;
}

static void add_errors(struct error_table *table, const struct instance *instance) {
    for (uint32_t row = 0; row < instance->error_count; row++) {
        error_table_add(table, &instance->errors[row]);
    }
}

static void drop_missing(
    struct track_watch *watch, const struct place *places, uint32_t count) {
    uint32_t kept = 0;
    for (uint32_t i = 0; i < watch->count; i++) {
        struct instance *instance = watch->instances[i];
        bool by_name = instance->address[0] != '\0';
        if (by_name && !is_among(instance, places, count)) {
            add_errors(&watch->departed, instance);
            instance_remove(instance);
        } else {
            watch->instances[kept++] = instance;
        }
    }
    watch->count = kept;
}

static void tell_versions(struct track_watch *watch);

void track_watch_follow(
    struct track_watch *watch, const struct place *places, uint32_t count) {
    const struct target_track *from = &watch->context->target->tracks[watch->track];
    char url[PLACE_URL_SIZE];
    drop_missing(watch, places, count);
    for (uint32_t i = 0; i < count && watch->count < TARGET_INSTANCES_MAX; i++) {
        if (is_known(watch, &places[i])) continue;
        add_instance(watch, place_url(&places[i], from, url), places[i].address);
    }
    watch->health_round = (struct round){0};
    watch->reading_round = (struct round){0};
    tell_versions(watch);
}

static void on_places(void *owner, const struct place *places, uint32_t count) {
    track_watch_follow(owner, places, count);
}

/* --- what they say --- */

/* "v1.5.0", or all of them while there are several. */
static void add_version(struct text *versions, const char *version) {
    if (!version[0]) return;
    const char *at = strstr(versions->data, version);
    size_t length = strlen(version);
    if (at && (at[length] == '\0' || at[length] == ' ')) return;
    text_addf(versions, "%s%s", versions->length > 0 ? " " : "", version);
}

static void note_changes(
    const struct track_watch *watch, const struct versions_event *now) {
    const char *name = name_of(watch->track);
    const struct versions_event *before = &watch->told;
    if (!watch->has_told) return;
    if (now->version[0] && before->version[0] &&
        strcmp(now->version, before->version) != 0) {
        probe_note(
            watch->context, NOTE_INFO, name, "now %s, was %s", now->version,
            before->version);
    }
    if (now->mixed && !before->mixed) {
        probe_note(
            watch->context, NOTE_WARN, name,
            "several processes answer behind one URL: no numbers until each is listed");
    }
}

static void tell_versions(struct track_watch *watch) {
    struct versions_event now = {
        .track = (uint8_t)watch->track, .instances = (uint16_t)watch->count};
    struct text versions = TEXT_IN(now.version);
    for (uint32_t i = 0; i < watch->count; i++) {
        const struct instance *instance = watch->instances[i];
        add_version(&versions, instance->version);
        if (instance->mixed_health || instance->mixed_reading) now.mixed = true;
    }
    bool same = watch->has_told && now.mixed == watch->told.mixed &&
                now.instances == watch->told.instances &&
                strcmp(now.version, watch->told.version) == 0;
    if (same) return;
    note_changes(watch, &now);
    watch->told = now;
    watch->has_told = true;
    struct event event = {.kind = EVENT_VERSIONS, .versions = now};
    probe_publish(watch->context, &event);
}

static void sum_health(struct track_watch *watch) {
    double worst = NAN;
    for (uint32_t i = 0; i < watch->count; i++) {
        worst = fmax(worst, (double)watch->instances[i]->health_ms); /* ignores NaN */
    }
    uint64_t step_ns = watch->context->target->poll_health_ns;
    struct event event;
    probe_values(&event, (uint8_t)watch->track, step_ns);
    probe_value(&event, METRIC_HEALTH, worst);
    probe_publish(watch->context, &event);
}

/* Without queues to look into, what the service says of its own is all there is. */
static void tell_own_queue(
    const struct track_watch *watch, const float values[METRIC_COUNT]) {
    static const enum metric metrics[] = {METRIC_QUEUE_WAITING, METRIC_WORKERS};
    const struct target *target = watch->context->target;
    if (target->queue_count > 0 || watch->track != TRACK_STABLE) return;
    struct event event;
    probe_values(&event, STATE_TRACK_NONE, target->poll_metrics_ns);
    for (size_t i = 0; i < sizeof metrics / sizeof *metrics; i++) {
        double value = (double)values[metrics[i]];
        if (!isnan(value)) probe_value(&event, metrics[i], value);
    }
    if (event.values.count > 0) probe_publish(watch->context, &event);
}

static void tell_heat(
    struct track_watch *watch, const struct reading *const *readings, uint32_t count) {
    struct buckets latest = {0};
    for (uint32_t i = 0; i < count; i++) {
        const struct reading *reading = readings[i];
        if (reading->mixed || reading->truncated) continue;
        buckets_merge(&latest, &reading->latest);
    }
    if (!(buckets_total(&latest) > 0)) return;
    struct event event;
    event_begin(&event, EVENT_HEAT);
    event.heat.track = (uint8_t)watch->track;
    heat_column(&latest, event.heat.counts);
    probe_publish(watch->context, &event);
}

static void sum_readings(struct track_watch *watch) {
    const struct reading *readings[TARGET_INSTANCES_MAX];
    uint32_t count = 0;
    for (uint32_t i = 0; i < watch->count; i++) {
        struct instance *instance = watch->instances[i];
        if (instance->has_reading) readings[count++] = &instance->reading;
    }
    float values[METRIC_COUNT];
    readings_sum(readings, count, values);

    uint64_t step_ns = watch->context->target->poll_metrics_ns;
    struct event event;
    probe_values(&event, (uint8_t)watch->track, step_ns);
    for (int i = 0; i < METRIC_COUNT; i++) {
        enum metric metric = (enum metric)i;
        if (metric_scope(metric) != METRIC_OF_TRACK || metric == METRIC_HEALTH) {
            continue;
        }
        probe_value(&event, metric, (double)values[metric]);
    }
    probe_publish(watch->context, &event);
    tell_own_queue(watch, values);
    tell_heat(watch, readings, count);
}

static void merge_errors(struct track_watch *watch) {
    struct error_table table = watch->departed;
    for (uint32_t i = 0; i < watch->count; i++) {
        add_errors(&table, watch->instances[i]);
    }
    error_table_sort(&table);
    struct event event;
    event_begin(&event, EVENT_ERRORS);
    event.errors.track = (uint8_t)watch->track;
    event.errors.count = table.count;
    memcpy(event.errors.rows, table.rows, sizeof event.errors.rows);
    probe_publish(watch->context, &event);
}

static uint32_t index_of(
    const struct track_watch *watch, const struct instance *instance) {
    uint32_t index = 0;
    while (watch->instances[index] != instance) index++;
    return index;
}

static void on_reading(struct track_watch *watch, struct instance *instance) {
    const struct reading *reading = &instance->reading;
    if (instance->has_reading && reading->restarted) {
        probe_note(
            watch->context, NOTE_WARN, "restart", "%s restarted", instance->name);
    }
    if (instance->has_reading && reading->version[0] && !instance->version_by_health) {
        text_copy_cut(instance->version, sizeof instance->version, reading->version);
    }
    round_hear(&watch->reading_round, index_of(watch, instance), instance->has_reading);
    if (round_complete(&watch->reading_round, watch->count)) sum_readings(watch);
}

static void on_health(struct track_watch *watch, struct instance *instance) {
    bool answered = !isnan(instance->health_ms);
    round_hear(&watch->health_round, index_of(watch, instance), answered);
    if (round_complete(&watch->health_round, watch->count)) sum_health(watch);
}

static void on_news(void *owner, struct instance *instance, enum instance_news news) {
    struct track_watch *watch = owner;
    switch (news) {
    case INSTANCE_HEALTH: on_health(watch, instance); break;
    case INSTANCE_READING: on_reading(watch, instance); break;
    case INSTANCE_ERRORS: merge_errors(watch); return;
    }
    tell_versions(watch);
}
