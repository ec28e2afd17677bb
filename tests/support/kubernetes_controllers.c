/* SPDX-License-Identifier: MIT */
#include "support/kubernetes_controllers.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

enum { SELECTOR_SIZE = 1024 };

const char *kubernetes_template_hash(cJSON *json, char to[16]) {
    static const char letters[] = "bcdfghjklmnpqrstvwxz2456789";
    char *words = cJSON_PrintUnformatted(tree_at(json, "/spec/template"));
    uint64_t hash = 1469598103934665603U;
    for (const char *at = words; at && *at; at++) {
        hash = (hash ^ (uint8_t)*at) * 1099511628211U;
    }
    cJSON_free(words);
    for (int i = 0; i < 10; i++, hash /= 27) to[i] = letters[hash % 27];
    to[10] = '\0';
    return to;
}

void kubernetes_set_condition(
    cJSON *conditions, const char *type, const char *status, const char *reason,
    const char *message) {
    char now[32];
    cJSON *condition;
    cJSON_ArrayForEach(condition, conditions) {
        if (strcmp(tree_string(condition, "/type"), type) == 0) break;
    }
    if (!condition) {
        condition = cJSON_CreateObject();
        cJSON_AddItemToArray(conditions, condition);
        tree_set_string(condition, "/type", type);
    }
    bool same = strcmp(tree_string(condition, "/status"), status) == 0 &&
                strcmp(tree_string(condition, "/reason"), reason) == 0;
    tree_set_string(condition, "/status", status);
    tree_set_string(condition, "/reason", reason);
    tree_set_string(condition, "/message", message);
    if (same) return;
    tree_set_string(condition, "/lastUpdateTime", kubernetes_now(now));
    tree_set_string(condition, "/lastTransitionTime", now);
}

bool kubernetes_pod_is_ready(cJSON *pod) {
    cJSON *condition;
    cJSON_ArrayForEach(condition, tree_at(pod, "/status/conditions")) {
        if (strcmp(tree_string(condition, "/type"), "Ready") == 0) {
            return strcmp(tree_string(condition, "/status"), "True") == 0;
        }
    }
    return false;
}

static void set_readiness(cJSON *json, bool ready) {
    const char *status = ready ? "True" : "False";
    const char *reason = ready ? "" : "ContainersNotReady";
    if (!tree_at(json, "/status/conditions")) {
        tree_set(json, "/status/conditions", cJSON_CreateArray());
    }
    cJSON *conditions = tree_at(json, "/status/conditions");
    kubernetes_set_condition(conditions, "Ready", status, reason, "");
    kubernetes_set_condition(conditions, "ContainersReady", status, reason, "");
}

static void set_container(cJSON *json, bool good) {
    cJSON *entry = cJSON_CreateObject(), *list = cJSON_CreateArray();
    tree_set_string(entry, "/name", tree_string(json, "/spec/containers/0/name"));
    tree_set(entry, "/ready", cJSON_CreateBool(good));
    tree_set_int(entry, "/restartCount", good ? 0 : 4);
    if (good) {
        tree_set(entry, "/state/running", cJSON_CreateObject());
    } else {
        tree_set_string(entry, "/state/waiting/reason", "CrashLoopBackOff");
        tree_set_string(
            entry, "/state/waiting/message",
            "back-off 40s restarting failed container");
    }
    cJSON_AddItemToArray(list, entry);
    tree_set(json, "/status/containerStatuses", list);
}

/* The kubelet: a pod runs, and is ready or crashes, depending on its image. */
static void pod_tick(
    struct kubernetes_api *api, const struct kubernetes_behaviour *behaviour,
    struct kubernetes_object *pod) {
    if (strcmp(tree_string(pod->json, "/status/phase"), "Running") == 0) return;
    if (pod->ticks++ < behaviour->ready_ticks) return;
    cJSON *json = cJSON_Duplicate(pod->json, true);
    const char *image = tree_string(json, "/spec/containers/0/image");
    bool good = !strstr(image, "bad");
    char address[32];
    unsigned serial = (unsigned)(++api->store.serial % 60000);
    snprintf(address, sizeof address, "10.1.%u.%u", serial / 250, serial % 250 + 1);
    tree_set_string(json, "/status/phase", "Running");
    tree_set_string(
        json, "/status/podIP", behaviour->pod_ip ? behaviour->pod_ip : address);
    set_readiness(json, good);
    set_container(json, good);
    kubernetes_store_replace(&api->store, pod, json);
}

static void selector_of(cJSON *service, char selector[SELECTOR_SIZE]) {
    struct text text = text_in(selector, SELECTOR_SIZE);
    const cJSON *label;
    cJSON_ArrayForEach(label, tree_at(service, "/spec/selector")) {
        text_addf(
            &text, "%s%s=%s", text.length > 0 ? "," : "", label->string,
            label->valuestring);
    }
}

static cJSON *addresses_of(
    struct kubernetes_api *api, struct kubernetes_object *service) {
    char selector[SELECTOR_SIZE];
    selector_of(service->json, selector);
    cJSON *addresses = cJSON_CreateArray();
    struct kubernetes_object *pod = api->store.first;
    for (; *selector && pod; pod = pod->next) {
        if (strcmp(pod->kind->plural, "pods") != 0 ||
            strcmp(pod->namespace, service->namespace) != 0 ||
            !kubernetes_labels_match(pod->json, selector) ||
            !kubernetes_pod_is_ready(pod->json)) {
            continue;
        }
        cJSON *address = cJSON_CreateObject();
        tree_set_string(address, "/ip", tree_string(pod->json, "/status/podIP"));
        tree_set_string(address, "/targetRef/kind", "Pod");
        tree_set_string(address, "/targetRef/name", pod->name);
        cJSON_AddItemToArray(addresses, address);
    }
    return addresses;
}

/* The endpoints controller: whoever is ready and chosen gets traffic. */
static void service_tick(
    struct kubernetes_api *api, struct kubernetes_object *service) {
    struct kubernetes_object *object =
        kubernetes_api_get(api, service->namespace, "endpoints", service->name);
    cJSON *json = object ? cJSON_Duplicate(object->json, true) : cJSON_CreateObject();
    cJSON *subset = cJSON_CreateObject(), *subsets = cJSON_CreateArray();
    tree_set_string(json, "/metadata/name", service->name);
    tree_set(subset, "/addresses", addresses_of(api, service));
    cJSON_AddItemToArray(subsets, subset);
    tree_set(json, "/subsets", subsets);
    if (object) {
        kubernetes_store_replace(&api->store, object, json);
    } else {
        kubernetes_store_add(
            &api->store, kubernetes_kind_find("", "v1", "endpoints"),
            service->namespace, json);
    }
}

/* A gateway says of each route that it has taken the generation in. */
static void route_tick(
    struct kubernetes_api *api, const struct kubernetes_behaviour *behaviour,
    struct kubernetes_object *route) {
    if (behaviour->gateway_asleep || route->ticks++ < behaviour->observe_ticks) return;
    cJSON *json = cJSON_Duplicate(route->json, true);
    int generation = tree_int(json, "/metadata/generation", 0);
    cJSON *parent = tree_at(json, "/status/parents/0");
    if (!parent) {
        parent = cJSON_CreateObject();
        tree_set_string(
            parent, "/parentRef/name", tree_string(json, "/spec/parentRefs/0/name"));
        tree_set_string(parent, "/controllerName", "example.net/gateway");
        tree_set(parent, "/conditions", cJSON_CreateArray());
        cJSON *parents = cJSON_CreateArray();
        cJSON_AddItemToArray(parents, parent);
        tree_set(json, "/status/parents", parents);
    }
    cJSON *conditions = tree_at(parent, "/conditions"), *condition;
    bool good = !behaviour->gateway_refuses;
    kubernetes_set_condition(conditions, "Accepted", "True", "Accepted", "");
    kubernetes_set_condition(
        conditions, "ResolvedRefs", good ? "True" : "False",
        good ? "ResolvedRefs" : "BackendNotFound",
        good ? "" : "services \"agent-canary\" not found");
    cJSON_ArrayForEach(condition, conditions) {
        tree_set_int(condition, "/observedGeneration", generation);
    }
    kubernetes_store_replace(&api->store, route, json);
}

void kubernetes_controllers_tick(
    struct kubernetes_api *api, const struct kubernetes_behaviour *behaviour) {
    struct kubernetes_object *next = api->store.first;
    while (next) {
        struct kubernetes_object *object = next;
        const char *kind = object->kind->kind;
        if (strcmp(kind, "Deployment") == 0) {
            kubernetes_deployment_tick(api, behaviour, object);
        } else if (strcmp(kind, "Pod") == 0) {
            pod_tick(api, behaviour, object);
        } else if (strcmp(kind, "Service") == 0) {
            service_tick(api, object);
        } else if (strcmp(kind, "HTTPRoute") == 0) {
            route_tick(api, behaviour, object);
        } else if (strcmp(kind, "Rollout") == 0) {
            kubernetes_rollout_tick(api, behaviour, object);
        }
        /* A Deployment removes pods, never itself. */
        next = object->next;
    }
}
