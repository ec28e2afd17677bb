/* SPDX-License-Identifier: MIT */
#include "control/replica_plan.h"

#include <inttypes.h>
#include <string.h>

#include "base/panic.h"

static bool is_narrowed(const struct replica_state *state) {
    return strcmp(state->service.value, REPLICA_STABLE) == 0;
}

/* All the traffic is the canary's, whatever pods stable has. */
static bool is_all(const struct replica_state *state) {
    return strcmp(state->service.value, REPLICA_CANARY) == 0;
}

/* From weight 0: the canary has no traffic, or has it by this very intent, which was
 * interrupted behind its last step but one. */
static bool begins(
    const struct replica_state *state, const struct router_intent *intent,
    struct error *err) {
    if (is_narrowed(state) || state->canary.wanted == 0) return true;
    if (state->service.weight_bp == (int32_t)intent->weight_bp) return true;
    return error_set(
        err, ERROR_CONFLICT, "the canary has traffic already: %" PRId64 " pods",
        state->canary.wanted);
}

/* Both numbers are what they were, or what they are to be. */
static bool goes_on(
    const struct replica_state *state, const struct replica_ratio *before,
    const struct replica_ratio *wish, struct error *err) {
    int64_t stable = state->stable.wanted, canary = state->canary.wanted;
    bool fits = (stable == before->stable || stable == wish->stable || is_all(state)) &&
                (canary == before->canary || canary == wish->canary);
    if (fits && !is_narrowed(state)) return true;
    return error_set(
        err, ERROR_CONFLICT,
        "somebody has changed it: %" PRId64 " stable and %" PRId64 " canary pods%s",
        stable, canary,
        is_narrowed(state) ? ", and the Service selects one version" : "");
}

static void add(struct replica_plan *plan, enum replica_step step) {
    size_t at = 0;
    while (plan->steps[at] != REPLICA_END) at++;
    ensure(at + 1 < REPLICA_STEPS_MAX);
    plan->steps[at] = step;
    plan->steps[at + 1] = REPLICA_END;
}

static void plan_back(struct replica_plan *plan, const struct replica_state *state) {
    plan->wish = (struct replica_ratio){
        .stable = state->replicas, .canary = state->canary.wanted};
    /* Nobody may be sent to where nobody is. */
    if (state->stable.ready == 0) {
        add(plan, REPLICA_SCALE_STABLE);
        add(plan, REPLICA_WAIT_STABLE);
    }
    add(plan, REPLICA_NARROW);
    add(plan, REPLICA_SCALE_STABLE);
}

static void plan_forward(struct replica_plan *plan, const struct replica_state *state) {
    if (plan->wish.stable == 0) {
        add(plan, REPLICA_SCALE_CANARY);
        add(plan, REPLICA_WAIT_CANARY);
        add(plan, REPLICA_ALL);
        return;
    }
    bool stable_grows = plan->wish.stable > state->stable.wanted;
    if (stable_grows) {
        add(plan, REPLICA_SCALE_STABLE);
        add(plan, REPLICA_WAIT_STABLE);
    }
    add(plan, REPLICA_SCALE_CANARY);
    add(plan, REPLICA_WAIT_CANARY);
    add(plan, REPLICA_OPEN);
    if (!stable_grows) {
        add(plan, REPLICA_SCALE_STABLE);
        add(plan, REPLICA_WAIT_STABLE);
    }
}

enum router_outcome replica_plan_make(
    struct replica_plan *plan, const struct replica_state *state,
    const struct router_intent *intent, struct error *err) {
    struct replica_ratio before;
    *plan = (struct replica_plan){0};
    if (intent->back) {
        plan_back(plan, state);
        return ROUTER_DONE;
    }
    if (!replica_ratio_of(intent->weight_bp, state->replicas, &plan->wish, err) ||
        !replica_ratio_of(intent->before_bp, state->replicas, &before, err)) {
        return ROUTER_REFUSED;
    }
    bool supposed = intent->before_bp == 0 ? begins(state, intent, err)
                                           : goes_on(state, &before, &plan->wish, err);
    if (!supposed) return ROUTER_CONFLICT;
    if (intent->weight_bp == 0) {
        plan_back(plan, state);
    } else {
        plan_forward(plan, state);
    }
    return ROUTER_DONE;
}

/* Whether the pods stand for the share that is kept on the Service: one number of pods
 * stands for many. */
static bool is_as_meant(const struct replica_state *state) {
    struct replica_ratio meant;
    struct error err;
    return state->service.weight_bp >= 0 &&
           replica_ratio_of(
               (uint32_t)state->service.weight_bp, state->replicas, &meant, &err) &&
           meant.stable == state->stable.wanted && meant.canary == state->canary.wanted;
}

void replica_state_view(const struct replica_state *state, struct router_seen *seen) {
    const struct deployment *stable = &state->stable, *canary = &state->canary;
    const struct replica_ratio ready = {stable->ready, canary->ready};
    bool settled = deployment_is_settled(stable) && deployment_is_settled(canary);
    *seen = (struct router_seen){.known = true, .settled = true, .epoch = state->epoch};
    /* Whatever the pods do: nobody is sent to the other one. */
    if (is_narrowed(state)) return;
    if (is_all(state)) {
        seen->weight_bp = ROLLOUT_BASIS_POINTS;
        seen->settled = deployment_is_settled(canary);
        if (!seen->settled) deployment_words(canary, seen->words, sizeof seen->words);
        return;
    }
    if (settled && is_as_meant(state)) {
        seen->weight_bp = (uint32_t)state->service.weight_bp;
        return;
    }
    seen->settled = settled;
    seen->weight_bp = replica_ratio_bp(&ready);
    if (settled) return;
    const struct deployment *late = deployment_is_settled(stable) ? canary : stable;
    deployment_words(late, seen->words, sizeof seen->words);
}
