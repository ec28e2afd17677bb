/* What a controller publishes: where the rollout stands, what happens next, and why not
 * now. */
/* SPDX-License-Identifier: MIT */
#include <math.h>
#include <string.h>

#include "base/text.h"
#include "base/units.h"
#include "control/controller_state.h"
#include "control/secrecy.h"
#include "core/confidence.h"
#include "core/decision_words.h"
#include "core/evidence.h"
#include "core/quantile_bounds.h"
#include "core/rollout_end.h"
#include "core/rollout_moment.h"
#include "core/rollout_move.h"
#include "io/loop.h"

#define TOO_LONG_NS NS_PER_S /* for the journal to take something */

static uint32_t cut_ms(uint64_t ms) {
    return ms < UINT32_MAX ? (uint32_t)ms : UINT32_MAX;
}

static uint32_t ms_of(uint64_t duration_ns) {
    return cut_ms(duration_ns / NS_PER_MS);
}

static void tell_who(
    const struct controller *controller, struct rollout_status *status) {
    const struct rollout_plan *plan = &controller->rollout.plan;
    text_copy_cut(status->id, sizeof status->id, plan->id);
    text_copy_cut(status->from, sizeof status->from, plan->from);
    text_copy_cut(status->to, sizeof status->to, plan->to);
    text_copy_cut(status->holder, sizeof status->holder, plan->holder);
    text_copy_cut(status->host, sizeof status->host, plan->host);
    status->since_ms = controller->since_ms;
    status->epoch = controller->epoch;
    status->version = controller->rollout.version;
}

/* Until the step may end; when all of them have: until nobody can go back any more. */
static uint64_t left_ns(
    const struct rollout *rollout, uint64_t clock_ns, uint64_t now_ns) {
    const struct rollout_plan *plan = &rollout->plan;
    if (rollout_is_undoable(rollout, now_ns)) {
        return plan->keep_previous_ns - (now_ns - rollout->done_ns);
    }
    return clock_ns < plan->hold_each_ns ? plan->hold_each_ns - clock_ns : 0;
}

static void tell_steps(
    const struct controller *controller, struct rollout_status *status,
    uint64_t now_ns) {
    const struct rollout *rollout = &controller->rollout;
    const struct rollout_plan *plan = &rollout->plan;
    status->steps = (uint16_t)plan->step_count;
    status->step = rollout->has_begun ? (uint16_t)(rollout->step + 1) : 0;
    for (uint32_t i = 0; i < plan->step_count; i++) {
        status->steps_bp[i] = (uint16_t)plan->steps[i].weight_bp;
    }
    uint64_t clock_ns = rollout->clock_ns;
    if (rollout->phase == ROLLOUT_WATCHING) clock_ns += now_ns - rollout->clocked_ns;
    status->wanted_bp = (uint16_t)rollout->wanted_bp;
    status->lease_ms = keeper_seen(controller->keeper)->lease_ms;
    status->in_step_ms = ms_of(clock_ns);
    status->hold_each_ms = ms_of(plan->hold_each_ns);
    status->max_each_ms = ms_of(plan->max_each_ns);
    status->left_ms = ms_of(left_ns(rollout, clock_ns, now_ns));
}

/* Of what nobody has told it says nothing: that is not as good as no harm. */
static float harm_of(
    const struct evidence *evidence, enum harm_metric metric,
    const struct rollout_metric *told) {
    double log_value = evidence_log_value_in(evidence, metric);
    bool is_known = told->stable_units + told->canary_units > 0 || log_value != 0;
    return is_known ? (float)fmin(exp(log_value), 1e9) : NAN;
}

static void tell_metric(
    const struct evidence *evidence, enum harm_metric metric,
    struct rollout_metric *told) {
    const struct harm *harm = &evidence->harms[metric];
    const struct trials *stable = &harm->all[ARM_STABLE];
    const struct trials *canary = &harm->all[ARM_CANARY];
    double alpha = evidence->rules.gate_alpha;
    text_copy_cut(told->name, sizeof told->name, harm_metric_name(metric));
    told->stable_units = stable->count;
    told->stable_failed = stable->failures;
    told->canary_units = canary->count;
    told->canary_failed = canary->failures;
    told->harm = harm_of(evidence, metric, told);
    struct confidence low_high =
        confidence_of_rate(stable->failures, stable->count, alpha);
    told->stable_low = (float)low_high.low;
    told->stable_high = (float)low_high.high;
    low_high = confidence_of_rate(canary->failures, canary->count, alpha);
    told->canary_low = (float)low_high.low;
    told->canary_high = (float)low_high.high;
}

static void tell_latency(
    const struct evidence *evidence, struct rollout_status *status) {
    static const double quantiles[] = {0.50, 0.95, 0.99};
    for (int arm = 0; arm < ARM_COUNT; arm++) {
        const struct histogram *latencies = &evidence->latencies[arm];
        for (int i = 0; i < 3; i++) {
            struct rollout_latency *told = &status->latency[arm][i];
            *told = (struct rollout_latency){NAN, NAN, NAN};
            if (latencies->count == 0) continue;
            const struct quantile_bounds bounds =
                quantile_bounds_of(latencies, quantiles[i], evidence->rules.gate_alpha);
            told->value_ms = (float)(bounds.value_us / 1000);
            if (bounds.has_low_end) told->low_ms = (float)(bounds.low_us / 1000);
            if (bounds.has_high_end) told->high_ms = (float)(bounds.high_us / 1000);
        }
    }
}

static void tell_evidence(
    const struct controller *controller, struct rollout_status *status) {
    const struct evidence *evidence = watch_evidence(controller->watch);
    const struct decision *decision = watch_decision(controller->watch);
    status->harm = (float)fmin(decision->evidence, 1e9);
    status->harm_limit = (float)decision->evidence_limit;
    status->bound = decision->requests > 0 ? (float)decision->extra : NAN;
    status->bound_limit = (float)decision->allowed;
    status->split_evidence =
        (float)fmin(exp(split_check_log_value(&evidence->split)), 1e9);
    /* What was seen at another weight says nothing of this one. */
    bool is_of_weight = evidence->split.weight_bp == controller->rollout.wanted_bp;
    status->seen = is_of_weight ? (float)split_check_seen(&evidence->split) : NAN;
    status->canary_missing = decision_missing(decision);
    for (int i = 0; i < HARM_METRIC_COUNT; i++) {
        enum harm_metric metric = (enum harm_metric)i;
        if ((evidence->rules.metrics & HARM_BIT(metric)) == 0) continue;
        tell_metric(evidence, metric, &status->metrics[status->metric_count++]);
    }
    tell_latency(evidence, status);
}

static void tell_end(const struct controller *controller, struct text *next) {
    const char *version = controller->rollout.plan.to;
    if (controller->rollout.finalizing) {
        text_addf(next, "traffic goes to stable, which is %s", version);
    } else if (controller->launch->target.deploy.kind != DEPLOY_EXTERNAL) {
        text_addf(next, "stable gets %s when it can be undone no more", version);
    } else {
        text_addf(
            next, "give stable %s: then this ends, until then the lease is kept",
            version);
    }
}

static void tell_way_back(const struct rollout *rollout, struct text *next) {
    const char *from = rollout->plan.from[0] ? rollout->plan.from : "what it was";
    if (!rollout->restoring) {
        text_add(next, "weight 0 is set until it is read back");
    } else if (rollout->wanted_bp > 0) {
        text_addf(next, "stable becomes %s again, then traffic goes to it", from);
    } else {
        text_addf(next, "weight 0, and stable is to be %s again", from);
    }
}

/* How a hold may end. */
static const char *after_hold(const struct rollout *rollout, uint64_t now_ns) {
    bool may_come_back = rollout->blind_ns != 0 &&
                         now_ns - rollout->blind_ns < rollout->plan.blind_max_ns;
    switch (rollout->hold) {
    case ROLLOUT_HELD_AROUND: return "goes on by itself when both are well again";
    case ROLLOUT_HELD_BLIND:
        return may_come_back ? "goes on by itself when the data is back"
                             : "resume or abort";
    case ROLLOUT_HELD_PERSON:
    case ROLLOUT_HELD_TIME: return "resume, promote or abort";
    case ROLLOUT_HELD_SPLIT:
    case ROLLOUT_HELD_DRIFT:
    case ROLLOUT_HELD_CRASH:
    case ROLLOUT_HELD_ROUTER:
    case ROLLOUT_HELD_JOURNAL:
    case ROLLOUT_HELD_DEPLOY:
    case ROLLOUT_NOT_HELD:
    case ROLLOUT_HOLD_COUNT: break;
    }
    return "resume or abort";
}

/* What was said when it was held may be over since. */
static const char *why_held(const struct rollout *rollout) {
    bool sees_again = rollout->hold == ROLLOUT_HELD_BLIND && rollout->sight.fresh;
    return sees_again ? "the data is back, and was away for too long to go on by itself"
                      : rollout->reason;
}

/* What a step waits for. */
static void tell_way_on(
    const struct controller *controller, struct text *next, uint64_t now_ns) {
    const struct rollout *rollout = &controller->rollout;
    const struct rollout_plan *plan = &rollout->plan;
    const struct rollout_moment moment = rollout_moment_of(rollout, now_ns);
    if (plan->manual) {
        text_add(next, "its holder promotes it");
    } else if (plan->rule == ROLLOUT_BY_BOOK) {
        text_add(next, "goes on when the rule of the book allows it");
    } else if (rollout->step + 1 == plan->step_count) {
        text_addf(next, "%s is promoted when the evidence allows it", plan->to);
    } else {
        decision_add_next(
            next, watch_decision(controller->watch),
            &(struct decision_moment){.next_bp = moment.next_bp});
    }
}

static void tell_next(
    const struct controller *controller, struct rollout_status *status,
    uint64_t now_ns) {
    const struct rollout *rollout = &controller->rollout;
    struct text next = TEXT_IN(status->next);
    switch (rollout->phase) {
    case ROLLOUT_PREFLIGHT: text_add(&next, "looks whether it may start"); break;
    case ROLLOUT_DEPLOYING:
        text_addf(
            &next, "waits for instances of the canary that say they are %s",
            rollout->plan.to);
        break;
    case ROLLOUT_SMOKE:
        text_add(&next, "runs the smoke test against the canary");
        break;
    case ROLLOUT_RAISING:
        text_add(&next, "watches, once the weight is read back");
        break;
    case ROLLOUT_WATCHING:
        tell_way_on(controller, &next, now_ns);
        text_copy_cut(
            status->why_not_now, sizeof status->why_not_now, rollout->sight.words);
        break;
    case ROLLOUT_HOLD:
        text_add(&next, after_hold(rollout, now_ns));
        text_copy_cut(
            status->why_not_now, sizeof status->why_not_now, why_held(rollout));
        break;
    case ROLLOUT_FINALIZING:
        text_add(&next, "traffic goes to stable, once all of it is the version");
        break;
    case ROLLOUT_DONE:
        if (!rollout->ended) tell_end(controller, &next);
        break;
    case ROLLOUT_ROLLING_BACK: tell_way_back(rollout, &next); break;
    case ROLLOUT_STRANDED:
        if (!rollout->ended) tell_way_back(rollout, &next);
        break;
    case ROLLOUT_ROLLED_BACK:
        if (controller->result[0]) {
            text_addf(&next, "nothing more: %s", controller->result);
        }
        break;
    case ROLLOUT_IDLE:
    case ROLLOUT_PHASE_COUNT: break;
    }
    if (controller->trouble[0]) {
        text_copy_cut(
            status->why_not_now, sizeof status->why_not_now, controller->trouble);
    }
}

/* Nobody is told of a promotion that no journal has yet: it may be taken back. */
static void tell_promotion(
    const struct controller *controller, struct rollout_status *status) {
    const struct rollout *rollout = &controller->rollout;
    bool is_settled = rollout->ended || rollout->finalizing || rollout->releasing;
    if (rollout->phase != ROLLOUT_DONE || is_settled) return;
    if (controller->moves.count == 0) return;
    status->phase = ROLLOUT_WATCHING;
    status->undoable = false;
    text_copy_cut(
        status->next, sizeof status->next, "promoted, once that is written down");
}

/* What has been decided and is not written down yet, and what is not even decided. */
static void tell_unwritten(
    const struct controller *controller, struct rollout_status *status,
    uint64_t now_ns) {
    const struct rollout *rollout = &controller->rollout;
    uint64_t held_ns = rollouts_held_ns(controller->rollouts);
    uint64_t age_ns = moves_age_ns(&controller->moves, now_ns);
    bool is_back = rollout_is_going_back(rollout) || rollout->ended;
    if (age_ns < TOO_LONG_NS && held_ns < TOO_LONG_NS) return;
    struct text words = TEXT_IN(status->why_not_now);
    text_add(
        &words, held_ns > 0 ? "somebody else holds the journal, for "
                            : "the journal has not been written for ");
    units_add_duration(&words, held_ns > 0 ? held_ns : age_ns);
    text_add(
        &words, is_back ? ": what was done is written down afterwards"
                        : ": nothing is raised that it does not say before");
}

static void tell_data(
    const struct controller *controller, struct rollout_status *status) {
    const struct traffic_state traffic = traffic_look(controller->traffic);
    status->data_age_ms = cut_ms(traffic.age_ms);
    status->data_age_most_ms = ms_of(controller->rollout.plan.stale_ns);
    memcpy(status->feeds, traffic.feeds, sizeof status->feeds);
    status->jobs_open = traffic.jobs_open;
    status->oldest_job_ms = cut_ms(traffic.oldest_job_ms);
    text_copy_cut(
        status->unrecorded, sizeof status->unrecorded,
        watch_unrecorded(controller->watch));
}

void controller_tell(
    const struct controller *controller, struct rollout_status *status,
    uint64_t now_ns) {
    const struct rollout *rollout = &controller->rollout;
    memset(status, 0, sizeof *status);
    status->known = true;
    tell_who(controller, status);
    status->phase = (uint8_t)rollout->phase;
    status->hold = (uint8_t)rollout->hold;
    status->reached = (uint8_t)rollout_reached(rollout);
    status->ended = rollout->ended;
    status->undoable = rollout_is_undoable(rollout, now_ns);
    status->guarded = keeper_seen(controller->keeper)->leased ||
                      guardian_is_watched(controller->guardian);
    status->finalizing = rollout->finalizing;
    text_copy_cut(status->reason, sizeof status->reason, rollout->reason);
    text_copy_cut(status->actor, sizeof status->actor, rollout_person(rollout));
    tell_steps(controller, status, now_ns);
    tell_evidence(controller, status);
    tell_next(controller, status, now_ns);
    tell_promotion(controller, status);
    tell_unwritten(controller, status, now_ns);
    tell_data(controller, status);
    secrecy_keep_status(controller->handler.redactor, status);
    status->at_ns = now_ns;
}
