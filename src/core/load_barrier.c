/* SPDX-License-Identifier: MIT */
#include "core/load_barrier.h"

#include <string.h>

#include "base/units.h"

/* Somebody who waits says so each second, and who runs reports twice a second. */
#define WAITING_NS (4 * NS_PER_S)
#define RUNNING_NS (5 * NS_PER_S)

void load_barrier_init(
    struct load_barrier *barrier, uint32_t shards, uint64_t patience_ns,
    uint64_t now_ns) {
    memset(barrier, 0, sizeof *barrier);
    barrier->shards = shards;
    barrier->patience_ns = patience_ns;
    barrier->began_ns = now_ns;
}

static uint32_t count(const struct load_barrier *barrier, enum load_place_state state) {
    uint32_t found = 0;
    for (uint32_t i = 0; i < barrier->shards; i++) {
        found += barrier->places[i].state == state;
    }
    return found;
}

uint32_t load_barrier_came(const struct load_barrier *barrier) {
    return barrier->shards - count(barrier, PLACE_EMPTY);
}

uint32_t load_barrier_speaking(const struct load_barrier *barrier) {
    return count(barrier, PLACE_RUNS);
}

uint64_t load_barrier_left_behind(const struct load_barrier *barrier) {
    uint64_t least = UINT64_MAX;
    for (uint32_t i = 0; i < barrier->shards; i++) {
        const struct load_place *place = &barrier->places[i];
        if (place->state != PLACE_RUNS) continue;
        if (place->sequence < least) least = place->sequence;
    }
    return least;
}

void load_barrier_add_missing(struct text *text, const struct load_barrier *barrier) {
    uint32_t left = count(barrier, PLACE_EMPTY);
    text_add(text, left == 1 ? "shard" : "shards");
    for (uint32_t i = 0; i < barrier->shards; i++) {
        if (barrier->places[i].state != PLACE_EMPTY) continue;
        left--;
        text_addf(text, " %u%s", (unsigned)i, left > 1 ? "," : left == 1 ? " and" : "");
    }
    text_addf(text, " of %u", (unsigned)barrier->shards);
}

/* The first loss is the one that is told. */
static void lose(struct load_barrier *barrier, uint32_t shard, const char *what) {
    struct load_place *place = &barrier->places[shard];
    place->state = PLACE_LOST;
    if (barrier->lost_count++ > 0) return;
    struct text why = TEXT_IN(barrier->why);
    text_addf(
        &why, "shard %u of %u, %s, %s", (unsigned)shard, (unsigned)barrier->shards,
        place->who, what);
}

static void take_place(
    struct load_barrier *barrier, const struct load_news *news, uint64_t now_ns) {
    struct load_place *place = &barrier->places[news->shard];
    place->state = PLACE_WAITS;
    place->token = news->token;
    place->heard_ns = now_ns;
    text_copy_cut(place->who, sizeof place->who, news->who);
}

static enum load_heard hear_report(
    struct load_barrier *barrier, uint32_t shard, const struct load_report *report) {
    char words[LOAD_WHY_SIZE];
    struct text what = TEXT_IN(words);
    struct load_place *place = &barrier->places[shard];
    if (report->sequence <= place->sequence) return LOAD_HEARD_NOTHING;
    uint64_t missing = report->sequence - place->sequence - 1;
    place->sequence = report->sequence;
    if (missing > 0) {
        text_addf(
            &what, "has reports missing: %llu before the one of second %llu",
            (unsigned long long)missing,
            (unsigned long long)(report->end_ns / NS_PER_S));
        lose(barrier, shard, words);
    }
    return LOAD_HEARD_REPORT;
}

/* From whoever has the place. */
static enum load_heard hear_member(
    struct load_barrier *barrier, const struct load_news *news,
    const struct load_report *report) {
    char words[LOAD_WHY_SIZE];
    struct text what = TEXT_IN(words);
    enum load_heard heard = LOAD_HEARD_NOTHING;
    if (report) heard = hear_report(barrier, news->shard, report);
    struct load_place *place = &barrier->places[news->shard];
    if (place->state == PLACE_LOST) return heard;
    if (news->kind == LOAD_NEWS_DONE) place->state = PLACE_DONE;
    if (news->kind == LOAD_NEWS_LOST) {
        text_addf(&what, "has left: %s", news->why);
        lose(barrier, news->shard, words);
    }
    return heard;
}

enum load_heard load_barrier_hear(
    struct load_barrier *barrier, const struct load_news *news,
    const struct load_report *report, uint64_t now_ns) {
    if (strcmp(news->digest, barrier->digest) != 0) {
        text_copy_cut(barrier->stranger, sizeof barrier->stranger, news->who);
        return LOAD_HEARD_STRANGER;
    }
    if (news->shard >= barrier->shards) return LOAD_HEARD_NOTHING;
    struct load_place *place = &barrier->places[news->shard];
    /* Whoever cannot begin says so before it is ready. */
    bool comes = place->state == PLACE_EMPTY && !barrier->started;
    if (comes) take_place(barrier, news, now_ns);
    if (comes && news->kind == LOAD_NEWS_READY) return LOAD_HEARD_NEW;
    bool has_it = place->token == news->token;
    if (!has_it || (place->state != PLACE_WAITS && place->state != PLACE_RUNS)) {
        return LOAD_HEARD_NOTHING;
    }
    place->heard_ns = now_ns;
    return hear_member(barrier, news, report);
}

static bool is_past(uint64_t since_ns, uint64_t limit_ns, uint64_t now_ns) {
    return now_ns > since_ns && now_ns - since_ns >= limit_ns;
}

/* Its place is free again for the process that follows it. */
static void forget_the_silent(struct load_barrier *barrier, uint64_t now_ns) {
    for (uint32_t i = 0; i < barrier->shards; i++) {
        struct load_place *place = &barrier->places[i];
        if (place->state != PLACE_WAITS) continue;
        if (!is_past(place->heard_ns, WAITING_NS, now_ns)) continue;
        *place = (struct load_place){PLACE_EMPTY};
    }
}

static void say_missing(struct load_barrier *barrier) {
    struct text why = TEXT_IN(barrier->why);
    load_barrier_add_missing(&why, barrier);
    text_add(&why, " never came, within ");
    units_add_duration(&why, barrier->patience_ns);
    if (!barrier->stranger[0]) return;
    text_addf(&why, "; %s came with another load", barrier->stranger);
}

static enum load_barrier_next look_before(
    struct load_barrier *barrier, uint64_t now_ns) {
    if (barrier->lost_count > 0) return LOAD_BARRIER_LOST;
    if (count(barrier, PLACE_DONE) > 0) return LOAD_BARRIER_OVER;
    forget_the_silent(barrier, now_ns);
    if (load_barrier_came(barrier) == barrier->shards) return LOAD_BARRIER_START;
    if (!is_past(barrier->began_ns, barrier->patience_ns, now_ns)) {
        return LOAD_BARRIER_WAIT;
    }
    say_missing(barrier);
    return LOAD_BARRIER_MISSING;
}

static void lose_the_silent(struct load_barrier *barrier, uint64_t now_ns) {
    for (uint32_t i = 0; i < barrier->shards; i++) {
        struct load_place *place = &barrier->places[i];
        uint64_t since_ns = place->heard_ns;
        if (since_ns < barrier->start_ns) since_ns = barrier->start_ns;
        if (place->state != PLACE_RUNS) continue;
        if (!is_past(since_ns, RUNNING_NS, now_ns)) continue;
        char words[LOAD_WHY_SIZE];
        struct text what = TEXT_IN(words);
        text_add(&what, "has been silent for ");
        units_add_duration(&what, now_ns - since_ns);
        text_add(&what, ", since ");
        units_add_duration(&what, since_ns - barrier->start_ns);
        text_add(&what, " into the run");
        lose(barrier, i, words);
    }
}

enum load_barrier_next load_barrier_look(
    struct load_barrier *barrier, uint64_t now_ns) {
    if (!barrier->started) return look_before(barrier, now_ns);
    lose_the_silent(barrier, now_ns);
    if (load_barrier_speaking(barrier) == 0) return LOAD_BARRIER_OVER;
    return barrier->lost_count > 0 ? LOAD_BARRIER_LOST : LOAD_BARRIER_WAIT;
}

void load_barrier_start(struct load_barrier *barrier, uint64_t start_ns) {
    barrier->started = true;
    barrier->start_ns = start_ns;
    for (uint32_t i = 0; i < barrier->shards; i++) {
        struct load_place *place = &barrier->places[i];
        if (place->state == PLACE_WAITS) place->state = PLACE_RUNS;
    }
}

void load_barrier_give_up(struct load_barrier *barrier) {
    for (uint32_t i = 0; i < barrier->shards; i++) {
        if (barrier->places[i].state != PLACE_RUNS) continue;
        lose(barrier, i, "did not end in time");
    }
}
