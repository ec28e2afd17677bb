/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <string.h>

#include "support/kubernetes_controllers.h"

static void set_weight(cJSON *json, int weight) {
    tree_set_int(json, "/status/canary/weights/canary/weight", weight);
    tree_set_int(json, "/status/canary/weights/stable/weight", 100 - weight);
}

static void set_phase(cJSON *json, const char *phase, const char *message) {
    tree_set_string(json, "/status/phase", phase);
    tree_set_string(json, "/status/message", message);
}

static void unpause(cJSON *json) {
    tree_drop(json, "/status/pauseConditions");
    tree_drop(json, "/status/controllerPause");
}

static void pause_at(cJSON *json) {
    char now[32];
    cJSON *condition = cJSON_CreateObject(), *list = cJSON_CreateArray();
    tree_set_string(condition, "/reason", "CanaryPauseStep");
    tree_set_string(condition, "/startTime", kubernetes_now(now));
    cJSON_AddItemToArray(list, condition);
    tree_set(json, "/status/pauseConditions", list);
    tree_set(json, "/status/controllerPause", cJSON_CreateTrue());
    set_phase(json, "Paused", "CanaryPauseStep");
}

/* The new version is the stable one now, and has all traffic. */
static void complete(cJSON *json, const char *hash, int steps) {
    tree_set_string(json, "/status/stableRS", hash);
    tree_set_int(json, "/status/currentStepIndex", steps);
    tree_drop(json, "/status/promoteFull");
    unpause(json);
    set_weight(json, 0);
    set_phase(json, "Healthy", "");
}

static void abort_it(cJSON *json, bool stuck) {
    unpause(json);
    tree_set_int(json, "/status/currentStepIndex", 0);
    if (!stuck) set_weight(json, 0);
    set_phase(json, "Degraded", "RolloutAborted: Rollout aborted update");
}

/* One step on, or one look at a pause. */
static void advance(cJSON *json, const char *hash) {
    cJSON *steps = tree_at(json, "/spec/strategy/canary/steps");
    int count = cJSON_GetArraySize(steps);
    int at = tree_int(json, "/status/currentStepIndex", 0);
    if (at >= count) {
        complete(json, hash, count);
        return;
    }
    cJSON *step = cJSON_GetArrayItem(steps, at);
    cJSON *weight = tree_at(step, "/setWeight");
    if (weight) {
        set_weight(json, weight->valueint);
        set_phase(json, "Progressing", "more replicas need to be updated");
        tree_set_int(json, "/status/currentStepIndex", at + 1);
    } else if (cJSON_GetArraySize(tree_at(json, "/status/pauseConditions")) > 0) {
        set_phase(json, "Paused", "CanaryPauseStep");
    } else if (tree_at(json, "/status/controllerPause")) {
        unpause(json);
        tree_set_int(json, "/status/currentStepIndex", at + 1);
    } else {
        pause_at(json);
    }
}

void kubernetes_rollout_tick(
    struct kubernetes_api *api, const struct kubernetes_behaviour *behaviour,
    struct kubernetes_object *rollout) {
    char hash[16], generation[16];
    if (rollout->ticks++ < behaviour->observe_ticks) return;
    cJSON *json = cJSON_Duplicate(rollout->json, true);
    kubernetes_template_hash(json, hash);
    snprintf(
        generation, sizeof generation, "%d", tree_int(json, "/metadata/generation", 0));
    tree_set_string(json, "/status/observedGeneration", generation);
    int steps = cJSON_GetArraySize(tree_at(json, "/spec/strategy/canary/steps"));
    bool renewed = strcmp(tree_string(json, "/status/currentPodHash"), hash) != 0;
    const char *stable = tree_string(json, "/status/stableRS");
    if (renewed) {
        tree_set_string(json, "/status/currentPodHash", hash);
        tree_set_int(json, "/status/currentStepIndex", 0);
        tree_drop(json, "/status/abort");
        unpause(json);
    }
    bool is_stable = !*stable || strcmp(stable, hash) == 0;
    bool aborted = cJSON_IsTrue(tree_at(json, "/status/abort"));
    bool at_once = cJSON_IsTrue(tree_at(json, "/status/promoteFull"));
    if (is_stable || (at_once && !aborted)) {
        complete(json, hash, steps);
    } else if (aborted) {
        abort_it(json, behaviour->abort_stuck);
    } else {
        advance(json, hash);
    }
    kubernetes_store_replace(&api->store, rollout, json);
}
