/* SPDX-License-Identifier: MIT */
#include "core/block_maker.h"

#include <math.h>

#include "base/text.h"
#include "base/units.h"
#include "core/weight.h"

enum { MS_PER_S = 1000, SLACK_MS = 1000 }; /* between two clocks */

struct block_member *block_maker_join(
    struct block_maker *maker, enum arm arm, const char *name) {
    for (uint32_t i = 0; i < BLOCK_MEMBERS_MAX; i++) {
        struct block_member *member = &maker->members[arm][i];
        if (member->is_there) continue;
        *member = (struct block_member){.arm = arm, .is_there = true};
        text_copy_cut(member->name, sizeof member->name, name);
        return member;
    }
    return NULL;
}

void block_maker_leave(struct block_member *member) {
    member->is_there = false;
}

uint32_t block_maker_count(const struct block_maker *maker, enum arm arm) {
    uint32_t count = 0;
    for (uint32_t i = 0; i < BLOCK_MEMBERS_MAX; i++) {
        count += maker->members[arm][i].is_there;
    }
    return count;
}

/* The next block counts from the readings that come from now on. */
static void begin_block(struct block_maker *maker, uint64_t now_ns) {
    maker->block = (struct metric_block){0};
    maker->block_ns = now_ns;
    for (int arm = 0; arm < ARM_COUNT; arm++) {
        for (uint32_t i = 0; i < BLOCK_MEMBERS_MAX; i++) {
            maker->members[arm][i].is_in = false;
        }
    }
}

void block_maker_warm_up(
    struct block_maker *maker, uint64_t now_ns, uint64_t until_ns) {
    maker->warm_until_ns = until_ns;
    begin_block(maker, now_ns);
}

static void take_limits(struct block_maker *maker) {
    struct buckets counted = {0};
    if (maker->has_limits) return;
    for (uint32_t i = 0; i < BLOCK_MEMBERS_MAX; i++) {
        const struct block_member *member = &maker->members[ARM_STABLE][i];
        if (member->is_there) buckets_merge(&counted, &member->counted);
    }
    maker->has_limits = metric_limits_take(&maker->limits, &counted);
}

/* Where all traffic is on the canary stable may be gone already. */
static bool is_needed(const struct block_maker *maker, enum arm arm) {
    return arm == ARM_CANARY || maker->weight_bp != WEIGHT_ALL_BP;
}

/* The oldest reading of a side in the block; 0 while one is missing, or all are. */
static uint64_t oldest_of(const struct block_maker *maker, enum arm arm) {
    uint64_t oldest = UINT64_MAX;
    for (uint32_t i = 0; i < BLOCK_MEMBERS_MAX; i++) {
        const struct block_member *member = &maker->members[arm][i];
        if (!member->is_there) continue;
        if (!member->is_in) return 0;
        if (member->at_ns < oldest) oldest = member->at_ns;
    }
    return oldest == UINT64_MAX ? 0 : oldest;
}

static uint64_t oldest_ns(const struct block_maker *maker) {
    uint64_t canary_ns = oldest_of(maker, ARM_CANARY);
    if (!is_needed(maker, ARM_STABLE)) return canary_ns;
    uint64_t stable_ns = oldest_of(maker, ARM_STABLE);
    return stable_ns < canary_ns ? stable_ns : canary_ns;
}

/* What is slow by limits is counted only by
 * those that were there when the block began. */
static bool close_block(
    struct block_maker *maker, uint64_t now_ns, struct metric_block *whole) {
    uint64_t oldest = oldest_ns(maker);
    enum arm counting = is_needed(maker, ARM_STABLE) ? ARM_STABLE : ARM_CANARY;
    if (oldest == 0 || !maker->block.counts[counting]) return false;
    *whole = maker->block;
    if (maker->block_ns < maker->warm_until_ns) {
        whole->unknown |= HARM_ALL & ~HARM_BIT(HARM_ERRORS);
    }
    maker->whole_ns = oldest;
    maker->requests += whole->trials[ARM_STABLE][HARM_ERRORS].count +
                       whole->trials[ARM_CANARY][HARM_ERRORS].count;
    begin_block(maker, now_ns);
    take_limits(maker);
    return true;
}

void block_maker_spoil(struct block_maker *maker, uint64_t now_ns) {
    maker->spoilt_by_fall = false;
    maker->spoilt_ns = now_ns;
    begin_block(maker, now_ns);
}

/* Whether the process began after the one before was heard last. Several of them behind
 * one address look like restarts, too, until one comes back. */
static bool has_just_begun(
    const struct block_maker *maker, const struct block_member *member,
    const struct reading *reading) {
    double start_s = reading->values[MEANING_START_TIME];
    if (isnan(start_s) || member->heard_ns == 0) return false;
    int64_t heard_ms = maker->wall_ms + (int64_t)(member->heard_ns / NS_PER_MS);
    return start_s * MS_PER_S >= (double)(heard_ms - SLACK_MS);
}

/* Whether what it says can be added to the rest of the interval. */
static bool continues(
    struct block_maker *maker, struct block_member *member,
    const struct reading *reading, uint64_t now_ns) {
    if (reading->mixed || reading->truncated) {
        member->trouble = reading->mixed ? BLOCK_MIXED : BLOCK_CUT;
        block_maker_spoil(maker, now_ns);
        return false;
    }
    if (reading->fell) {
        maker->fallen++;
        block_maker_spoil(maker, now_ns);
        maker->spoilt_by_fall = true;
        return false;
    }
    if (reading->restarted) {
        maker->restarts[member->arm]++;
        if (has_just_begun(maker, member, reading)) {
            crash_loop_add(&member->crashes, now_ns);
        }
        begin_block(maker, now_ns);
        return false;
    }
    return true;
}

bool block_maker_take(
    struct block_maker *maker, struct block_member *member,
    const struct reading *reading, uint64_t now_ns, struct metric_block *whole) {
    bool is_continuous = continues(maker, member, reading, now_ns);
    member->heard_ns = now_ns;
    if (!is_continuous) {
        request_rate_skip(&member->rate, reading->at_ns);
        return false;
    }
    request_rate_take(&member->rate, reading);
    member->counted = reading->counted;
    if (!metric_block_add(&maker->block, &maker->limits, member->arm, reading)) {
        member->trouble = BLOCK_MUTE;
        return false;
    }
    member->trouble = BLOCK_SOUND;
    member->is_in = true;
    member->at_ns = reading->at_ns;
    return close_block(maker, now_ns, whole);
}

void block_maker_miss(struct block_member *member, enum block_trouble trouble) {
    member->trouble = trouble;
}
