/* SPDX-License-Identifier: MIT */
#include "core/block_look.h"

#include <inttypes.h>
#include <math.h>

#include "base/text.h"
#include "base/units.h"
#include "core/weight.h"

/* What contradicts spoils the data for so long. */
#define SPOILT_NS    (15 * NS_PER_S)

#define X(id, words) [id] = (words)
static const char *const trouble_words[BLOCK_TROUBLE_COUNT] = {BLOCK_TROUBLES(X)};
#undef X

static const char *const arm_names[ARM_COUNT] = {
    [ARM_STABLE] = "stable", [ARM_CANARY] = "canary"};

static uint64_t ms_since(uint64_t at_ns, uint64_t now_ns) {
    if (at_ns == 0) return UINT64_MAX;
    return now_ns > at_ns ? (now_ns - at_ns) / NS_PER_MS : 0;
}

static uint64_t age_of(const struct block_maker *maker, enum arm arm, uint64_t now_ns) {
    bool is_alone = maker->weight_bp == WEIGHT_ALL_BP && arm == ARM_STABLE;
    uint64_t oldest = UINT64_MAX;
    for (uint32_t i = 0; i < BLOCK_MEMBERS_MAX; i++) {
        const struct block_member *member = &maker->members[arm][i];
        if (!member->is_there || (is_alone && member->at_ns == 0)) continue;
        if (member->at_ns < oldest) oldest = member->at_ns;
    }
    return oldest == UINT64_MAX ? UINT64_MAX : ms_since(oldest, now_ns);
}

static void add_up(
    struct block_look *look, const struct block_maker *maker, enum arm arm) {
    double requests = 0;
    double failed = 0;
    look->per_s[arm] = (double)NAN;
    for (uint32_t i = 0; i < BLOCK_MEMBERS_MAX; i++) {
        const struct block_member *member = &maker->members[arm][i];
        double per_s = request_rate_per_s(&member->rate);
        if (!member->is_there || isnan(per_s)) continue;
        look->per_s[arm] = per_s + (isnan(look->per_s[arm]) ? 0 : look->per_s[arm]);
        requests += member->rate.requests;
        failed += member->rate.failed;
    }
    look->told[arm].count = units_whole(round(requests));
    look->told[arm].failures = units_whole(round(failed));
}

/* The first process that keeps the block from being whole. */
static void add_trouble(
    struct text *words, const struct block_maker *maker, enum arm arm) {
    bool is_alone = maker->weight_bp == WEIGHT_ALL_BP && arm == ARM_STABLE;
    if (words->length > 0 || is_alone) return;
    if (block_maker_count(maker, arm) == 0) {
        text_addf(words, "%s has no instance", arm_names[arm]);
    }
    for (uint32_t i = 0; i < BLOCK_MEMBERS_MAX && words->length == 0; i++) {
        const struct block_member *member = &maker->members[arm][i];
        if (!member->is_there || member->trouble == BLOCK_SOUND) continue;
        text_addf(words, "%s %s", member->name, trouble_words[member->trouble]);
    }
}

static void add_contradiction(struct text *words, const struct block_maker *maker) {
    if (maker->spoilt_by_fall) {
        text_addf(
            words, "counters fell without a restart, %" PRIu64 " times", maker->fallen);
    } else {
        text_add(words, "an instance answered with what belongs to several, or is cut");
    }
}

static void look_for_crashes(
    struct block_look *look, const struct block_maker *maker, uint64_t now_ns) {
    struct text words = TEXT_IN(look->crashes);
    for (uint32_t i = 0; i < BLOCK_MEMBERS_MAX && !look->crashing; i++) {
        const struct block_member *member = &maker->members[ARM_CANARY][i];
        if (!member->is_there || !crash_loop_is_on(&member->crashes, now_ns)) continue;
        look->crashing = true;
        text_addf(
            &words, "%s: crash loop, its process has restarted %" PRIu32 " times",
            member->name, member->crashes.count);
    }
}

struct block_look block_look_at(const struct block_maker *maker, uint64_t now_ns) {
    struct block_look look = {.age_ms = ms_since(maker->whole_ns, now_ns)};
    struct text words = TEXT_IN(look.words);
    for (int arm = 0; arm < ARM_COUNT; arm++) {
        look.ages_ms[arm] = age_of(maker, (enum arm)arm, now_ns);
        add_up(&look, maker, (enum arm)arm);
    }
    look.contradicts = maker->spoilt_ns > 0 && now_ns - maker->spoilt_ns < SPOILT_NS;
    look_for_crashes(&look, maker, now_ns);
    add_trouble(&words, maker, ARM_STABLE);
    add_trouble(&words, maker, ARM_CANARY);
    if (words.length > 0) return look;
    if (look.contradicts) {
        add_contradiction(&words, maker);
    } else if (maker->whole_ns == 0) {
        text_add(&words, "no instance of stable counts requests");
    }
    return look;
}
