/* SPDX-License-Identifier: MIT */
#include "support/kubernetes_api.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/panic.h"
#include "base/text.h"
#include "support/kubernetes_discovery.h"
#include "support/kubernetes_write.h"

static const char review_path[] =
    "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews";

struct kubernetes_object *kubernetes_api_add(
    struct kubernetes_api *api, const char *namespace, const char *json) {
    cJSON *object = cJSON_Parse(json);
    ensure(object);
    const struct kubernetes_kind *kind;
    for (size_t i = 0; (kind = kubernetes_kind_at(i)) != NULL; i++) {
        char own[96];
        if (strcmp(kind->kind, tree_string(object, "/kind")) == 0 &&
            strcmp(
                kubernetes_kind_api(kind, own), tree_string(object, "/apiVersion")) ==
                0) {
            return kubernetes_store_add(&api->store, kind, namespace, object);
        }
    }
    panic("no kind of object: %s", json);
}

struct kubernetes_object *kubernetes_api_get(
    struct kubernetes_api *api, const char *namespace, const char *plural,
    const char *name) {
    struct kubernetes_object *object = api->store.first;
    for (; object; object = object->next) {
        if (strcmp(object->kind->plural, plural) == 0 &&
            strcmp(object->namespace, namespace) == 0 &&
            strcmp(object->name, name) == 0) {
            break;
        }
    }
    return object;
}

void kubernetes_api_init(struct kubernetes_api *api) {
    static const char *const namespaces[] = {"kube-system", "default", "agent"};
    *api = (struct kubernetes_api){.user = "alice"};
    for (size_t i = 0; i < sizeof namespaces / sizeof *namespaces; i++) {
        char json[256];
        snprintf(
            json, sizeof json,
            "{\"kind\":\"Namespace\",\"apiVersion\":\"v1\",\"metadata\":{\"name\":\"%s"
            "\"},\"spec\":{\"finalizers\":[\"kubernetes\"]},"
            "\"status\":{\"phase\":\"Active\"}}",
            namespaces[i]);
        kubernetes_api_add(api, "", json);
    }
}

void kubernetes_api_clear(struct kubernetes_api *api) {
    kubernetes_store_clear(&api->store);
    cJSON_Delete(api->granted);
}

void kubernetes_api_grant(struct kubernetes_api *api, const cJSON *role) {
    const cJSON *rule;
    if (!api->granted) api->granted = cJSON_CreateArray();
    cJSON_ArrayForEach(rule, cJSON_GetObjectItemCaseSensitive(role, "rules")) {
        cJSON_AddItemToArray(api->granted, cJSON_Duplicate(rule, true));
    }
}

void kubernetes_api_deny(
    struct kubernetes_api *api, const char *verb, const char *resource,
    const char *name) {
    ensure(api->denied_count < KUBERNETES_DENIALS_MAX);
    api->denied[api->denied_count++] =
        (struct kubernetes_denial){.verb = verb, .resource = resource, .name = name};
}

static bool covers(const char *rule, const char *value) {
    return !*rule || strcmp(rule, value) == 0;
}

/* What somebody wants to do. */
struct deed {
    const char *verb, *group, *resource, *name;
};

static bool lists(const cJSON *list, const char *value) {
    const cJSON *item;
    cJSON_ArrayForEach(item, list) {
        if (cJSON_IsString(item) && strcmp(item->valuestring, value) == 0) return true;
    }
    return false;
}

static bool is_granted(const struct kubernetes_api *api, const struct deed *deed) {
    const cJSON *rule;
    if (!api->granted) return true;
    cJSON_ArrayForEach(rule, api->granted) {
        const cJSON *names = cJSON_GetObjectItemCaseSensitive(rule, "resourceNames");
        if (lists(cJSON_GetObjectItemCaseSensitive(rule, "verbs"), deed->verb) &&
            lists(cJSON_GetObjectItemCaseSensitive(rule, "apiGroups"), deed->group) &&
            lists(
                cJSON_GetObjectItemCaseSensitive(rule, "resources"), deed->resource) &&
            (!names || lists(names, deed->name))) {
            return true;
        }
    }
    return false;
}

static bool may(const struct kubernetes_api *api, const struct deed *deed) {
    for (size_t i = 0; i < api->denied_count; i++) {
        const struct kubernetes_denial *denial = &api->denied[i];
        if (covers(denial->verb, deed->verb) &&
            covers(denial->resource, deed->resource) &&
            covers(denial->name, deed->name)) {
            return false;
        }
    }
    return is_granted(api, deed);
}

/* Who asks; NULL, with the answer made, for a token that is nobody's. */
static const char *user_of(
    const struct kubernetes_api *api, const struct kubernetes_call *call,
    struct kubernetes_answer *answer) {
    if (*call->token && strcmp(call->token, api->user) != 0) {
        kubernetes_answer_plain(answer, 401, "Unauthorized", "Unauthorized");
        return NULL;
    }
    return api->tokens && !*call->token ? "system:anonymous" : api->user;
}

static bool is_let_in(
    const struct kubernetes_api *api, const struct kubernetes_call *call,
    const struct kubernetes_place *place, const char *user,
    struct kubernetes_answer *answer) {
    char resource[KUBERNETES_WORD_SIZE + 32];
    snprintf(
        resource, sizeof resource, "%s%s%s", place->kind->plural,
        *place->sub ? "/" : "", place->sub);
    const char *verb = kubernetes_call_verb(call, place);
    const struct deed deed = {verb, place->kind->group, resource, place->name};
    if (strcmp(user, api->user) == 0 && may(api, &deed)) return true;
    kubernetes_answer_forbidden(answer, place, user, verb);
    return false;
}

static void review(
    struct kubernetes_api *api, const struct kubernetes_call *call,
    struct kubernetes_answer *answer) {
    cJSON *json = cJSON_ParseWithLength(call->body, call->body_length);
    if (!json) {
        kubernetes_answer_plain(answer, 400, "BadRequest", "the body is not JSON");
        return;
    }
    char resource[KUBERNETES_WORD_SIZE + 32];
    const char *sub = tree_string(json, "/spec/resourceAttributes/subresource");
    snprintf(
        resource, sizeof resource, "%s%s%s",
        tree_string(json, "/spec/resourceAttributes/resource"), *sub ? "/" : "", sub);
    const struct deed deed = {
        tree_string(json, "/spec/resourceAttributes/verb"),
        tree_string(json, "/spec/resourceAttributes/group"), resource,
        tree_string(json, "/spec/resourceAttributes/name")};
    bool allowed = may(api, &deed);
    tree_set(json, "/metadata", cJSON_CreateObject());
    tree_set(json, "/metadata/creationTimestamp", cJSON_CreateNull());
    tree_set(json, "/status", cJSON_CreateObject());
    tree_set(json, "/status/allowed", cJSON_CreateBool(allowed));
    if (allowed) tree_set_string(json, "/status/reason", "RBAC: allowed by a Role");
    kubernetes_answer_with(answer, 201, json);
}

static bool names(const char *field, const char *name) {
    static const char prefix[] = "metadata.name=";
    size_t length = sizeof prefix - 1;
    return !*field ||
           (strncmp(field, prefix, length) == 0 && strcmp(field + length, name) == 0);
}

/* One that lags behind, or was restored, does not know what it is asked about. */
static bool is_too_new(
    const struct kubernetes_api *api, const struct kubernetes_call *call,
    struct kubernetes_answer *answer) {
    char match[KUBERNETES_PATH_SIZE], version[KUBERNETES_PATH_SIZE], words[128];
    kubernetes_call_query(call, "resourceVersionMatch", match);
    kubernetes_call_query(call, "resourceVersion", version);
    unsigned long long wanted = strtoull(version, NULL, 10), is = api->store.version;
    if (strcmp(match, "NotOlderThan") != 0 || wanted <= is) return false;
    snprintf(
        words, sizeof words, "Too large resource version: %llu, current: %llu", wanted,
        is);
    kubernetes_answer_plain(answer, 504, "Timeout", words);
    return true;
}

static void list(
    struct kubernetes_api *api, const struct kubernetes_call *call,
    const struct kubernetes_place *place, struct kubernetes_answer *answer) {
    if (is_too_new(api, call, answer)) return;
    char selector[KUBERNETES_PATH_SIZE], name[KUBERNETES_NAME_SIZE], own[96];
    char field[KUBERNETES_PATH_SIZE], words[KUBERNETES_PATH_SIZE];
    kubernetes_call_query(call, "labelSelector", selector);
    kubernetes_call_query(call, "fieldSelector", field);
    bool limited = kubernetes_call_query(call, "limit", words);
    long most = limited ? strtol(words, NULL, 10) : LONG_MAX;
    cJSON *json = cJSON_CreateObject();
    snprintf(name, sizeof name, "%sList", place->kind->kind);
    tree_set_string(json, "/kind", name);
    tree_set_string(json, "/apiVersion", kubernetes_kind_api(place->kind, own));
    char version[24];
    snprintf(version, sizeof version, "%llu", (unsigned long long)api->store.version);
    tree_set_string(json, "/metadata/resourceVersion", version);
    cJSON *items = cJSON_AddArrayToObject(json, "items");
    struct kubernetes_object *object = api->store.first;
    for (; object; object = object->next) {
        if (!kubernetes_kind_same(object->kind, place->kind)) continue;
        if (*place->namespace && strcmp(place->namespace, object->namespace) != 0) {
            continue;
        }
        if (!names(field, object->name)) continue;
        if (!kubernetes_labels_match(object->json, selector)) continue;
        if (cJSON_GetArraySize(items) == most) {
            tree_set_string(json, "/metadata/continue", "more");
            break;
        }
        cJSON_AddItemToArray(items, cJSON_Duplicate(object->json, true));
    }
    kubernetes_answer_with(answer, 200, json);
}

static void get(
    struct kubernetes_api *api, const struct kubernetes_place *place,
    struct kubernetes_answer *answer) {
    struct kubernetes_object *object =
        kubernetes_store_find(&api->store, place->kind, place->namespace, place->name);
    if (!object) {
        kubernetes_answer_missing(answer, place);
    } else if (strcmp(place->sub, "scale") == 0) {
        kubernetes_answer_with(answer, 200, kubernetes_scale_of(object));
    } else {
        char own[96];
        kubernetes_answer_copy(answer, 200, object->json);
        tree_set_string(
            answer->json, "/apiVersion", kubernetes_kind_api(place->kind, own));
    }
}

static void begin_watch(
    const struct kubernetes_call *call, const struct kubernetes_place *place,
    struct kubernetes_watch *watch) {
    char words[KUBERNETES_PATH_SIZE];
    *watch = (struct kubernetes_watch){.place = *place};
    kubernetes_call_query(call, "labelSelector", watch->selector);
    kubernetes_call_query(call, "fieldSelector", watch->field);
    kubernetes_call_query(call, "resourceVersion", words);
    watch->version = strtoull(words, NULL, 10);
    kubernetes_call_query(call, "timeoutSeconds", words);
    watch->timeout_s = strtoull(words, NULL, 10);
}

bool kubernetes_watch_wants(
    const struct kubernetes_watch *watch, const struct kubernetes_event *event) {
    if (event->version <= watch->version ||
        !kubernetes_kind_same(event->kind, watch->place.kind) ||
        (*watch->place.namespace &&
         strcmp(watch->place.namespace, event->namespace) != 0) ||
        !names(watch->field, event->name)) {
        return false;
    }
    if (!*watch->selector) return true;
    cJSON *json = cJSON_Parse(event->object);
    bool wanted = kubernetes_labels_match(json, watch->selector);
    cJSON_Delete(json);
    return wanted;
}

bool kubernetes_api_answer(
    struct kubernetes_api *api, const struct kubernetes_call *call,
    struct kubernetes_answer *answer, struct kubernetes_watch *watch) {
    const char *user = user_of(api, call, answer);
    if (!user || kubernetes_discovery(call, answer)) return false;
    if (strcmp(call->path, review_path) == 0) {
        review(api, call, answer);
        return false;
    }
    struct kubernetes_place place;
    kubernetes_call_place(call, &place);
    if (!place.kind) {
        kubernetes_answer_missing(answer, &place);
        return false;
    }
    if (!is_let_in(api, call, &place, user, answer)) return false;

    const char *verb = kubernetes_call_verb(call, &place);
    if (strcmp(verb, "watch") == 0) {
        begin_watch(call, &place, watch);
        return true;
    }
    if (strcmp(verb, "list") == 0) {
        list(api, call, &place, answer);
    } else if (strcmp(verb, "get") == 0) {
        get(api, &place, answer);
    } else {
        kubernetes_write(api, call, &place, answer);
    }
    return false;
}
