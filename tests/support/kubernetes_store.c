/* SPDX-License-Identifier: MIT */
#include "support/kubernetes_store.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/memory.h"
#include "base/panic.h"
#include "base/scan.h"
#include "base/text.h"

enum { TIME_SIZE = 32 };

const char *kubernetes_now(char to[32]) {
    time_t now = time(NULL);
    struct tm parts;
    gmtime_r(&now, &parts);
    strftime(to, TIME_SIZE, "%Y-%m-%dT%H:%M:%SZ", &parts);
    return to;
}

void kubernetes_store_compact(struct kubernetes_store *store) {
    while (store->events) {
        struct kubernetes_event *next = store->events->next;
        free(store->events->object);
        free(store->events);
        store->events = next;
    }
    store->last_event = NULL;
    store->compacted = store->version;
}

static void free_object(struct kubernetes_object *object) {
    cJSON_Delete(object->json);
    free(object);
}

void kubernetes_store_clear(struct kubernetes_store *store) {
    kubernetes_store_compact(store);
    while (store->first) {
        struct kubernetes_object *next = store->first->next;
        free_object(store->first);
        store->first = next;
    }
    *store = (struct kubernetes_store){0};
}

struct kubernetes_object *kubernetes_store_find(
    struct kubernetes_store *store, const struct kubernetes_kind *kind,
    const char *namespace, const char *name) {
    struct kubernetes_object *object = store->first;
    for (; object; object = object->next) {
        if (kubernetes_kind_same(object->kind, kind) &&
            strcmp(object->namespace, namespace) == 0 &&
            strcmp(object->name, name) == 0) {
            break;
        }
    }
    return object;
}

static void tell(
    struct kubernetes_store *store, const char *type,
    const struct kubernetes_object *object) {
    struct kubernetes_event *event = memory_new(sizeof *event);
    event->version = store->version;
    event->type = type;
    event->kind = object->kind;
    text_copy(event->namespace, sizeof event->namespace, object->namespace);
    text_copy(event->name, sizeof event->name, object->name);
    event->object = cJSON_PrintUnformatted(object->json);
    if (store->last_event) {
        store->last_event->next = event;
    } else {
        store->events = event;
    }
    store->last_event = event;
}

static void stamp(struct kubernetes_store *store, cJSON *json) {
    char version[24];
    snprintf(version, sizeof version, "%llu", (unsigned long long)++store->version);
    tree_set_string(json, "/metadata/resourceVersion", version);
}

static void give_birth(
    struct kubernetes_store *store, struct kubernetes_object *object) {
    char uid[40], now[TIME_SIZE];
    /* Differs from store to store, as that of one cluster from that of another. */
    unsigned long long own = (unsigned long long)(uintptr_t)store;
    snprintf(
        uid, sizeof uid, "%08llx-0000-4000-8000-%012llx", own >> 4 & 0xffffffff,
        (unsigned long long)++store->serial);
    tree_set_string(object->json, "/metadata/uid", uid);
    tree_set_string(object->json, "/metadata/creationTimestamp", kubernetes_now(now));
    if (object->kind->traits & KIND_STATUS) {
        tree_set_int(object->json, "/metadata/generation", 1);
    }
}

struct kubernetes_object *kubernetes_store_add(
    struct kubernetes_store *store, const struct kubernetes_kind *kind,
    const char *namespace, cJSON *json) {
    struct kubernetes_object *object = memory_new(sizeof *object);
    object->kind = kind;
    object->json = json;
    if (kind->traits & KIND_CLUSTER) namespace = "";
    ensure(text_copy(object->namespace, sizeof object->namespace, namespace));
    ensure(text_copy(
        object->name, sizeof object->name, tree_string(json, "/metadata/name")));
    char api[96];
    tree_set_string(json, "/apiVersion", kubernetes_kind_api(kind, api));
    tree_set_string(json, "/kind", kind->kind);
    if (*namespace) tree_set_string(json, "/metadata/namespace", namespace);
    give_birth(store, object);
    stamp(store, json);
    if (store->last) {
        store->last->next = object;
    } else {
        store->first = object;
    }
    store->last = object;
    tell(store, "ADDED", object);
    return object;
}

bool kubernetes_store_replace(
    struct kubernetes_store *store, struct kubernetes_object *object, cJSON *json) {
    static const char *const kept[] = {
        "/metadata/uid", "/metadata/creationTimestamp", "/metadata/resourceVersion",
        "/metadata/generation"};
    for (size_t i = 0; i < sizeof kept / sizeof *kept; i++) {
        cJSON *was = tree_at(object->json, kept[i]);
        if (was) tree_set(json, kept[i], cJSON_Duplicate(was, true));
    }
    if (cJSON_Compare(object->json, json, true)) {
        cJSON_Delete(json);
        return false;
    }
    cJSON *spec = tree_at(json, "/spec"), *was = tree_at(object->json, "/spec");
    bool respecified = spec && was && !cJSON_Compare(spec, was, true);
    if (respecified && (object->kind->traits & KIND_STATUS)) {
        tree_set_int(
            json, "/metadata/generation",
            tree_int(object->json, "/metadata/generation", 0) + 1);
    }
    cJSON_Delete(object->json);
    object->json = json;
    stamp(store, json);
    tell(store, "MODIFIED", object);
    return true;
}

void kubernetes_store_remove(
    struct kubernetes_store *store, struct kubernetes_object *object) {
    struct kubernetes_object **link = &store->first, *before = NULL;
    for (; *link != object; link = &(*link)->next) before = *link;
    *link = object->next;
    if (store->last == object) store->last = before;
    stamp(store, object->json);
    tell(store, "DELETED", object);
    free_object(object);
}

bool kubernetes_labels_match(cJSON *object, const char *selector) {
    cJSON *labels = tree_at(object, "/metadata/labels");
    struct scan scan = scan_of(slice_of(selector));
    while (!scan_done(&scan)) {
        struct scan term = scan_of(scan_until(&scan, ','));
        char name[KUBERNETES_NAME_SIZE];
        struct text text = TEXT_IN(name);
        text_add_slice(&text, scan_until(&term, '='));
        scan_char(&term, '=');
        const char *value =
            cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(labels, name));
        if (!value || !slice_equals(scan_rest(&term), value)) return false;
    }
    return true;
}
