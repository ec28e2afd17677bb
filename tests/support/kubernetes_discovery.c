/* SPDX-License-Identifier: MIT */
#include "support/kubernetes_discovery.h"

#include <stdio.h>
#include <string.h>

enum { API_SIZE = 96 };

static cJSON *object_of(const char *kind) {
    cJSON *json = cJSON_CreateObject();
    cJSON_AddStringToObject(json, "kind", kind);
    cJSON_AddStringToObject(json, "apiVersion", "v1");
    return json;
}

static cJSON *version(void) {
    cJSON *json = cJSON_CreateObject();
    cJSON_AddStringToObject(json, "major", "1");
    cJSON_AddStringToObject(json, "minor", "32");
    cJSON_AddStringToObject(json, "gitVersion", "v1.32.0");
    cJSON_AddStringToObject(json, "platform", "linux/amd64");
    return json;
}

static cJSON *core_versions(void) {
    cJSON *json = object_of("APIVersions");
    cJSON_AddItemToArray(
        cJSON_AddArrayToObject(json, "versions"), cJSON_CreateString("v1"));
    return json;
}

static cJSON *version_entry(const char *api, const char *name) {
    cJSON *entry = cJSON_CreateObject();
    cJSON_AddStringToObject(entry, "groupVersion", api);
    cJSON_AddStringToObject(entry, "version", name);
    return entry;
}

/* The entry of a group, made when it is new. */
static cJSON *group_entry(cJSON *groups, const char *name) {
    cJSON *group;
    cJSON_ArrayForEach(group, groups) {
        if (strcmp(tree_string(group, "/name"), name) == 0) return group;
    }
    group = cJSON_CreateObject();
    cJSON_AddStringToObject(group, "name", name);
    cJSON_AddArrayToObject(group, "versions");
    cJSON_AddItemToArray(groups, group);
    return group;
}

static bool has_version(cJSON *versions, const char *api) {
    cJSON *entry;
    cJSON_ArrayForEach(entry, versions) {
        if (strcmp(tree_string(entry, "/groupVersion"), api) == 0) return true;
    }
    return false;
}

static cJSON *group_list(void) {
    cJSON *json = object_of("APIGroupList");
    cJSON *groups = cJSON_AddArrayToObject(json, "groups");
    const struct kubernetes_kind *kind;
    for (size_t i = 0; (kind = kubernetes_kind_at(i)) != NULL; i++) {
        if (!*kind->group) continue;
        char api[API_SIZE];
        kubernetes_kind_api(kind, api);
        cJSON *group = group_entry(groups, kind->group);
        cJSON *versions = tree_at(group, "/versions");
        if (!has_version(versions, api)) {
            cJSON_AddItemToArray(versions, version_entry(api, kind->version));
        }
        tree_set(group, "/preferredVersion", version_entry(api, kind->version));
    }
    return json;
}

/* tolower() is a macro of many branches. */
static char lower(char c) {
    return (char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
}

/* What kubectl lets people write: "deployment", "deploy". */
static void add_other_names(
    cJSON *entry, const struct kubernetes_kind *kind, bool is_sub) {
    char singular[API_SIZE] = "";
    for (size_t i = 0; !is_sub && kind->kind[i]; i++) {
        singular[i] = lower(kind->kind[i]);
    }
    cJSON_AddStringToObject(entry, "singularName", singular);
    if (is_sub || strcmp(kind->plural, "deployments") != 0) return;
    cJSON_AddItemToArray(
        cJSON_AddArrayToObject(entry, "shortNames"), cJSON_CreateString("deploy"));
}

static void add_resource(
    cJSON *list, const struct kubernetes_kind *kind, const char *sub) {
    static const char *const verbs[] = {"create", "delete", "get",   "list",
                                        "patch",  "update", "watch", NULL};
    char name[API_SIZE];
    snprintf(name, sizeof name, "%s%s", kind->plural, sub);
    cJSON *entry = cJSON_CreateObject();
    cJSON_AddStringToObject(entry, "name", name);
    add_other_names(entry, kind, *sub != '\0');
    cJSON_AddBoolToObject(entry, "namespaced", !(kind->traits & KIND_CLUSTER));
    cJSON_AddStringToObject(entry, "kind", *sub ? "Scale" : kind->kind);
    cJSON *can = cJSON_AddArrayToObject(entry, "verbs");
    for (size_t i = 0; verbs[i]; i++) {
        cJSON_AddItemToArray(can, cJSON_CreateString(verbs[i]));
    }
    cJSON_AddItemToArray(list, entry);
}

static cJSON *resource_list(const char *api) {
    cJSON *json = object_of("APIResourceList");
    cJSON_AddStringToObject(json, "groupVersion", api);
    cJSON *list = cJSON_AddArrayToObject(json, "resources");
    const struct kubernetes_kind *kind;
    for (size_t i = 0; (kind = kubernetes_kind_at(i)) != NULL; i++) {
        char own[API_SIZE];
        if (strcmp(kubernetes_kind_api(kind, own), api) != 0) continue;
        add_resource(list, kind, "");
        if (kind->traits & KIND_SCALE) add_resource(list, kind, "/scale");
    }
    if (cJSON_GetArraySize(list) > 0) return json;
    cJSON_Delete(json);
    return NULL;
}

bool kubernetes_discovery(
    const struct kubernetes_call *call, struct kubernetes_answer *answer) {
    const char *path = call->path;
    cJSON *json = NULL;
    if (strcmp(call->method, "GET") != 0) return false;
    if (strcmp(path, "/version") == 0) {
        json = version();
    } else if (strcmp(path, "/api") == 0) {
        json = core_versions();
    } else if (strcmp(path, "/apis") == 0) {
        json = group_list();
    } else if (strcmp(path, "/api/v1") == 0) {
        json = resource_list("v1");
    } else if (strncmp(path, "/apis/", 6) == 0) {
        json = resource_list(path + 6);
    }
    if (json) kubernetes_answer_with(answer, 200, json);
    return json != NULL;
}
