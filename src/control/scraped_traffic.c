/* SPDX-License-Identifier: MIT */
#include "control/scraped_traffic.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "base/units.h"
#include "io/http.h"
#include "io/loop.h"
#include "probes/instance.h"
#include "probes/places.h"
#include "probes/probe.h"

/* What contradicts spoils the data for so long. */
#define SPOILT_NS (15 * NS_PER_S)

/* What is amiss with one instance. */
enum entry_trouble {
    ENTRY_UNHEARD, /* it has not answered yet */
    ENTRY_SOUND,
    ENTRY_SILENT, /* it did not answer, or nothing that can be read */
    ENTRY_MIXED,  /* several processes answer */
    ENTRY_CUT,    /* more than can be read */
    ENTRY_MUTE,   /* it does not say what failed */
};

struct entry {
    struct instance *instance;
    enum entry_trouble trouble;
    bool is_in;             /* its counts are in the block that is being made */
    uint64_t at_ns;         /* of its last reading that could be used */
    struct buckets counted; /* latencies since it began */
};

struct side {
    uint32_t count;
    struct entry entries[TARGET_INSTANCES_MAX];
    struct places *places; /* NULL without a DNS name */
};

struct scraped_traffic {
    struct loop *loop;    /* borrowed */
    struct target target; /* what is asked of it: the metrics alone */
    struct probe_context context;
    struct side sides[TRACK_COUNT];
    struct metric_limits limits;
    bool has_limits;
    struct metric_block block; /* in the making */
    uint64_t block_ns;         /* since when; 0: since the first reading */
    uint64_t warm_until_ns;
    uint64_t whole_ns;  /* the oldest reading of the newest whole block; 0 for none */
    uint64_t spoilt_ns; /* when something contradicted last; 0 for never */
    bool spoilt_by_fall;
    struct scraped_traffic_look told;
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

static void add_entry(
    struct scraped_traffic *scraped, enum track track, const char *url,
    const char *address) {
    struct side *side = &scraped->sides[track];
    const struct instance_place place = {
        .track = track, .url = url, .address = address};
    if (side->count == TARGET_INSTANCES_MAX) return;
    struct entry *entry = &side->entries[side->count++];
    *entry = (struct entry){0};
    entry->instance = instance_new(&scraped->context, &place, on_news, scraped);
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
            instance_free(entry->instance);
        }
    }
    side->count = kept;
}

static void take_places(
    struct scraped_traffic *scraped, enum track track, const struct place *places,
    uint32_t count) {
    struct side *side = &scraped->sides[track];
    drop_missing(side, places, count);
    for (uint32_t i = 0; i < count; i++) {
        bool is_known = false;
        for (uint32_t j = 0; j < side->count; j++) {
            is_known = is_known || is_at(&side->entries[j], &places[i]);
        }
        if (is_known) continue;
        add_entry(scraped, track, scraped->target.tracks[track].dns, places[i].address);
    }
}

static void on_stable_places(void *owner, const struct place *places, uint32_t count) {
    take_places(owner, TRACK_STABLE, places, count);
}

static void on_canary_places(void *owner, const struct place *places, uint32_t count) {
    take_places(owner, TRACK_CANARY, places, count);
}

static void ask_for_metrics_alone(struct target *target) {
    target->paths.health[0] = '\0';
    target->paths.ready[0] = '\0';
    target->paths.errors[0] = '\0';
}

static void open_sides(struct scraped_traffic *scraped) {
    static const places_fn on_places[TRACK_COUNT] = {
        [TRACK_STABLE] = on_stable_places, [TRACK_CANARY] = on_canary_places};
    for (int i = 0; i < TRACK_COUNT; i++) {
        const struct target_track *from = &scraped->target.tracks[i];
        for (uint32_t j = 0; j < from->url_count; j++) {
            add_entry(scraped, (enum track)i, from->urls[j], "");
        }
        if (!from->dns[0]) continue;
        scraped->sides[i].places =
            places_new(&scraped->context, (enum track)i, on_places[i], scraped);
    }
}

static bool is_somewhere(const struct target_track *track) {
    return track->url_count > 0 || track->dns[0] != '\0';
}

struct scraped_traffic *scraped_traffic_new(
    struct loop *loop, const struct target *target, scraped_block_fn on_block,
    void *owner) {
    if (!target->paths.metrics[0] || !is_somewhere(&target->tracks[TRACK_STABLE]) ||
        !is_somewhere(&target->tracks[TRACK_CANARY])) {
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
        for (uint32_t j = 0; j < side->count; j++) {
            instance_free(side->entries[j].instance);
        }
    }
    http_free(scraped->context.http);
    free(scraped);
}

/* Blocks */

/* The next block counts from the readings that come from now on. */
static void begin_block(struct scraped_traffic *scraped) {
    scraped->block = (struct metric_block){0};
    scraped->block_ns = loop_now_ns(scraped->loop);
    for (int i = 0; i < TRACK_COUNT; i++) {
        struct side *side = &scraped->sides[i];
        for (uint32_t j = 0; j < side->count; j++) side->entries[j].is_in = false;
    }
}

void scraped_traffic_warm_up(struct scraped_traffic *scraped, uint64_t for_ns) {
    scraped->warm_until_ns = loop_now_ns(scraped->loop) + for_ns;
    begin_block(scraped);
}

static void take_limits(struct scraped_traffic *scraped) {
    const struct side *stable = &scraped->sides[TRACK_STABLE];
    struct buckets counted = {0};
    if (scraped->has_limits) return;
    for (uint32_t i = 0; i < stable->count; i++) {
        buckets_merge(&counted, &stable->entries[i].counted);
    }
    scraped->has_limits = metric_limits_take(&scraped->limits, &counted);
}

/* The oldest reading in the block; 0 while one is missing. */
static uint64_t oldest_ns(const struct scraped_traffic *scraped) {
    uint64_t oldest = UINT64_MAX;
    for (int i = 0; i < TRACK_COUNT; i++) {
        const struct side *side = &scraped->sides[i];
        if (side->count == 0) return 0;
        for (uint32_t j = 0; j < side->count; j++) {
            const struct entry *entry = &side->entries[j];
            if (!entry->is_in) return 0;
            if (entry->at_ns < oldest) oldest = entry->at_ns;
        }
    }
    return oldest;
}

/* What is slow by limits is counted only by those that were there when the block began. */
static void close_block(struct scraped_traffic *scraped) {
    uint64_t oldest = oldest_ns(scraped);
    if (oldest == 0 || !scraped->block.counts[ARM_STABLE]) return;
    struct metric_block block = scraped->block;
    if (scraped->block_ns < scraped->warm_until_ns) {
        block.unknown |= HARM_ALL & ~HARM_BIT(HARM_ERRORS);
    }
    scraped->whole_ns = oldest;
    scraped->told.requests += block.trials[ARM_STABLE][HARM_ERRORS].count +
                              block.trials[ARM_CANARY][HARM_ERRORS].count;
    begin_block(scraped);
    take_limits(scraped);
    scraped->on_block(scraped->owner, &block);
}

/* Readings */

static struct entry *find(
    struct scraped_traffic *scraped, const struct instance *instance) {
    struct side *side = &scraped->sides[instance->track];
    struct entry *entry = side->entries;
    while (entry->instance != instance) entry++;
    return entry;
}

static void spoil(struct scraped_traffic *scraped, bool by_fall) {
    scraped->spoilt_by_fall = by_fall;
    scraped->spoilt_ns = loop_now_ns(scraped->loop);
    begin_block(scraped);
}

/* Whether what it says can be added to the rest of the interval. */
static bool is_continuous(
    struct scraped_traffic *scraped, struct entry *entry,
    const struct reading *reading) {
    if (reading->mixed || reading->truncated) {
        entry->trouble = reading->mixed ? ENTRY_MIXED : ENTRY_CUT;
        spoil(scraped, false);
        return false;
    }
    if (reading->fell) {
        scraped->told.fallen++;
        spoil(scraped, true);
        return false;
    }
    if (reading->restarted) {
        scraped->told.restarts++;
        begin_block(scraped);
        return false;
    }
    return true;
}

static void take(
    struct scraped_traffic *scraped, struct entry *entry,
    const struct reading *reading) {
    enum arm arm = entry->instance->track == TRACK_CANARY ? ARM_CANARY : ARM_STABLE;
    if (!is_continuous(scraped, entry, reading)) return;
    entry->counted = reading->counted;
    if (!metric_block_add(&scraped->block, &scraped->limits, arm, reading)) {
        entry->trouble = ENTRY_MUTE;
        return;
    }
    entry->trouble = ENTRY_SOUND;
    entry->is_in = true;
    entry->at_ns = reading->at_ns;
    close_block(scraped); /* its callback may free all of it */
}

static void on_news(void *owner, struct instance *instance, enum instance_news news) {
    struct scraped_traffic *scraped = owner;
    if (news != INSTANCE_READING) return;
    struct entry *entry = find(scraped, instance);
    if (instance->has_reading) {
        take(scraped, entry, &instance->reading);
    } else {
        entry->trouble = ENTRY_SILENT;
    }
}

/* Looking */

static const char *const trouble_words[] = {
    [ENTRY_UNHEARD] = "has not told its metrics yet",
    [ENTRY_SOUND] = "",
    [ENTRY_SILENT] = "does not tell its metrics",
    [ENTRY_MIXED] = "is several processes: list each one",
    [ENTRY_CUT] = "tells more metrics than can be read",
    [ENTRY_MUTE] = "does not count which requests failed",
};

/* The first instance that keeps the block from being whole. */
static void add_trouble(const struct scraped_traffic *scraped, struct text *words) {
    static const char *const names[TRACK_COUNT] = {"stable", "canary"};
    for (int i = 0; i < TRACK_COUNT; i++) {
        const struct side *side = &scraped->sides[i];
        if (side->count == 0) text_addf(words, "%s has no instance", names[i]);
        for (uint32_t j = 0; j < side->count && words->length == 0; j++) {
            const struct entry *entry = &side->entries[j];
            if (entry->trouble == ENTRY_SOUND) continue;
            text_addf(
                words, "%s %s", entry->instance->name, trouble_words[entry->trouble]);
        }
        if (words->length > 0) return;
    }
}

struct scraped_traffic_look scraped_traffic_look(
    const struct scraped_traffic *scraped) {
    struct scraped_traffic_look look = scraped->told;
    uint64_t now_ns = loop_now_ns(scraped->loop);
    struct text words = TEXT_IN(look.words);
    for (int i = 0; i < TRACK_COUNT; i++) look.instances += scraped->sides[i].count;
    look.age_ms = UINT64_MAX;
    if (scraped->whole_ns > 0) {
        bool is_past = now_ns > scraped->whole_ns;
        look.age_ms = is_past ? (now_ns - scraped->whole_ns) / NS_PER_MS : 0;
    }
    look.contradicts =
        scraped->spoilt_ns > 0 && now_ns - scraped->spoilt_ns < SPOILT_NS;
    add_trouble(scraped, &words);
    if (words.length > 0) return look;
    if (look.contradicts && scraped->spoilt_by_fall) {
        text_addf(
            &words, "counters fell without a restart, %" PRIu64 " times", look.fallen);
    } else if (look.contradicts) {
        text_add(
            &words, "an instance answered with what belongs to several, or is cut");
    } else if (scraped->whole_ns == 0) {
        text_add(&words, "no instance of stable counts requests");
    }
    return look;
}
