/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/kubernetes_controllers.h"

enum { TICKS_PER_S = 100, DEADLINE_S = 600 };

/* The pods of a Deployment, as they are counted. */
struct pods {
    int wanted, all, updated, ready, updated_ready;
    struct kubernetes_object *old; /* one of another template, not ready if any is */
    struct kubernetes_object *surplus; /* one of this template */
};

static bool belongs(
    struct kubernetes_object *pod, struct kubernetes_object *deployment) {
    const char *set = tree_string(pod->json, "/metadata/ownerReferences/0/name");
    size_t length = strlen(deployment->name);
    return strcmp(pod->kind->plural, "pods") == 0 &&
           strcmp(pod->namespace, deployment->namespace) == 0 &&
           strncmp(set, deployment->name, length) == 0 && set[length] == '-' &&
           !strchr(set + length + 1, '-');
}

static struct pods count_pods(
    struct kubernetes_api *api, struct kubernetes_object *deployment,
    const char *hash) {
    struct pods pods = {.wanted = tree_int(deployment->json, "/spec/replicas", 1)};
    for (struct kubernetes_object *pod = api->store.first; pod; pod = pod->next) {
        if (!belongs(pod, deployment)) continue;
        const char *own = tree_string(pod->json, "/metadata/labels/pod-template-hash");
        bool ready = kubernetes_pod_is_ready(pod->json);
        bool updated = strcmp(own, hash) == 0;
        pods.all++;
        pods.ready += ready;
        pods.updated += updated;
        pods.updated_ready += updated && ready;
        if (updated) {
            pods.surplus = pod;
        } else if (!pods.old || !ready) {
            pods.old = pod;
        }
    }
    return pods;
}

static void add_owner(cJSON *json, const char *kind, const char *name) {
    cJSON *owner = cJSON_CreateObject(), *owners = cJSON_CreateArray();
    tree_set_string(owner, "/apiVersion", "apps/v1");
    tree_set_string(owner, "/kind", kind);
    tree_set_string(owner, "/name", name);
    tree_set(owner, "/controller", cJSON_CreateTrue());
    cJSON_AddItemToArray(owners, owner);
    tree_set(json, "/metadata/ownerReferences", owners);
}

static cJSON *labels_of(struct kubernetes_object *deployment, const char *hash) {
    cJSON *labels = cJSON_Duplicate(
        tree_at(deployment->json, "/spec/template/metadata/labels"), true);
    if (!labels) labels = cJSON_CreateObject();
    tree_set_string(labels, "/pod-template-hash", hash);
    return labels;
}

static void add_pod(
    struct kubernetes_api *api, struct kubernetes_object *deployment,
    const char *hash) {
    char set[KUBERNETES_NAME_SIZE + 16], name[KUBERNETES_NAME_SIZE + 32];
    snprintf(set, sizeof set, "%s-%s", deployment->name, hash);
    snprintf(
        name, sizeof name, "%s-%05llu", set, (unsigned long long)++api->store.serial);
    cJSON *json = cJSON_CreateObject();
    tree_set_string(json, "/metadata/name", name);
    tree_set(json, "/metadata/labels", labels_of(deployment, hash));
    add_owner(json, "ReplicaSet", set);
    tree_set(
        json, "/spec",
        cJSON_Duplicate(tree_at(deployment->json, "/spec/template/spec"), true));
    tree_set_string(json, "/status/phase", "Pending");
    kubernetes_store_add(
        &api->store, kubernetes_kind_find("", "v1", "pods"), deployment->namespace,
        json);
}

/* The ReplicaSet of the template, made when it is new; the Deployment's annotation says
 * which revision it is. */
static void keep_set(
    struct kubernetes_api *api, struct kubernetes_object *deployment, const char *hash,
    const struct pods *pods) {
    static const char revision[] =
        "/metadata/annotations/deployment.kubernetes.io~1revision";
    const struct kubernetes_kind *kind =
        kubernetes_kind_find("apps", "v1", "replicasets");
    char name[KUBERNETES_NAME_SIZE + 16], number[16];
    snprintf(name, sizeof name, "%s-%s", deployment->name, hash);
    struct kubernetes_object *set =
        kubernetes_store_find(&api->store, kind, deployment->namespace, name);
    long last = strtol(tree_string(deployment->json, revision), NULL, 10);
    snprintf(number, sizeof number, "%ld", last + 1);
    cJSON *json = set ? cJSON_Duplicate(set->json, true) : cJSON_CreateObject();
    tree_set_int(json, "/spec/replicas", pods->wanted);
    tree_set_int(json, "/status/replicas", pods->updated);
    tree_set_int(json, "/status/readyReplicas", pods->updated_ready);
    if (set) {
        kubernetes_store_replace(&api->store, set, json);
        return;
    }
    tree_set_string(json, "/metadata/name", name);
    tree_set(json, "/metadata/labels", labels_of(deployment, hash));
    tree_set_string(json, revision, number);
    add_owner(json, "Deployment", deployment->name);
    tree_set(
        json, "/spec/template",
        cJSON_Duplicate(tree_at(deployment->json, "/spec/template"), true));
    kubernetes_store_add(&api->store, kind, deployment->namespace, json);
    cJSON *changed = cJSON_Duplicate(deployment->json, true);
    tree_set_string(changed, revision, number);
    kubernetes_store_replace(&api->store, deployment, changed);
}

/* A rolling update with a quarter more at most, and a quarter less. */
static void move_pods(
    struct kubernetes_api *api, struct kubernetes_object *deployment, const char *hash,
    struct pods *pods) {
    int surge = pods->old ? (pods->wanted + 3) / 4 : 0;
    int missing = pods->wanted - pods->updated;
    int room = pods->wanted + surge - pods->all;
    for (int i = 0; i < missing && i < room; i++) add_pod(api, deployment, hash);
    while (pods->updated > pods->wanted) {
        kubernetes_store_remove(&api->store, pods->surplus);
        *pods = count_pods(api, deployment, hash);
    }
    int least = pods->wanted - pods->wanted / 4;
    while (pods->old) {
        bool ready = kubernetes_pod_is_ready(pods->old->json);
        if (ready && pods->ready - 1 < least) break;
        kubernetes_store_remove(&api->store, pods->old);
        *pods = count_pods(api, deployment, hash);
    }
    *pods = count_pods(api, deployment, hash);
}

static void set_count(cJSON *json, const char *pointer, int value) {
    if (value > 0) {
        tree_set_int(json, pointer, value);
    } else {
        tree_drop(json, pointer);
    }
}

static void set_progress(cJSON *conditions, const char *set, bool done, bool late) {
    char message[KUBERNETES_NAME_SIZE + 64];
    snprintf(
        message, sizeof message, "ReplicaSet \"%s\" %s.", set,
        done   ? "has successfully progressed"
        : late ? "has timed out progressing"
               : "is progressing");
    kubernetes_set_condition(
        conditions, "Progressing", !done && late ? "False" : "True",
        done   ? "NewReplicaSetAvailable"
        : late ? "ProgressDeadlineExceeded"
               : "ReplicaSetUpdated",
        message);
}

static void set_status(
    struct kubernetes_api *api, const struct kubernetes_behaviour *behaviour,
    struct kubernetes_object *deployment, const struct pods *pods, const char *hash) {
    char set[KUBERNETES_NAME_SIZE + 16];
    cJSON *json = cJSON_Duplicate(deployment->json, true);
    snprintf(set, sizeof set, "%s-%s", deployment->name, hash);
    tree_set_int(
        json, "/status/observedGeneration", tree_int(json, "/metadata/generation", 0));
    set_count(json, "/status/replicas", pods->all);
    set_count(json, "/status/updatedReplicas", pods->updated);
    set_count(json, "/status/readyReplicas", pods->ready);
    set_count(json, "/status/availableReplicas", pods->ready);
    set_count(json, "/status/unavailableReplicas", pods->all - pods->ready);
    if (!tree_at(json, "/status/conditions")) {
        tree_set(json, "/status/conditions", cJSON_CreateArray());
    }
    cJSON *conditions = tree_at(json, "/status/conditions");
    bool enough = pods->ready >= pods->wanted - pods->wanted / 4;
    kubernetes_set_condition(
        conditions, "Available", enough ? "True" : "False",
        enough ? "MinimumReplicasAvailable" : "MinimumReplicasUnavailable",
        enough ? "Deployment has minimum availability."
               : "Deployment does not have minimum availability.");
    bool done = pods->updated_ready == pods->wanted && pods->all == pods->wanted;
    deployment->stalled = done ? 0 : deployment->stalled + 1;
    unsigned limit = behaviour->deadline_ticks;
    if (limit == 0) {
        limit = TICKS_PER_S *
                (unsigned)tree_int(json, "/spec/progressDeadlineSeconds", DEADLINE_S);
    }
    set_progress(conditions, set, done, deployment->stalled > limit);
    kubernetes_store_replace(&api->store, deployment, json);
}

void kubernetes_deployment_tick(
    struct kubernetes_api *api, const struct kubernetes_behaviour *behaviour,
    struct kubernetes_object *deployment) {
    char hash[16];
    if (deployment->ticks < behaviour->observe_ticks) {
        deployment->ticks++;
        return;
    }
    kubernetes_template_hash(deployment->json, hash);
    struct pods pods = count_pods(api, deployment, hash);
    int ready = pods.updated_ready;
    move_pods(api, deployment, hash, &pods);
    keep_set(api, deployment, hash, &pods);
    if (pods.updated_ready != ready) deployment->stalled = 0;
    set_status(api, behaviour, deployment, &pods, hash);
}
