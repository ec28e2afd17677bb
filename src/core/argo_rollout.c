/* SPDX-License-Identifier: MIT */
#include "core/argo_rollout.h"

#include <string.h>

#include "base/safe_text.h"
#include "base/scan.h"

enum { WHOLE_PERCENT = 100 };

static bool read_step(
    struct argo_rollout *rollout, const struct node *step, struct error *err) {
    uint32_t at = rollout->step_count;
    int64_t weight;
    if (at == ARGO_STEPS_MAX) {
        return error_set(err, ERROR_LIMIT, "more than %d steps", ARGO_STEPS_MAX);
    }
    rollout->weights[at] = ARGO_NO_WEIGHT;
    const struct node *pause = node_get(step, "pause");
    if (node_integer(step, "setWeight", 0, WHOLE_PERCENT, &weight)) {
        rollout->weights[at] = (int32_t)weight;
    } else if (pause && !node_get(pause, "duration")) {
        rollout->pauses[at] = true;
    } else {
        return error_set(
            err, ERROR_USAGE,
            "step %u of the Rollout is neither a weight nor a pause without an end",
            at + 1);
    }
    rollout->step_count++;
    return true;
}

static bool read_steps(
    struct argo_rollout *rollout, const struct node *spec, struct error *err) {
    const struct node *canary = node_get(node_get(spec, "strategy"), "canary");
    const struct node *steps = node_get(canary, "steps");
    if (!steps || steps->child_count == 0) {
        return error_set(err, ERROR_USAGE, "the Rollout has no canary with steps");
    }
    if (node_get(canary, "analysis")) {
        return error_set(err, ERROR_USAGE, "the Rollout has an analysis of its own");
    }
    for (const struct node *step = steps->first; step; step = step->next) {
        if (!read_step(rollout, step, err)) return false;
    }
    return true;
}

/* Without a router of Argo's own the weight is that of the last step that set one. */
static int32_t weight_of(
    const struct argo_rollout *rollout, const struct node *status) {
    int64_t weight;
    const struct node *weights = node_get(node_get(status, "canary"), "weights");
    if (node_integer(
            node_get(weights, "canary"), "weight", 0, WHOLE_PERCENT, &weight)) {
        return (int32_t)weight;
    }
    if (rollout->complete || rollout->aborted) return 0;
    int32_t last = 0;
    for (int64_t i = 0; i < rollout->step && i < rollout->step_count; i++) {
        if (rollout->weights[i] != ARGO_NO_WEIGHT) last = rollout->weights[i];
    }
    return last;
}

/* It writes the generation as a string. */
static bool is_observed(const struct node *object, const struct node *status) {
    int64_t generation, seen;
    const struct node *observed = node_get(status, "observedGeneration");
    return node_integer(
               node_get(object, "metadata"), "generation", 0, INT64_MAX, &generation) &&
           observed && slice_i64(observed->string, &seen) && seen == generation;
}

static void take_words(
    const struct node *status, const char *key, char *to, size_t size) {
    const struct node *value = node_get(status, key);
    if (value && value->kind == NODE_STRING) safe_text_copy(to, size, value->string);
}

bool argo_rollout_read(
    const struct node *object, struct argo_rollout *rollout, struct error *err) {
    struct argo_rollout read = {0};
    const struct node *kind = node_get(object, "kind");
    const struct node *status = node_get(object, "status");
    if (!kind || !slice_equals(kind->string, "Rollout")) {
        return error_set(err, ERROR_PROTOCOL, "what was read is no Rollout");
    }
    if (!read_steps(&read, node_get(object, "spec"), err)) return false;
    take_words(status, "currentPodHash", read.hash, sizeof read.hash);
    take_words(status, "stableRS", read.stable_hash, sizeof read.stable_hash);
    take_words(status, "phase", read.phase, sizeof read.phase);
    take_words(status, "message", read.words, sizeof read.words);
    node_integer(status, "currentStepIndex", 0, ARGO_STEPS_MAX, &read.step);
    node_bool(status, "abort", &read.aborted);
    const struct node *pauses = node_get(status, "pauseConditions");
    read.paused = pauses && pauses->child_count > 0;
    read.observed = is_observed(object, status);
    read.complete = *read.hash && strcmp(read.hash, read.stable_hash) == 0;
    read.weight = weight_of(&read, status);
    *rollout = read;
    return true;
}

int32_t argo_rollout_next_weight(const struct argo_rollout *rollout) {
    if (!rollout->paused || rollout->step >= rollout->step_count ||
        !rollout->pauses[rollout->step]) {
        return ARGO_NO_WEIGHT;
    }
    for (int64_t i = rollout->step + 1; i < rollout->step_count; i++) {
        if (rollout->weights[i] != ARGO_NO_WEIGHT) return rollout->weights[i];
    }
    return WHOLE_PERCENT;
}
