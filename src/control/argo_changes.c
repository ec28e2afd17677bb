/* SPDX-License-Identifier: MIT */
#include "control/argo_changes.h"

#include "base/scan.h"

enum { WHOLE_PERCENT = 100 };

static const char hash_path[] = "/metadata/annotations/flightdeck.dev~1pod-hash";

bool argo_is_claimed(const struct node *object, const struct argo_rollout *rollout) {
    const struct node *hash = node_get(
        node_get(node_get(object, "metadata"), "annotations"), ARGO_HASH_ANNOTATION);
    return hash && hash->kind == NODE_STRING &&
           slice_equals(hash->string, rollout->hash);
}

bool argo_is_there(const struct argo_wish *wish, const struct argo_rollout *rollout) {
    if (!rollout->observed) return false;
    if (wish->weight == 0) return rollout->weight == 0 && !rollout->complete;
    if (wish->weight == WHOLE_PERCENT && rollout->complete) return true;
    return !rollout->aborted && rollout->paused && rollout->weight == wish->weight;
}

/* Claiming */

static bool is_ours(const void *wish, const struct node *object) {
    (void)wish;
    struct argo_rollout rollout;
    struct error err;
    return argo_rollout_read(object, &rollout, &err) &&
           (rollout.complete || argo_is_claimed(object, &rollout));
}

static enum change_need plan_claim(
    const void *wish, const struct node *object, struct json_patch *patch,
    struct error *err) {
    struct argo_rollout rollout;
    if (!argo_rollout_read(object, &rollout, err)) return CHANGE_IMPOSSIBLE;
    if (is_ours(wish, object)) return CHANGE_THERE;
    json_patch_string(patch, "test", "/status/currentPodHash", rollout.hash);
    json_patch_string(patch, "add", hash_path, rollout.hash);
    return CHANGE_NEEDED;
}

const struct cluster_change argo_claim = {
    .sub = "", .plan = plan_claim, .holds = is_ours};

/* Pressing */

/* It has left the pause: it is not where it cannot be pressed any more. */
static bool is_pressed(const void *given, const struct node *object) {
    const struct argo_wish *wish = given;
    struct argo_rollout rollout;
    struct error err;
    if (!argo_rollout_read(object, &rollout, &err)) return false;
    return argo_is_there(wish, &rollout) || !rollout.paused || rollout.complete;
}

static enum change_need plan_press(
    const void *given, const struct node *object, struct json_patch *patch,
    struct error *err) {
    const struct argo_wish *wish = given;
    struct argo_rollout rollout;
    if (!argo_rollout_read(object, &rollout, err)) return CHANGE_IMPOSSIBLE;
    if (argo_is_there(wish, &rollout)) return CHANGE_THERE;
    int32_t next = argo_rollout_next_weight(&rollout);
    if (rollout.aborted || rollout.weight != wish->before || next == ARGO_NO_WEIGHT) {
        error_set(
            err, ERROR_CONFLICT, "the Rollout is %s at %d %%, not paused at %d %%",
            rollout.phase, (int)rollout.weight, (int)wish->before);
        return CHANGE_CONFLICT;
    }
    if (!wish->whole || next != wish->weight) {
        error_set(err, ERROR_USAGE, "the next step of the Rollout is %d %%", (int)next);
        return CHANGE_IMPOSSIBLE;
    }
    json_patch_int(patch, "test", "/status/currentStepIndex", rollout.step);
    json_patch_string(patch, "test", "/status/currentPodHash", rollout.hash);
    json_patch_remove(patch, "/status/pauseConditions");
    return CHANGE_NEEDED;
}

const struct cluster_change argo_press = {
    .sub = "/status", .plan = plan_press, .holds = is_pressed};

/* Aborting */

static bool is_aborted(const void *wish, const struct node *object) {
    (void)wish;
    struct argo_rollout rollout;
    struct error err;
    return argo_rollout_read(object, &rollout, &err) && rollout.aborted;
}

static enum change_need plan_abort(
    const void *wish, const struct node *object, struct json_patch *patch,
    struct error *err) {
    struct argo_rollout rollout;
    if (!argo_rollout_read(object, &rollout, err)) return CHANGE_IMPOSSIBLE;
    if (rollout.complete) {
        error_set(
            err, ERROR_USAGE,
            "the new version is the Rollout's stable one: only its template goes back");
        return CHANGE_IMPOSSIBLE;
    }
    if (is_aborted(wish, object)) return CHANGE_THERE;
    json_patch_string(patch, "test", "/status/currentPodHash", rollout.hash);
    json_patch_bool(patch, "add", "/status/abort", true);
    return CHANGE_NEEDED;
}

const struct cluster_change argo_abort = {
    .sub = "/status", .plan = plan_abort, .holds = is_aborted};
