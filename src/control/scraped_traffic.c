/* SPDX-License-Identifier: MIT */
#include "control/scraped_traffic.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/panic.h"
#include "base/text.h"
#include "base/units.h"
#include "control/prometheus_source.h"
#include "io/http.h"
#include "io/loop.h"
#include "probes/instance.h"
#include "probes/places.h"
#include "probes/probe.h"

/* An instance, and its place among those that count. */
struct entry {
    struct instance *instance;
    struct block_member *member;
};

struct side {
    uint32_t count;
    struct entry entries[TARGET_INSTANCES_MAX];
    struct places *places;                /* NULL without a DNS name */
    struct prometheus_source *prometheus; /* NULL: its instances are scraped */
};

struct scraped_traffic {
    struct loop *loop;    /* borrowed */
    struct target target; /* what is asked of it: the metrics alone */
    struct probe_context context;
    struct side sides[TRACK_COUNT];
    struct block_maker maker;
    scraped_block_fn on_block;
    void *owner;
};

static void on_news(void *owner, struct instance *instance, enum instance_news news);

/* The numbers come over readings: nobody looks at the parts. */
static void on_event(void *owner, struct event *event) {
    (void)owner;
    (void)event;
}

/* Which instances there are */

static enum arm arm_of(enum track track) {
    return track == TRACK_CANARY ? ARM_CANARY : ARM_STABLE;
}

static void add_entry(
    struct scraped_traffic *scraped, enum track track, const char *url,
    const char *address) {
    struct side *side = &scraped->sides[track];
    const struct instance_place place = {
        .track = track, .url = url, .address = address};
    if (side->count == TARGET_INSTANCES_MAX) return;
    struct entry *entry = &side->entries[side->count++];
    entry->instance = instance_new(&scraped->context, &place, on_news, scraped);
    entry->member =
        block_maker_join(&scraped->maker, arm_of(track), entry->instance->name);
    ensure(entry->member); /* there is room for as many */
}

static bool is_at(const struct entry *entry, const struct place *place) {
    return strcmp(entry->instance->address, place->address) == 0;
}

static void drop_missing(
    struct side *side, const struct place *places, uint32_t count) {
    uint32_t kept = 0;
    for (uint32_t i = 0; i < side->count; i++) {
        struct entry *entry = &side->entries[i];
        bool is_there = entry->instance->address[0] == '\0';
        for (uint32_t j = 0; j < count && !is_there; j++) {
            is_there = is_at(entry, &places[j]);
        }
        if (is_there) {
            side->entries[kept++] = *entry;
        } else {
            block_maker_leave(entry->member);
            instance_free(entry->instance);
        }
    }
    side->count = kept;
}

void scraped_traffic_follow(
    struct scraped_traffic *scraped, enum track track, const struct place *places,
    uint32_t count) {
    struct side *side = &scraped->sides[track];
    const struct target_track *from = &scraped->target.tracks[track];
    char url[PLACE_URL_SIZE];
    if (side->prometheus) return; /* it counts for them */
    drop_missing(side, places, count);
    for (uint32_t i = 0; i < count; i++) {
        bool is_known = false;
        for (uint32_t j = 0; j < side->count; j++) {
            is_known = is_known || is_at(&side->entries[j], &places[i]);
        }
        if (is_known) continue;
        add_entry(scraped, track, place_url(&places[i], from, url), places[i].address);
    }
}

static void on_stable_places(void *owner, const struct place *places, uint32_t count) {
    scraped_traffic_follow(owner, TRACK_STABLE, places, count);
}

static void on_canary_places(void *owner, const struct place *places, uint32_t count) {
    scraped_traffic_follow(owner, TRACK_CANARY, places, count);
}

static void ask_for_metrics_alone(struct target *target) {
    target->paths.health[0] = '\0';
    target->paths.ready[0] = '\0';
    target->paths.errors[0] = '\0';
}

static void on_server_block(void *owner, const struct metric_block *block) {
    struct scraped_traffic *scraped = owner;
    scraped->on_block(scraped->owner, block);
}

static bool is_by_prometheus(const struct target *target, int track) {
    return target->prometheus.selectors[track][0] != '\0';
}

static void open_prometheus(struct scraped_traffic *scraped, enum track track) {
    const struct prometheus_options options = {
        .target = &scraped->target,
        .maker = &scraped->maker,
        .track = track,
        .on_block = on_server_block,
        .owner = scraped,
    };
    scraped->sides[track].prometheus = prometheus_source_new(scraped->loop, &options);
}

static void open_sides(struct scraped_traffic *scraped) {
    static const places_fn on_places[TRACK_COUNT] = {
        [TRACK_STABLE] = on_stable_places, [TRACK_CANARY] = on_canary_places};
    for (int i = 0; i < TRACK_COUNT; i++) {
        const struct target_track *from = &scraped->target.tracks[i];
        if (is_by_prometheus(&scraped->target, i)) {
            open_prometheus(scraped, (enum track)i);
            continue;
        }
        for (uint32_t j = 0; j < from->url_count; j++) {
            add_entry(scraped, (enum track)i, from->urls[j], "");
        }
        if (!from->dns[0]) continue;
        scraped->sides[i].places =
            places_new(&scraped->context, (enum track)i, on_places[i], scraped);
    }
}

static bool is_counted(const struct target *target, int track) {
    const struct target_track *from = &target->tracks[track];
    bool is_somewhere = from->url_count > 0 || from->dns[0] || from->pods.deployment[0];
    return is_by_prometheus(target, track) ||
           (target->paths.metrics[0] && is_somewhere);
}

struct scraped_traffic *scraped_traffic_new(
    struct loop *loop, const struct target *target, scraped_block_fn on_block,
    void *owner) {
    if (!is_counted(target, TRACK_STABLE) || !is_counted(target, TRACK_CANARY)) {
        return NULL;
    }
    struct scraped_traffic *scraped = memory_new(sizeof *scraped);
    scraped->loop = loop;
    scraped->target = *target;
    scraped->on_block = on_block;
    scraped->owner = owner;
    ask_for_metrics_alone(&scraped->target);
    scraped->context = (struct probe_context){
        .loop = loop,
        .target = &scraped->target,
        .http = http_new(loop, HTTP_READ_ONLY),
        .started_ns = loop_clock_ns(),
        .publish = on_event,
        .owner = scraped,
    };
    uint64_t seed;
    loop_random(&seed, sizeof seed);
    random_seed(&scraped->context.random, seed);
    aliases_init(&scraped->context.aliases);
    open_sides(scraped);
    return scraped;
}

void scraped_traffic_free(struct scraped_traffic *scraped) {
    if (!scraped) return;
    for (int i = 0; i < TRACK_COUNT; i++) {
        struct side *side = &scraped->sides[i];
        places_free(side->places);
        prometheus_source_free(side->prometheus);
        for (uint32_t j = 0; j < side->count; j++) {
            instance_free(side->entries[j].instance);
        }
    }
    http_free(scraped->context.http);
    free(scraped);
}

void scraped_traffic_warm_up(struct scraped_traffic *scraped, uint64_t for_ns) {
    uint64_t now_ns = loop_now_ns(scraped->loop);
    block_maker_warm_up(&scraped->maker, now_ns, now_ns + for_ns);
}

void scraped_traffic_weigh(struct scraped_traffic *scraped, uint32_t weight_bp) {
    scraped->maker.weight_bp = weight_bp;
}

/* Readings */

static struct block_member *member_of(
    struct scraped_traffic *scraped, const struct instance *instance) {
    const struct entry *entry = scraped->sides[instance->track].entries;
    while (entry->instance != instance) entry++;
    return entry->member;
}

static void note_clocks(struct scraped_traffic *scraped) {
    int64_t now_ms = (int64_t)(loop_now_ns(scraped->loop) / NS_PER_MS);
    scraped->maker.wall_ms = loop_wall_ms() - now_ms;
}

static void on_news(void *owner, struct instance *instance, enum instance_news news) {
    struct scraped_traffic *scraped = owner;
    struct metric_block block;
    if (news != INSTANCE_READING) return;
    struct block_member *member = member_of(scraped, instance);
    if (!instance->has_reading) {
        block_maker_miss(member, BLOCK_SILENT);
        return;
    }
    note_clocks(scraped);
    bool is_whole = block_maker_take(
        &scraped->maker, member, &instance->reading, loop_now_ns(scraped->loop),
        &block);
    /* Its callback may free all of it. */
    if (is_whole) scraped->on_block(scraped->owner, &block);
}

/* What a server says of itself comes before what is missing of its instances; how old
 * its samples are, after it. */
static void explain(
    const struct scraped_traffic *scraped, struct scraped_traffic_look *look) {
    char data[ROLLOUT_WORDS_SIZE];
    struct text words = TEXT_IN(data);
    for (int i = 0; i < TRACK_COUNT && words.length == 0; i++) {
        const struct prometheus_source *source = scraped->sides[i].prometheus;
        if (!source) continue;
        bool has_words = look->blocks.words[0] != '\0';
        if (has_words && !prometheus_source_is_troubled(source)) continue;
        prometheus_source_explain(source, &words);
    }
    if (words.length > 0) {
        text_copy_cut(look->blocks.words, sizeof look->blocks.words, data);
    }
}

struct scraped_traffic_look scraped_traffic_look(
    const struct scraped_traffic *scraped) {
    const struct block_maker *maker = &scraped->maker;
    struct scraped_traffic_look look = {
        .blocks = block_look_at(maker, loop_now_ns(scraped->loop)),
        .requests = maker->requests,
        .fallen = maker->fallen,
    };
    for (int i = 0; i < TRACK_COUNT; i++) {
        enum arm arm = arm_of((enum track)i);
        look.restarts[arm] = maker->restarts[arm];
        look.from_prometheus[arm] = scraped->sides[i].prometheus != NULL;
    }
    if (!look.blocks.contradicts) explain(scraped, &look);
    return look;
}
