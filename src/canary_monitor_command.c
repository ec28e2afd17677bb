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
#include "core/aftermath.h"
#include "core/rollout_case.h"
#include "core/router_unit.h"
#include "io/loop.h"
#include "progress.h"

#define DURATION_NS (600 * NS_PER_S)
#define LOOK_NS     NS_PER_S

/* A rollout that has just ended is in the way of nothing for longer. */
#define PATIENCE_NS (6 * NS_PER_S)

/* A comparison of what is deployed, which never acts. */
struct monitoring {
    struct canary_desk desk;
    struct rollout_plan plan;
    struct canary_look *look;
    struct loop_timer *beat;
    struct stop stop;
    struct progress progress;
    struct canary_verdict verdict;
    struct aftermath aftermath; /* of what took both versions down */
    uint64_t duration_ns, last_ns;
    uint64_t asked_ns;           /* more than duration_ns where --timeout is shorter */
    uint32_t weight_bp;          /* of the lines; 0 before the first */
    uint64_t counted[ARM_COUNT]; /* requests in blocks of counts */
    bool settled;                /* what is slow was taken from stable */
    bool contradicts, is_over;
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
    if (monitoring->aftermath.is_on) return;
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

/* The whole time is one step, and ends it. */
static void judge(struct monitoring *monitoring, bool is_split_known) {
    struct rollout_rules rules = rollout_case_rules(&monitoring->plan, is_split_known);
    rules.hold_ms = 0;
    rules.most_ms = 2 * monitoring->duration_ns / NS_PER_MS;
    evidence_init(&monitoring->evidence, &rules);
}

/* Counters know no users and no weight. */
static void judge_by_counts(struct monitoring *monitoring) {
    if (!monitoring->evidence.rules.is_split_unknown) judge(monitoring, false);
}

static void weigh(struct monitoring *monitoring) {
    uint64_t canary = monitoring->counted[ARM_CANARY];
    uint64_t all = canary + monitoring->counted[ARM_STABLE];
    bool is_first = monitoring->weight_bp == 0;
    if (canary == 0) return;
    monitoring->weight_bp = (uint32_t)(canary * ROLLOUT_BASIS_POINTS / all);
    if (monitoring->weight_bp == 0) monitoring->weight_bp = 1;
    if (is_first) evidence_start_step(&monitoring->evidence, monitoring->weight_bp);
}

static void on_block(void *owner, const struct metric_block *block) {
    struct monitoring *monitoring = owner;
    const struct trials *canary = &block->trials[ARM_CANARY][HARM_ERRORS];
    const struct trials *stable = &block->trials[ARM_STABLE][HARM_ERRORS];
    if (monitoring->aftermath.is_on) return;
    judge_by_counts(monitoring);
    monitoring->counted[ARM_CANARY] += canary->count;
    monitoring->counted[ARM_STABLE] += stable->count;
    weigh(monitoring);
    evidence_add_counts(&monitoring->evidence, HARM_ERRORS, canary, stable);
}

/* All of it, and of the version that was asked for, if one was. */
static bool is_ready(
    const struct monitoring *monitoring, const struct canary_sight *sight) {
    const struct instances_sight *canary = &sight->instances[TRACK_CANARY];
    return canary->count > 0 && canary->renewed == canary->count &&
           !sight->unknown[0] && !monitoring->aftermath.is_on;
}

/* What is in the way; "" for nothing. */
static const char *words_of(
    const struct monitoring *monitoring, const struct canary_sight *sight) {
    const struct instances_sight *canary = &sight->instances[TRACK_CANARY];
    if (monitoring->aftermath.is_on) return aftermath_words(&monitoring->aftermath);
    if (sight->unknown[0]) return sight->unknown;
    if (canary->count == 0) return "no instance of the canary can be asked how it is";
    return is_ready(monitoring, sight) ? "" : canary->words;
}

static void explain(
    struct decision *decision, bool is_sound, const char *words, const char *trouble) {
    bool is_harm = decision->kind == DECISION_ROLL_BACK && is_sound;
    char why[DECISION_WORDS_SIZE];
    struct text text = TEXT_IN(why);
    if (is_harm || decision->kind == DECISION_PROMOTE) return;
    text_add(&text, decision->why);
    if (words[0]) text_addf(&text, "%s%s", is_sound ? "; " : ": ", words);
    if (trouble[0]) text_addf(&text, "; %s", trouble);
    text_copy_cut(decision->why, sizeof decision->why, why);
}

static uint64_t age_of(uint64_t since_ns) {
    return since_ns > 0 ? (loop_clock_ns() - since_ns) / NS_PER_MS : UINT64_MAX;
}

static struct decision decide(
    const struct monitoring *monitoring, const struct canary_sight *sight) {
    const struct instances_sight *canary = &sight->instances[TRACK_CANARY];
    const struct instances_sight *stable = &sight->instances[TRACK_STABLE];
    uint64_t age_ms = sight->counted_age_ms;
    if (sight->from_log) age_ms = age_of(monitoring->last_ns);
    const struct decision_moment moment = {
        .in_step_ms = units_whole(sight->seconds * 1000),
        .data_age_ms = age_ms,
        .weight_bp = monitoring->weight_bp,
        .next_bp = next_weight(monitoring),
        .fault = aftermath_fault(&monitoring->aftermath, stable, canary),
        .is_ready = is_ready(monitoring, sight),
        .contradicts = monitoring->contradicts || sight->contradicts,
    };
    struct decision decision = decision_make(&monitoring->evidence, &moment);
    bool is_there = canary->count > 0 && !sight->unknown[0];
    explain(
        &decision, moment.fault == CANARY_SOUND, words_of(monitoring, sight),
        is_there ? sight->trouble : "");
    return decision;
}

static bool is_at_fault(
    const struct monitoring *monitoring, const struct canary_sight *sight) {
    const struct instances_sight *instances = sight->instances;
    return aftermath_fault(
               &monitoring->aftermath, &instances[TRACK_STABLE],
               &instances[TRACK_CANARY]) != CANARY_SOUND;
}

static void end(struct monitoring *monitoring, const struct canary_sight *sight) {
    struct canary_verdict *verdict = &monitoring->verdict;
    struct buffer report;
    monitoring->is_over = true;
    switch (verdict->decision.kind) {
    case DECISION_PROMOTE: verdict->code = EXIT_CODE_OK; break;
    case DECISION_ROLL_BACK: verdict->code = EXIT_CODE_FAILED; break;
    case DECISION_WATCH:
    case DECISION_INCONCLUSIVE:
    case DECISION_FREEZE:
    case DECISION_COUNT: verdict->code = EXIT_CODE_INCONCLUSIVE; break;
    }
    verdict->target = monitoring->plan.target;
    verdict->source = sight->source;
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
    monitoring->code =
        canary_desk_write(&monitoring->desk, buffer_slice(&report), verdict->code);
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

static void on_seen(void *owner, const struct canary_sight *sight) {
    struct monitoring *monitoring = owner;
    if (monitoring->is_over) return;
    if (!sight->from_log) judge_by_counts(monitoring);
    monitoring->verdict.decision = decide(monitoring, sight);
    cut_short(monitoring, &monitoring->verdict.decision);
    end(monitoring, sight);
}

static void on_blind(void *owner, const struct error *why) {
    struct monitoring *monitoring = owner;
    if (monitoring->is_over) return;
    monitoring->is_over = true;
    progress_wipe(&monitoring->progress);
    monitoring->code = canary_desk_fail(&monitoring->desk, EXIT_CODE_UNREACHABLE, why);
    loop_stop(monitoring->desk.loop);
}

/* Once, from a quarter of the time: what is slow for stable. */
static void settle(struct monitoring *monitoring, const struct canary_sight *sight) {
    double quarter_s = (double)monitoring->duration_ns / NS_PER_S / 4;
    bool is_told = sight->from_log && monitoring->weight_bp > 0;
    if (!is_told || monitoring->settled || sight->seconds < quarter_s) return;
    monitoring->settled = true;
    evidence_start_step(&monitoring->evidence, monitoring->weight_bp);
}

/* Evidence of harm may be looked at all the time; of safety only at the end. */
static void on_beat(void *owner, uint64_t now_ns) {
    struct monitoring *monitoring = owner;
    const struct canary_sight sight = canary_look_sight(monitoring->look);
    const struct instances_sight *instances = sight.instances;
    if (monitoring->is_over) return;
    aftermath_see(
        &monitoring->aftermath, &instances[TRACK_STABLE], &instances[TRACK_CANARY],
        now_ns);
    bool is_bad = is_at_fault(monitoring, &sight);
    bool is_told = monitoring->weight_bp > 0;
    settle(monitoring, &sight);
    if (!is_bad && (!is_told || monitoring->plan.rule == ROLLOUT_BY_BOOK)) return;
    struct decision decision = decide(monitoring, &sight);
    if (decision.kind != DECISION_ROLL_BACK) return;
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

/* Not longer in all than it may take. */
static uint64_t patience(const struct monitoring *monitoring) {
    uint64_t most_ns = monitoring->desk.invocation->options.timeout_ns;
    if (most_ns == 0) return PATIENCE_NS;
    uint64_t left_ns = most_ns - monitoring->duration_ns;
    return left_ns < PATIENCE_NS ? left_ns : PATIENCE_NS;
}

static void compare(struct monitoring *monitoring) {
    struct loop *loop = monitoring->desk.loop;
    struct error err;
    const struct canary_look_options options = {
        .target = monitoring->desk.target,
        .version = monitoring->plan.to,
        .duration_ns = monitoring->duration_ns,
        .patience_ns = patience(monitoring),
        .asks_health = true,
        .on_line = on_line,
        .on_block = on_block,
        .on_seen = on_seen,
        .on_blind = on_blind,
        .owner = monitoring,
    };
    judge(monitoring, true);
    monitoring->look = canary_look_new(loop, &options, &err);
    if (!monitoring->look) {
        monitoring->code = invocation_fail(
            monitoring->desk.invocation, invocation_code_of(&err), &err);
        return;
    }
    progress_init(&monitoring->progress, loop, monitoring->desk.invocation);
    progress_say(&monitoring->progress, "comparing the canary with stable");
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
