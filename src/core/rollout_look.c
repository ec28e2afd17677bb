/* What is seen, each second, and what follows from it. */
/* SPDX-License-Identifier: MIT */
#include "base/text.h"
#include "base/units.h"
#include "core/rollout.h"
#include "core/rollout_end.h"
#include "core/rollout_move.h"

enum { UNANSWERED_MAX = 3 };

/* The router */

/* Whether it has to say what was asked for. */
static bool is_expected(const struct rollout *rollout) {
    if (rollout->setting || rollout->drifted || rollout->ended) return false;
    switch (rollout->phase) {
    case ROLLOUT_HOLD: return rollout->held_at >= ROLLOUT_RAISING; /* or none was yet */
    case ROLLOUT_WATCHING:
    case ROLLOUT_FINALIZING:
    case ROLLOUT_DONE: return true;
    case ROLLOUT_IDLE:
    case ROLLOUT_PREFLIGHT:
    case ROLLOUT_DEPLOYING:
    case ROLLOUT_SMOKE:
    case ROLLOUT_RAISING:
    case ROLLOUT_ROLLING_BACK:
    case ROLLOUT_ROLLED_BACK:
    case ROLLOUT_STRANDED:
    case ROLLOUT_PHASE_COUNT: break;
    }
    return false;
}

static void add_weight(struct text *text, uint32_t weight_bp) {
    units_add_percent(text, (double)weight_bp / ROLLOUT_BASIS_POINTS);
    text_add(text, " %");
}

static const char *why_drifted(const struct rollout *rollout, uint64_t now_ns) {
    bool is_unwritten = rollout->unwritten_ns != 0;
    if (rollout->reading.weight_bp != 0) return ": somebody else changed it";
    return is_unwritten && !rollout_keeps_weight(rollout, now_ns)
               ? ": it was let go, as nothing could be written down"
               : ": it was restarted or taken back, traffic is on stable";
}

/* Nobody's value is overwritten: neither what somebody set, nor the 0 of a router that
 * was restarted, whose traffic is on stable. */
static struct rollout_effect on_drift(struct rollout *rollout, uint64_t now_ns) {
    char words[ROLLOUT_WORDS_SIZE];
    struct text text = TEXT_IN(words);
    text_add(&text, "the router says ");
    add_weight(&text, rollout->reading.weight_bp);
    text_add(&text, ", asked for were ");
    add_weight(&text, rollout->wanted_bp);
    text_add(&text, why_drifted(rollout, now_ns));
    rollout->drifted = true;
    const struct rollout_cause cause = {ROLLOUT_AUTO, words, now_ns};
    return rollout_halt(rollout, ROLLOUT_HELD_DRIFT, &cause);
}

/* A weight that was asked for in vain is there
 * all the same, or the one before is still. */
static void make_sure(struct rollout *rollout) {
    uint32_t weight_bp = rollout->reading.weight_bp;
    if (!rollout->unsure) return;
    if (weight_bp == rollout->before_bp) rollout->wanted_bp = weight_bp;
    rollout->unsure = false;
}

struct rollout_effect rollout_on_reading(
    struct rollout *rollout, const struct rollout_reading *reading, uint64_t now_ns) {
    rollout->reading = *reading;
    if (!is_expected(rollout)) return rollout_rest;
    if (reading->known) {
        rollout->failures = 0;
        make_sure(rollout);
        if (reading->weight_bp == rollout->wanted_bp) return rollout_rest;
        return on_drift(rollout, now_ns);
    }
    if (rollout->phase == ROLLOUT_HOLD || ++rollout->failures < UNANSWERED_MAX) {
        return rollout_rest;
    }
    const struct rollout_cause cause = {ROLLOUT_AUTO, reading->words, now_ns};
    return rollout_halt(rollout, ROLLOUT_HELD_ROUTER, &cause);
}

/* The traffic and the instances */

static bool is_too_long_blind(const struct rollout *rollout, uint64_t now_ns) {
    return rollout->blind_ns != 0 &&
           now_ns - rollout->blind_ns >= rollout->plan.blind_max_ns;
}

static struct rollout_effect watch(
    struct rollout *rollout, const struct rollout_cause *cause) {
    const struct rollout_sight *sight = &rollout->sight;
    const struct rollout_plan *plan = &rollout->plan;
    if (sight->canary_gone) return rollout_go_back(rollout, cause);
    if (!sight->fresh) {
        rollout->blind_ns = cause->now_ns;
        return rollout_halt(rollout, ROLLOUT_HELD_BLIND, cause);
    }
    if (sight->split_broken) return rollout_halt(rollout, ROLLOUT_HELD_SPLIT, cause);
    if (sight->harmed) return rollout_go_back(rollout, cause);
    if (sight->stable_unwell) return rollout_halt(rollout, ROLLOUT_HELD_AROUND, cause);

    rollout->clock_ns += cause->now_ns - rollout->clocked_ns;
    rollout->clocked_ns = cause->now_ns;
    bool is_ripe = sight->safe && rollout->clock_ns >= plan->hold_each_ns;
    if (is_ripe && !plan->manual && rollout->reading.known) {
        return rollout_promote(rollout, cause);
    }
    if (rollout->clock_ns >= plan->max_each_ns) {
        return rollout_halt(rollout, ROLLOUT_HELD_TIME, cause);
    }
    return rollout_rest;
}

/* Data that come back in time go on where they stopped; later a person is asked for. */
static struct rollout_effect wait_blindly(
    struct rollout *rollout, const struct rollout_cause *cause) {
    bool is_too_long = is_too_long_blind(rollout, cause->now_ns);
    if (!is_too_long && rollout->sight.fresh) {
        rollout_watch_on(rollout, cause);
    } else if (is_too_long && !rollout->sight.fresh && !rollout->sight.canary_ready) {
        return rollout_go_back(rollout, cause);
    }
    return rollout_rest;
}

/* Evidence of harm takes it back from any hold that does not make it worthless. */
static struct rollout_effect wait(
    struct rollout *rollout, const struct rollout_cause *cause) {
    const struct rollout_sight *sight = &rollout->sight;
    if (rollout->held_at < ROLLOUT_SMOKE) return rollout_rest;
    if (sight->canary_gone) return rollout_go_back(rollout, cause);
    bool has_traffic = rollout->wanted_bp > 0 && !rollout->drifted;
    bool is_sound = sight->fresh && !sight->split_broken && has_traffic;
    bool is_harm = is_sound && sight->harmed;
    switch (rollout->hold) {
    case ROLLOUT_HELD_BLIND:
        return is_harm ? rollout_go_back(rollout, cause) : wait_blindly(rollout, cause);
    case ROLLOUT_HELD_SPLIT:
    case ROLLOUT_HELD_DRIFT:
    case ROLLOUT_HELD_CRASH:
    case ROLLOUT_NOT_HELD:
    case ROLLOUT_HOLD_COUNT: return rollout_rest;
    case ROLLOUT_HELD_AROUND:
    case ROLLOUT_HELD_PERSON:
    case ROLLOUT_HELD_TIME:
    case ROLLOUT_HELD_ROUTER:
    case ROLLOUT_HELD_JOURNAL:
    case ROLLOUT_HELD_DEPLOY: break;
    }
    if (is_harm) return rollout_go_back(rollout, cause);
    if (rollout->hold == ROLLOUT_HELD_AROUND && is_sound && !sight->stable_unwell) {
        rollout_watch_on(rollout, cause);
    }
    return rollout_rest;
}

/* Nobody answers there any more: users cannot wait for stable. */
static struct rollout_effect wait_for_stable(struct rollout *rollout, uint64_t now_ns) {
    const struct rollout_cause because = {rollout->actor, rollout->reason, now_ns};
    bool waits = rollout->restoring && rollout->wanted_bp > 0;
    if (!waits || !rollout->sight.canary_gone) return rollout_rest;
    return rollout_go_back(rollout, &because);
}

struct rollout_effect rollout_on_sight(
    struct rollout *rollout, const struct rollout_sight *sight, uint64_t now_ns) {
    rollout->sight = *sight;
    const struct rollout_cause cause = {ROLLOUT_AUTO, sight->words, now_ns};
    bool is_bad = sight->canary_gone || (sight->fresh && sight->harmed);
    switch (rollout->phase) {
    case ROLLOUT_WATCHING: return watch(rollout, &cause);
    case ROLLOUT_HOLD: return wait(rollout, &cause);
    case ROLLOUT_SMOKE:
        return sight->canary_gone ? rollout_go_back(rollout, &cause) : rollout_rest;
    case ROLLOUT_RAISING: /* users are there, at the weight before */
    case ROLLOUT_FINALIZING:
        return is_bad ? rollout_go_back(rollout, &cause) : rollout_rest;
    case ROLLOUT_DONE:
        return sight->canary_gone && rollout_is_undoable(rollout, now_ns)
                   ? rollout_go_back(rollout, &cause)
                   : rollout_rest;
    case ROLLOUT_ROLLING_BACK: return wait_for_stable(rollout, now_ns);
    case ROLLOUT_IDLE:
    case ROLLOUT_PREFLIGHT:
    case ROLLOUT_DEPLOYING:
    case ROLLOUT_ROLLED_BACK:
    case ROLLOUT_STRANDED:
    case ROLLOUT_PHASE_COUNT: break;
    }
    return rollout_rest;
}
