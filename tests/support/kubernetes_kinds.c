/* SPDX-License-Identifier: MIT */
#include "support/kubernetes_kinds.h"

#include <stdio.h>
#include <string.h>

enum { NAME_SIZE = 96 };

/* clang-format off */
static const struct kubernetes_kind kinds[] = {
    {"", "v1", "namespaces",      "Namespace",      KIND_NATIVE | KIND_CLUSTER},
    {"", "v1", "pods",            "Pod",            KIND_NATIVE},
    {"", "v1", "services",        "Service",        KIND_NATIVE},
    {"", "v1", "endpoints",       "Endpoints",      KIND_NATIVE},
    {"", "v1", "configmaps",      "ConfigMap",      KIND_NATIVE},
    {"", "v1", "secrets",         "Secret",         KIND_NATIVE},
    {"", "v1", "serviceaccounts", "ServiceAccount", KIND_NATIVE},
    {"apps", "v1", "deployments", "Deployment", KIND_NATIVE | KIND_STATUS | KIND_SCALE},
    {"apps", "v1", "replicasets", "ReplicaSet", KIND_NATIVE | KIND_STATUS},
    {"apps", "v1", "statefulsets", "StatefulSet", KIND_NATIVE | KIND_STATUS},
    {"batch", "v1", "jobs", "Job", KIND_NATIVE | KIND_STATUS},
    {"autoscaling", "v1", "horizontalpodautoscalers", "HorizontalPodAutoscaler",
     KIND_NATIVE | KIND_STATUS},
    {"autoscaling", "v2", "horizontalpodautoscalers", "HorizontalPodAutoscaler",
     KIND_NATIVE | KIND_STATUS},
    {"rbac.authorization.k8s.io", "v1", "roles", "Role", KIND_NATIVE},
    {"rbac.authorization.k8s.io", "v1", "rolebindings", "RoleBinding", KIND_NATIVE},
    {"rbac.authorization.k8s.io", "v1", "clusterroles", "ClusterRole",
     KIND_NATIVE | KIND_CLUSTER},
    {"rbac.authorization.k8s.io", "v1", "clusterrolebindings", "ClusterRoleBinding",
     KIND_NATIVE | KIND_CLUSTER},
    {"policy", "v1", "poddisruptionbudgets", "PodDisruptionBudget", KIND_NATIVE},
    {"coordination.k8s.io", "v1", "leases", "Lease", KIND_NATIVE},
    {"gateway.networking.k8s.io", "v1", "httproutes", "HTTPRoute", KIND_STATUS},
    {"argoproj.io", "v1alpha1", "rollouts", "Rollout", KIND_STATUS | KIND_SCALE},
};
/* clang-format on */

const struct kubernetes_kind *kubernetes_kind_at(size_t at) {
    return at < sizeof kinds / sizeof *kinds ? &kinds[at] : NULL;
}

const struct kubernetes_kind *kubernetes_kind_find(
    const char *group, const char *version, const char *plural) {
    const struct kubernetes_kind *kind;
    for (size_t i = 0; (kind = kubernetes_kind_at(i)) != NULL; i++) {
        if (strcmp(kind->group, group) == 0 && strcmp(kind->version, version) == 0 &&
            strcmp(kind->plural, plural) == 0) {
            return kind;
        }
    }
    return NULL;
}

bool kubernetes_kind_same(
    const struct kubernetes_kind *a, const struct kubernetes_kind *b) {
    return strcmp(a->group, b->group) == 0 && strcmp(a->plural, b->plural) == 0;
}

const char *kubernetes_kind_api(const struct kubernetes_kind *kind, char to[96]) {
    snprintf(
        to, NAME_SIZE, "%s%s%s", kind->group, *kind->group ? "/" : "", kind->version);
    return to;
}

const char *kubernetes_kind_full(const struct kubernetes_kind *kind, char to[96]) {
    snprintf(
        to, NAME_SIZE, "%s%s%s", kind->plural, *kind->group ? "." : "", kind->group);
    return to;
}
