/* SPDX-License-Identifier: MIT */
#include "core/pods.h"

#include <string.h>

#include "base/safe_text.h"
#include "base/text.h"

static bool is(const struct node *map, const char *key, const char *value) {
    const struct node *own = node_get(map, key);
    return own && own->kind == NODE_STRING && slice_equals(own->string, value);
}

static bool is_ready(const struct node *status) {
    const struct node *conditions = node_get(status, "conditions");
    const struct node *condition = conditions ? conditions->first : NULL;
    for (; condition; condition = condition->next) {
        if (is(condition, "type", "Ready")) return is(condition, "status", "True");
    }
    return false;
}

/* What the kubelet waits for and will wait for again. */
static bool is_stuck(const struct node *waiting) {
    static const char *const reasons[] = {
        "CrashLoopBackOff", "ImagePullBackOff",     "ErrImagePull",
        "InvalidImageName", "CreateContainerError", "CreateContainerConfigError",
    };
    for (size_t i = 0; i < sizeof reasons / sizeof *reasons; i++) {
        if (is(waiting, "reason", reasons[i])) return true;
    }
    return false;
}

static void find_stuck(
    struct pods *pods, const struct node *metadata, const struct node *statuses) {
    const struct node *status = statuses ? statuses->first : NULL;
    for (; status && !pods->stuck; status = status->next) {
        const struct node *waiting = node_get(node_get(status, "state"), "waiting");
        if (!is_stuck(waiting)) continue;
        struct text text = TEXT_IN(pods->words);
        const struct node *name = node_get(metadata, "name");
        pods->stuck = true;
        if (name) safe_text_add(&text, name->string);
        text_add(&text, ": ");
        safe_text_add(&text, node_get(waiting, "reason")->string);
        int64_t restarts;
        if (node_integer(status, "restartCount", 1, INT32_MAX, &restarts)) {
            text_addf(&text, ", restarted %d times", (int)restarts);
        }
    }
}

/* One that was evicted stays in the list for long, with the address that it had. */
static bool has_ended(const struct node *status) {
    return is(status, "phase", "Failed") || is(status, "phase", "Succeeded");
}

static bool add_pod(struct pods *pods, const struct node *item, struct error *err) {
    if (pods->count == PODS_MAX) {
        return error_set(err, ERROR_LIMIT, "more than %d pods", PODS_MAX);
    }
    const struct node *status = node_get(item, "status");
    const struct node *metadata = node_get(item, "metadata");
    struct pod *pod = &pods->pods[pods->count++];
    node_string(status, "podIP", pod->address, sizeof pod->address);
    pod->ready = is_ready(status);
    pod->leaving = node_get(metadata, "deletionTimestamp") || has_ended(status);
    if (pod->leaving) return true;
    find_stuck(pods, metadata, node_get(status, "initContainerStatuses"));
    find_stuck(pods, metadata, node_get(status, "containerStatuses"));
    return true;
}

bool pods_read(
    const struct node *list, const char *hash, struct pods *pods, struct error *err) {
    struct pods read = {0};
    const struct node *items = node_get(list, "items");
    if (!is(list, "kind", "PodList")) {
        return error_set(err, ERROR_PROTOCOL, "what was read is no list of pods");
    }
    const struct node *item = items ? items->first : NULL;
    for (; item; item = item->next) {
        const struct node *labels = node_get(node_get(item, "metadata"), "labels");
        if (*hash && !is(labels, "pod-template-hash", hash)) continue;
        if (!add_pod(&read, item, err)) return false;
    }
    *pods = read;
    return true;
}
