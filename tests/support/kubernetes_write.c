/* SPDX-License-Identifier: MIT */
#include "support/kubernetes_write.h"

#include <string.h>

#include "base/text.h"
#include "support/kubernetes_schema.h"

/* One write on its way: who writes where, and what the object is to become. */
struct writing {
    struct kubernetes_api *api;
    const struct kubernetes_call *call;
    const struct kubernetes_place *place;
    struct kubernetes_answer *answer;
    struct kubernetes_object *object; /* NULL: it is new */
    cJSON *body;                      /* what was sent; owned */
};

static bool has_value(
    const struct kubernetes_call *call, const char *name, const char *value) {
    char words[KUBERNETES_PATH_SIZE];
    return kubernetes_call_query(call, name, words) && strcmp(words, value) == 0;
}

cJSON *kubernetes_scale_of(struct kubernetes_object *object) {
    cJSON *json = cJSON_CreateObject();
    tree_set_string(json, "/kind", "Scale");
    tree_set_string(json, "/apiVersion", "autoscaling/v1");
    static const char *const same[] = {
        "/metadata/name", "/metadata/namespace", "/metadata/uid",
        "/metadata/resourceVersion", "/metadata/creationTimestamp"};
    for (size_t i = 0; i < sizeof same / sizeof *same; i++) {
        tree_set_string(json, same[i], tree_string(object->json, same[i]));
    }
    tree_set_int(json, "/spec/replicas", tree_int(object->json, "/spec/replicas", 1));
    tree_set_int(
        json, "/status/replicas", tree_int(object->json, "/status/replicas", 0));
    return json;
}

/* Who changed what, as far as anybody reads it. */
static void manage(const struct writing *writing, cJSON *json) {
    char manager[KUBERNETES_PATH_SIZE], now[32], own[96];
    if (!kubernetes_call_query(writing->call, "fieldManager", manager)) {
        struct text text = TEXT_IN(manager);
        struct scan scan = scan_of(slice_of(writing->call->agent));
        text_add_slice(&text, scan_until(&scan, '/'));
        if (text.length == 0) text_add(&text, "unknown");
    }
    cJSON *list = tree_at(json, "/metadata/managedFields"), *entry;
    if (!list) {
        list = cJSON_AddArrayToObject(tree_at(json, "/metadata"), "managedFields");
    }
    cJSON_ArrayForEach(entry, list) {
        if (strcmp(tree_string(entry, "/manager"), manager) == 0) break;
    }
    if (entry) cJSON_Delete(cJSON_DetachItemViaPointer(list, entry));
    entry = cJSON_CreateObject();
    tree_set_string(entry, "/manager", manager);
    tree_set_string(entry, "/operation", "Update");
    tree_set_string(
        entry, "/apiVersion", kubernetes_kind_api(writing->place->kind, own));
    tree_set_string(entry, "/time", kubernetes_now(now));
    tree_set_string(entry, "/fieldsType", "FieldsV1");
    tree_set(entry, "/fieldsV1", cJSON_CreateObject());
    cJSON_AddItemToArray(list, entry);
}

/* Without what every write changes by itself. */
static bool differs(const cJSON *was, const cJSON *is) {
    cJSON *a = cJSON_Duplicate(was, true), *b = cJSON_Duplicate(is, true);
    static const char *const own[] = {
        "/metadata/managedFields", "/metadata/resourceVersion", "/metadata/generation"};
    for (size_t i = 0; i < sizeof own / sizeof *own; i++) {
        tree_drop(a, own[i]);
        tree_drop(b, own[i]);
    }
    bool different = !cJSON_Compare(a, b, true);
    cJSON_Delete(a);
    cJSON_Delete(b);
    return different;
}

/* What a dry run says of a new generation. */
static void preview(const struct writing *writing, cJSON *json) {
    cJSON *was = writing->object->json;
    bool respecified =
        !cJSON_Compare(tree_at(was, "/spec"), tree_at(json, "/spec"), true);
    if (respecified && writing->place->kind->traits & KIND_STATUS) {
        tree_set_int(
            json, "/metadata/generation", tree_int(was, "/metadata/generation", 0) + 1);
    }
    kubernetes_answer_with(writing->answer, 200, json);
}

/* Takes `json`, the object as it is to be. */
static void store(struct writing *writing, cJSON *json) {
    const struct kubernetes_kind *kind = writing->place->kind;
    char unknown[KUBERNETES_NAME_SIZE];
    bool dry = has_value(writing->call, "dryRun", "All");
    kubernetes_schema_default(kind, json);
    kubernetes_schema_prune(kind, json, unknown);
    if (*unknown && has_value(writing->call, "fieldValidation", "Strict")) {
        char words[KUBERNETES_NAME_SIZE + 64];
        struct text text = TEXT_IN(words);
        text_addf(&text, "strict decoding error: unknown field \"%s\"", unknown);
        kubernetes_answer_plain(writing->answer, 400, "BadRequest", words);
        cJSON_Delete(json);
        return;
    }
    if (!kubernetes_schema_check(writing->place, json, writing->answer)) {
        cJSON_Delete(json);
        return;
    }
    if (!writing->object) {
        if (dry) {
            kubernetes_answer_with(writing->answer, 201, json);
            return;
        }
        manage(writing, json);
        writing->object = kubernetes_store_add(
            &writing->api->store, kind, writing->place->namespace, json);
        kubernetes_answer_copy(writing->answer, 201, writing->object->json);
        return;
    }
    bool different = differs(writing->object->json, json);
    if (dry) {
        preview(writing, json);
        return;
    }
    if (different) {
        manage(writing, json);
        kubernetes_store_replace(&writing->api->store, writing->object, json);
        writing->object->ticks = 0;
    } else {
        cJSON_Delete(json);
    }
    kubernetes_answer_copy(writing->answer, 200, writing->object->json);
}

/* An object that is not yet there. */
static void create(struct writing *writing) {
    struct kubernetes_place place = *writing->place;
    struct kubernetes_store *store_of = &writing->api->store;
    const char *name = tree_string(writing->body, "/metadata/name");
    text_copy(place.name, sizeof place.name, name);
    if (!*name || strcmp(tree_string(writing->body, "/kind"), place.kind->kind) != 0) {
        kubernetes_answer_plain(
            writing->answer, 400, "BadRequest", "the object has no name or kind");
        return;
    }
    if (*place.namespace &&
        !kubernetes_api_get(writing->api, "", "namespaces", place.namespace)) {
        struct kubernetes_place space = {
            .kind = kubernetes_kind_find("", "v1", "namespaces")};
        text_copy(space.name, sizeof space.name, place.namespace);
        kubernetes_answer_missing(writing->answer, &space);
        return;
    }
    if (kubernetes_store_find(store_of, place.kind, place.namespace, name)) {
        kubernetes_answer_exists(writing->answer, &place);
        return;
    }
    const struct kubernetes_place *all = writing->place;
    writing->place = &place;
    store(writing, writing->body);
    writing->body = NULL;
    writing->place = all;
}

static bool is_current(const struct writing *writing, cJSON *json) {
    const char *version = tree_string(json, "/metadata/resourceVersion");
    return !*version ||
           strcmp(
               version,
               tree_string(writing->object->json, "/metadata/resourceVersion")) == 0;
}

static void replace(struct writing *writing) {
    if (!*tree_string(writing->body, "/metadata/resourceVersion")) {
        kubernetes_answer_invalid(
            writing->answer, writing->place, "metadata.resourceVersion",
            "Invalid value: 0x0: must be specified for an update");
        return;
    }
    if (!is_current(writing, writing->body)) {
        kubernetes_answer_modified(writing->answer, writing->place);
        return;
    }
    store(writing, writing->body);
    writing->body = NULL;
}

/* The new object of what a subresource lets change: takes `changed`. */
static cJSON *only_sub(struct writing *writing, cJSON *changed) {
    const char *sub = writing->place->sub;
    cJSON *json = cJSON_Duplicate(writing->object->json, true);
    const char *part = strcmp(sub, "scale") == 0 ? "/spec/replicas" : "/status";
    cJSON *value = tree_at(changed, part);
    if (value) tree_set(json, part, cJSON_Duplicate(value, true));
    cJSON_Delete(changed);
    return json;
}

static bool is_type(const struct kubernetes_call *call, const char *type) {
    return strncmp(call->content_type, type, strlen(type)) == 0;
}

static void patch(struct writing *writing) {
    const struct kubernetes_place *place = writing->place;
    bool scale = strcmp(place->sub, "scale") == 0;
    cJSON *json = scale ? kubernetes_scale_of(writing->object)
                        : cJSON_Duplicate(writing->object->json, true);
    if (is_type(writing->call, "application/json-patch+json")) {
        if (!tree_patch(json, writing->body)) {
            kubernetes_answer_unpatched(writing->answer);
            cJSON_Delete(json);
            return;
        }
    } else {
        tree_merge(json, writing->body);
    }
    if (!is_current(writing, json)) {
        kubernetes_answer_modified(writing->answer, place);
        cJSON_Delete(json);
        return;
    }
    if (*place->sub) {
        json = only_sub(writing, json);
    } else if (place->kind->traits & KIND_STATUS) {
        /* The status is changed by its own subresource alone. */
        cJSON *status = tree_at(writing->object->json, "/status");
        tree_drop(json, "/status");
        if (status) tree_set(json, "/status", cJSON_Duplicate(status, true));
    }
    store(writing, json);
    if (scale && writing->answer->status == 200) {
        kubernetes_answer_with(
            writing->answer, 200, kubernetes_scale_of(writing->object));
    }
}

static bool is_patch(const struct writing *writing) {
    const struct kubernetes_call *call = writing->call;
    bool native = writing->place->kind->traits & KIND_NATIVE;
    return is_type(call, "application/json-patch+json") ||
           is_type(call, "application/merge-patch+json") ||
           is_type(call, "application/apply-patch+yaml") ||
           (native && is_type(call, "application/strategic-merge-patch+json"));
}

static void act(struct writing *writing) {
    const struct kubernetes_call *call = writing->call;
    bool patching = strcmp(call->method, "PATCH") == 0;
    bool applying = patching && is_type(call, "application/apply-patch+yaml");
    if (!writing->body) {
        kubernetes_answer_plain(
            writing->answer, 400, "BadRequest", "the body of the request is not JSON");
    } else if (strcmp(call->method, "POST") == 0 || (applying && !writing->object)) {
        create(writing);
    } else if (!writing->object) {
        kubernetes_answer_missing(writing->answer, writing->place);
    } else if (patching) {
        patch(writing);
    } else {
        replace(writing);
    }
}

void kubernetes_write(
    struct kubernetes_api *api, const struct kubernetes_call *call,
    const struct kubernetes_place *place, struct kubernetes_answer *answer) {
    struct writing writing = {
        .api = api, .call = call, .place = place, .answer = answer};
    writing.object =
        kubernetes_store_find(&api->store, place->kind, place->namespace, place->name);
    if (strcmp(call->method, "DELETE") == 0) {
        if (!writing.object) {
            kubernetes_answer_missing(answer, place);
            return;
        }
        kubernetes_answer_copy(answer, 200, writing.object->json);
        if (has_value(call, "dryRun", "All")) return;
        kubernetes_store_remove(&api->store, writing.object);
        return;
    }
    if (strcmp(call->method, "PATCH") == 0 && !is_patch(&writing)) {
        kubernetes_answer_plain(
            answer, 415, "UnsupportedMediaType", "415: Unsupported Media Type");
        return;
    }
    writing.body = cJSON_ParseWithLength(call->body, call->body_length);
    act(&writing);
    cJSON_Delete(writing.body);
}
