/* SPDX-License-Identifier: MIT */
#include "support/kubernetes_schema.h"

#include <stdio.h>
#include <string.h>

enum { WEIGHT_MAX = 1000000 };

/* Where a kind's fields stand and which there are; "[]" goes through a list. */
struct shape {
    const char *kind, *pointer;
    const char *fields; /* each with a blank behind it */
};

#define POD_FIELDS                                                                   \
    "affinity automountServiceAccountToken containers dnsPolicy enableServiceLinks " \
    "hostNetwork imagePullSecrets initContainers nodeName nodeSelector "             \
    "preemptionPolicy priority priorityClassName restartPolicy schedulerName "       \
    "securityContext serviceAccount serviceAccountName "                             \
    "terminationGracePeriodSeconds tolerations topologySpreadConstraints volumes "
#define CONTAINER_FIELDS                                                           \
    "args command env envFrom image imagePullPolicy lifecycle livenessProbe name " \
    "ports readinessProbe resources securityContext startupProbe stdin "           \
    "terminationMessagePath terminationMessagePolicy tty volumeMounts workingDir "

static const struct shape shapes[] = {
    {"Deployment", "/spec",
     "minReadySeconds paused progressDeadlineSeconds replicas revisionHistoryLimit "
     "selector strategy template "},
    {"Deployment", "/spec/template/spec", POD_FIELDS},
    {"Deployment", "/spec/template/spec/containers/0", CONTAINER_FIELDS},
    {"Job", "/spec",
     "activeDeadlineSeconds backoffLimit completionMode completions "
     "manualSelector parallelism selector suspend template "
     "ttlSecondsAfterFinished "},
    {"Job", "/spec/template/spec", POD_FIELDS},
    {"Job", "/spec/template/spec/containers/0", CONTAINER_FIELDS},
    {"Service", "/spec",
     "clusterIP clusterIPs externalName internalTrafficPolicy ipFamilies "
     "ipFamilyPolicy ports selector sessionAffinity type "},
    {"Lease", "/spec",
     "acquireTime holderIdentity leaseDurationSeconds leaseTransitions renewTime "},
    {"HorizontalPodAutoscaler", "/spec",
     "behavior maxReplicas metrics minReplicas scaleTargetRef "
     "targetCPUUtilizationPercentage "},
    {"Role", "", "apiVersion kind metadata rules "},
    {"RoleBinding", "", "apiVersion kind metadata roleRef subjects "},
    {"ServiceAccount", "",
     "apiVersion automountServiceAccountToken imagePullSecrets kind metadata "
     "secrets "},
    {"ConfigMap", "", "apiVersion binaryData data immutable kind metadata "},
};

static bool is_field(const char *fields, const char *name) {
    size_t length = strlen(name);
    for (const char *at = fields; (at = strstr(at, name)) != NULL; at += length) {
        if ((at == fields || at[-1] == ' ') && at[length] == ' ') return true;
    }
    return false;
}

static void prune_one(const struct shape *shape, cJSON *json, char *unknown) {
    cJSON *map = tree_at(json, shape->pointer);
    cJSON *next = map ? map->child : NULL;
    while (next) {
        cJSON *field = next;
        next = field->next;
        if (is_field(shape->fields, field->string)) continue;
        if (!*unknown) {
            snprintf(
                unknown, KUBERNETES_NAME_SIZE, "%s/%s", shape->pointer, field->string);
        }
        cJSON_Delete(cJSON_DetachItemViaPointer(map, field));
    }
}

void kubernetes_schema_prune(
    const struct kubernetes_kind *kind, cJSON *json,
    char unknown[KUBERNETES_NAME_SIZE]) {
    unknown[0] = '\0';
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
        if (strcmp(shapes[i].kind, kind->kind) == 0) {
            prune_one(&shapes[i], json, unknown);
        }
    }
}

static void default_int(cJSON *json, const char *pointer, int value) {
    if (!tree_at(json, pointer)) tree_set_int(json, pointer, value);
}

static void default_weights(cJSON *json) {
    cJSON *rule, *backend;
    cJSON_ArrayForEach(rule, tree_at(json, "/spec/rules")) {
        cJSON_ArrayForEach(backend, tree_at(rule, "/backendRefs")) {
            default_int(backend, "/weight", 1);
        }
    }
}

void kubernetes_schema_default(const struct kubernetes_kind *kind, cJSON *json) {
    if (strcmp(kind->kind, "Deployment") == 0) {
        default_int(json, "/spec/replicas", 1);
        default_int(json, "/spec/progressDeadlineSeconds", 600);
        default_int(json, "/spec/revisionHistoryLimit", 10);
    } else if (strcmp(kind->kind, "HTTPRoute") == 0) {
        default_weights(json);
    } else if (strcmp(kind->kind, "Service") == 0 && !tree_at(json, "/spec/type")) {
        tree_set_string(json, "/spec/type", "ClusterIP");
    }
}

static bool refuse(
    struct kubernetes_answer *answer, const struct kubernetes_place *place,
    const char *field, const char *words) {
    kubernetes_answer_invalid(answer, place, field, words);
    return false;
}

static bool all_strings(const cJSON *map) {
    const cJSON *value;
    if (!map) return true;
    if (!cJSON_IsObject(map)) return false;
    cJSON_ArrayForEach(value, map) {
        if (!cJSON_IsString(value)) return false;
    }
    return true;
}

static bool check_pods(
    const struct kubernetes_place *place, cJSON *json,
    struct kubernetes_answer *answer) {
    cJSON *containers = tree_at(json, "/spec/template/spec/containers"), *container;
    cJSON *selector = tree_at(json, "/spec/selector/matchLabels"), *label;
    if (cJSON_GetArraySize(containers) == 0) {
        return refuse(answer, place, "spec.template.spec.containers", "Required value");
    }
    cJSON_ArrayForEach(container, containers) {
        if (*tree_string(container, "/name") && *tree_string(container, "/image")) {
            continue;
        }
        return refuse(
            answer, place, "spec.template.spec.containers[0].image", "Required value");
    }
    cJSON *labels = tree_at(json, "/spec/template/metadata/labels");
    cJSON_ArrayForEach(label, selector) {
        cJSON *same = cJSON_GetObjectItemCaseSensitive(labels, label->string);
        if (cJSON_Compare(same, label, true)) continue;
        return refuse(
            answer, place, "spec.template.metadata.labels",
            "Invalid value: `selector` does not match template `labels`");
    }
    return true;
}

static bool check_deployment(
    const struct kubernetes_place *place, cJSON *json,
    struct kubernetes_answer *answer) {
    cJSON *replicas = tree_at(json, "/spec/replicas");
    if (!cJSON_IsNumber(replicas)) {
        kubernetes_answer_mistyped(answer, "Invalid value: replicas: readUint32");
        return false;
    }
    if (replicas->valuedouble < 0) {
        return refuse(
            answer, place, "spec.replicas",
            "Invalid value: must be greater than or equal to 0");
    }
    if (!tree_at(json, "/spec/selector/matchLabels")) {
        return refuse(answer, place, "spec.selector", "Required value");
    }
    return check_pods(place, json, answer);
}

static bool weights_are_in_range(cJSON *rule) {
    const cJSON *backend;
    cJSON_ArrayForEach(backend, tree_at(rule, "/backendRefs")) {
        const cJSON *weight = cJSON_GetObjectItemCaseSensitive(backend, "weight");
        if (!cJSON_IsNumber(weight) || weight->valueint < 0 ||
            weight->valueint > WEIGHT_MAX) {
            return false;
        }
    }
    return true;
}

static bool check_route(
    const struct kubernetes_place *place, cJSON *json,
    struct kubernetes_answer *answer) {
    cJSON *rule;
    cJSON_ArrayForEach(rule, tree_at(json, "/spec/rules")) {
        if (weights_are_in_range(rule)) continue;
        return refuse(
            answer, place, "spec.rules.backendRefs.weight",
            "Invalid value: should be from 0 to 1000000");
    }
    return true;
}

bool kubernetes_schema_check(
    const struct kubernetes_place *place, cJSON *json,
    struct kubernetes_answer *answer) {
    const char *kind = place->kind->kind;
    if (!all_strings(tree_at(json, "/metadata/annotations")) ||
        !all_strings(tree_at(json, "/metadata/labels"))) {
        return refuse(answer, place, "metadata", "Invalid value: not a string");
    }
    if (strcmp(kind, "Service") == 0) {
        if (!all_strings(tree_at(json, "/spec/selector"))) {
            return refuse(answer, place, "spec.selector", "Invalid value");
        }
        if (cJSON_GetArraySize(tree_at(json, "/spec/ports")) == 0) {
            return refuse(answer, place, "spec.ports", "Required value");
        }
    }
    if (strcmp(kind, "Deployment") == 0) return check_deployment(place, json, answer);
    if (strcmp(kind, "Job") == 0) return check_pods(place, json, answer);
    if (strcmp(kind, "HTTPRoute") == 0) return check_route(place, json, answer);
    return true;
}
