/* SPDX-License-Identifier: MIT */
#include <stdlib.h>

#include "base/memory.h"
#include "base/text.h"
#include "base/units.h"
#include "canary_desk.h"
#include "canary_look.h"
#include "canary_start.h"
#include "canary_verdict.h"
#include "canary_wish.h"
#include "command_functions.h"
#include "core/router_unit.h"
#include "io/loop.h"
#include "progress.h"

#define DURATION_NS (600 * NS_PER_S)
#define LOOK_NS     NS_PER_S

/* A comparison of what is deployed, which never acts. */
struct monitoring {
    struct canary_desk desk;
    struct rollout_plan plan;
    struct canary_look *look;
    struct loop_timer *beat;
    struct stop stop;
    struct progress progress;
    struct canary_verdict verdict;
    uint64_t since_ns, duration_ns, last_ns;
    uint64_t asked_ns;  /* more than duration_ns where --timeout is shorter */
    uint32_t weight_bp; /* of the lines; 0 before the first */
    bool settled;       /* what is slow was taken from stable */
    bool contradicts;
    int code;
    struct evidence evidence; /* large */
};

static uint32_t next_weight(const struct monitoring *monitoring) {
    const struct rollout_plan *plan = &monitoring->plan;
    for (uint32_t i = 0; i < plan->step_count; i++) {
        if (plan->steps[i].weight_bp > monitoring->weight_bp) {
            return plan->steps[i].weight_bp;
        }
    }
    return ROLLOUT_BASIS_POINTS;
}

static void on_line(void *owner, const struct router_line *line) {
    struct monitoring *monitoring = owner;
    monitoring->last_ns = loop_clock_ns();
    if (!router_unit_counts(line)) {
        monitoring->contradicts = monitoring->contradicts || line->is_contradictory;
        return;
    }
    if (line->weight_bp != monitoring->weight_bp && line->weight_bp > 0) {
        monitoring->weight_bp = line->weight_bp;
        evidence_start_step(&monitoring->evidence, line->weight_bp);
    }
    const struct observation seen = router_unit_observe(line);
    evidence_add(&monitoring->evidence, &seen);
}

static struct decision decide(const struct monitoring *monitoring) {
    uint64_t now_ns = loop_clock_ns();
    const struct decision_moment moment = {
        .in_step_ms = (now_ns - monitoring->since_ns) / NS_PER_MS,
        .data_age_ms = monitoring->last_ns > 0
                           ? (now_ns - monitoring->last_ns) / NS_PER_MS
                           : UINT64_MAX,
        .weight_bp = monitoring->weight_bp,
        .next_bp = next_weight(monitoring),
        .is_ready = true,
        .contradicts = monitoring->contradicts,
    };
    return decision_make(&monitoring->evidence, &moment);
}

static void end(struct monitoring *monitoring, const struct canary_sight *sight) {
    struct canary_verdict *verdict = &monitoring->verdict;
    struct buffer report;
    switch (verdict->decision.kind) {
    case DECISION_PROMOTE: verdict->code = EXIT_CODE_OK; break;
    case DECISION_ROLL_BACK: verdict->code = EXIT_CODE_FAILED; break;
    case DECISION_WATCH:
    case DECISION_INCONCLUSIVE:
    case DECISION_FREEZE:
    case DECISION_COUNT: verdict->code = EXIT_CODE_INCONCLUSIVE; break;
    }
    verdict->target = monitoring->plan.target;
    verdict->source = sight->from_log ? "log" : "metrics";
    verdict->rule = rollout_rule_name((enum rollout_rule)monitoring->plan.rule);
    verdict->warning = canary_wish_warning(&monitoring->plan);
    verdict->seconds = sight->seconds;
    verdict->stable = sight->arms[TRACK_STABLE];
    verdict->canary = sight->arms[TRACK_CANARY];
    verdict->stable_age_s = sight->ages_s[TRACK_STABLE];
    verdict->canary_age_s = sight->ages_s[TRACK_CANARY];
    progress_wipe(&monitoring->progress);
    buffer_init(&report, CANARY_VERDICT_BYTES_MAX);
    canary_verdict_write(verdict, monitoring->desk.invocation->format, &report);
    monitoring->code = invocation_finish(
        monitoring->desk.invocation, buffer_slice(&report), verdict->code);
    buffer_clear(&report);
    loop_stop(monitoring->desk.loop);
}

/* Harm is harm however long one looked; what was cut short is never good. */
static void cut_short(const struct monitoring *monitoring, struct decision *decision) {
    bool is_whole = monitoring->duration_ns == monitoring->asked_ns;
    if (is_whole || decision->kind != DECISION_PROMOTE) return;
    decision->kind = DECISION_INCONCLUSIVE;
    struct text why = TEXT_IN(decision->why);
    text_add(&why, "cut short by --timeout, after ");
    units_add_duration(&why, monitoring->duration_ns);
    text_add(&why, " of ");
    units_add_duration(&why, monitoring->asked_ns);
}

/* Counters know no users and no weight: both sides are compared as one block. */
static void take_counts(
    struct monitoring *monitoring, const struct canary_sight *sight) {
    if (sight->from_log) return;
    const struct trials *canary = &sight->arms[TRACK_CANARY];
    const struct trials *stable = &sight->arms[TRACK_STABLE];
    uint64_t all = canary->count + stable->count;
    if (canary->count == 0 || all == 0) return;
    monitoring->last_ns = loop_clock_ns();
    monitoring->weight_bp = (uint32_t)(canary->count * ROLLOUT_BASIS_POINTS / all);
    monitoring->evidence.rules.is_split_unknown = true;
    evidence_start_step(&monitoring->evidence, monitoring->weight_bp);
    evidence_add_counts(&monitoring->evidence, HARM_ERRORS, canary, stable);
}

static void on_seen(void *owner, const struct canary_sight *sight) {
    struct monitoring *monitoring = owner;
    take_counts(monitoring, sight);
    monitoring->verdict.decision = decide(monitoring);
    cut_short(monitoring, &monitoring->verdict.decision);
    end(monitoring, sight);
}

/* Evidence of harm may be looked at all the time; of safety only at the end. */
static void on_beat(void *owner, uint64_t now_ns) {
    struct monitoring *monitoring = owner;
    const struct canary_sight sight = canary_look_sight(monitoring->look);
    if (!sight.from_log || monitoring->weight_bp == 0) return;
    /* Once, from a quarter of the time: what is slow for stable. */
    if (!monitoring->settled &&
        now_ns - monitoring->since_ns >= monitoring->duration_ns / 4) {
        monitoring->settled = true;
        evidence_start_step(&monitoring->evidence, monitoring->weight_bp);
    }
    struct decision decision = decide(monitoring);
    if (decision.kind != DECISION_ROLL_BACK ||
        monitoring->plan.rule == ROLLOUT_BY_BOOK) {
        return;
    }
    monitoring->verdict.decision = decision;
    end(monitoring, &sight);
}

static void on_stop(void *owner, unsigned count) {
    struct monitoring *monitoring = owner;
    (void)count;
    progress_wipe(&monitoring->progress);
    monitoring->code = (int)stop_code(&monitoring->stop, EXIT_CODE_INTERRUPTED);
    loop_stop(monitoring->desk.loop);
}

static void compare(struct monitoring *monitoring) {
    struct loop *loop = monitoring->desk.loop;
    struct rollout_rules rules = canary_wish_rules(&monitoring->plan);
    const struct canary_look_options options = {
        .target = monitoring->desk.target,
        .duration_ns = monitoring->duration_ns,
        .on_line = on_line,
        .on_seen = on_seen,
        .owner = monitoring,
    };
    /* The whole time is one step, and ends it. */
    rules.hold_ms = 0;
    rules.most_ms = 2 * monitoring->duration_ns / NS_PER_MS;
    evidence_init(&monitoring->evidence, &rules);
    monitoring->since_ns = loop_clock_ns();
    progress_init(&monitoring->progress, loop, monitoring->desk.invocation);
    progress_say(&monitoring->progress, "comparing the canary with stable");
    monitoring->look = canary_look_new(loop, &options);
    monitoring->beat = loop_every(loop, LOOK_NS, on_beat, monitoring);
    stop_watch(&monitoring->stop, loop, on_stop, monitoring);
    loop_run(loop);
    stop_forget(&monitoring->stop);
    progress_wipe(&monitoring->progress);
    loop_timer_free(monitoring->beat);
    canary_look_free(monitoring->look);
}

static bool prepare(
    struct monitoring *monitoring, const struct invocation *invocation,
    struct error *err) {
    const char *value = invocation->options.values[OPTION_DURATION];
    uint64_t most_ns = invocation->options.timeout_ns;
    monitoring->asked_ns = DURATION_NS;
    if (value) units_parse_duration(slice_of(value), &monitoring->asked_ns);
    bool is_cut = most_ns > 0 && most_ns < monitoring->asked_ns;
    monitoring->duration_ns = is_cut ? most_ns : monitoring->asked_ns;
    return canary_wish_plan(
               invocation, monitoring->desk.config, &monitoring->plan, err) &&
           invocation_check_output(invocation, err);
}

static int monitor(const struct invocation *invocation) {
    struct monitoring *monitoring = memory_new(sizeof *monitoring);
    struct error err;
    if (!canary_desk_sit(&monitoring->desk, invocation, &err)) {
        monitoring->code = invocation_fail(invocation, invocation_code_of(&err), &err);
    } else if (!prepare(monitoring, invocation, &err)) {
        monitoring->code = invocation_fail(invocation, EXIT_CODE_USAGE, &err);
    } else {
        compare(monitoring);
    }
    canary_desk_leave(&monitoring->desk);
    int code = monitoring->code;
    free(monitoring);
    return code;
}

int canary_monitor_command(const struct invocation *invocation) {
    bool acts = options_has(&invocation->options, OPTION_ACT);
    return acts ? canary_start_for(invocation, true) : monitor(invocation);
}
