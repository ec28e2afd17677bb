/* SPDX-License-Identifier: MIT */
#include "core/deployment.h"

#include <string.h>

#include "base/safe_text.h"
#include "base/text.h"

static int64_t count_of(const struct node *status, const char *key) {
    int64_t count = 0;
    node_integer(status, key, 0, DEPLOYMENT_REPLICAS_MAX, &count);
    return count;
}

static void read_progress(const struct node *status, struct deployment *deployment) {
    const struct node *condition = node_get(status, "conditions");
    condition = condition ? condition->first : NULL;
    for (; condition; condition = condition->next) {
        const struct node *type = node_get(condition, "type");
        if (!type || !slice_equals(type->string, "Progressing")) continue;
        const struct node *reason = node_get(condition, "reason");
        if (!reason || reason->kind != NODE_STRING) return;
        safe_text_copy(deployment->reason, sizeof deployment->reason, reason->string);
        deployment->late = slice_equals(reason->string, "ProgressDeadlineExceeded");
        return;
    }
}

bool deployment_read(
    const struct node *object, struct deployment *deployment, struct error *err) {
    struct deployment read = {0};
    const struct node *metadata = node_get(object, "metadata");
    const struct node *status = node_get(object, "status");
    const struct node *kind = node_get(object, "kind");
    if (!kind || !slice_equals(kind->string, "Deployment") ||
        !node_string(metadata, "name", read.name, sizeof read.name) ||
        !node_integer(metadata, "generation", 0, INT64_MAX, &read.generation) ||
        !node_integer(
            node_get(object, "spec"), "replicas", 0, DEPLOYMENT_REPLICAS_MAX,
            &read.wanted)) {
        return error_set(err, ERROR_PROTOCOL, "what was read is no Deployment");
    }
    node_integer(status, "observedGeneration", 0, INT64_MAX, &read.observed);
    read.all = count_of(status, "replicas");
    read.updated = count_of(status, "updatedReplicas");
    read.ready = count_of(status, "readyReplicas");
    read_progress(status, &read);
    *deployment = read;
    return true;
}

static bool is_observed(const struct deployment *deployment) {
    return deployment->observed == deployment->generation;
}

bool deployment_is_settled(const struct deployment *deployment) {
    return is_observed(deployment) && deployment->all == deployment->wanted &&
           deployment->updated == deployment->wanted &&
           deployment->ready == deployment->wanted;
}

bool deployment_has_failed(const struct deployment *deployment) {
    return is_observed(deployment) && deployment->late;
}

void deployment_words(const struct deployment *deployment, char *to, size_t size) {
    struct text text = text_in(to, size);
    const char *name = deployment->name;
    if (!is_observed(deployment)) {
        text_addf(&text, "%s has not been looked at since it was changed", name);
    } else if (deployment->late) {
        text_addf(
            &text, "%s is past its progress deadline: %lld of %lld pods are new", name,
            (long long)deployment->updated, (long long)deployment->wanted);
    } else if (deployment->all > deployment->updated) {
        text_addf(
            &text, "%s still has %lld pods of the template before", name,
            (long long)(deployment->all - deployment->updated));
    } else if (deployment->all > deployment->wanted) {
        text_addf(
            &text, "%s still has %lld pods too many", name,
            (long long)(deployment->all - deployment->wanted));
    } else {
        text_addf(
            &text, "%lld of %lld pods of %s are ready", (long long)deployment->ready,
            (long long)deployment->wanted, name);
    }
}
