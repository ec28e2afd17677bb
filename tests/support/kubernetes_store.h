/* The objects of the API server for tests, and what has happened to them. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "support/json_tree.h"
#include "support/kubernetes_kinds.h"

enum { KUBERNETES_NAME_SIZE = 254 };

struct kubernetes_object {
    struct kubernetes_object *next;
    const struct kubernetes_kind *kind;
    char namespace[KUBERNETES_NAME_SIZE], name[KUBERNETES_NAME_SIZE];
    cJSON *json;
    unsigned ticks;   /* how often the controllers have looked at it as it is */
    unsigned stalled; /* how often they found a Deployment no further */
};

/* What a watch tells; kept from the first on. */
struct kubernetes_event {
    struct kubernetes_event *next;
    uint64_t version;
    const char *type; /* "ADDED", "MODIFIED", "DELETED" */
    const struct kubernetes_kind *kind;
    char namespace[KUBERNETES_NAME_SIZE], name[KUBERNETES_NAME_SIZE];
    char *object; /* its JSON */
};

struct kubernetes_store {
    struct kubernetes_object *first, *last;
    struct kubernetes_event *events, *last_event;
    uint64_t version;   /* the last that was given out */
    uint64_t compacted; /* a watch from before here comes too late */
    uint64_t serial;    /* of names and UIDs */
};

void kubernetes_store_clear(struct kubernetes_store *store);

struct kubernetes_object *kubernetes_store_find(
    struct kubernetes_store *store, const struct kubernetes_kind *kind,
    const char *namespace, const char *name);

/* Takes `json`, whose metadata has a name; gives it UID, time and version. */
struct kubernetes_object *kubernetes_store_add(
    struct kubernetes_store *store, const struct kubernetes_kind *kind,
    const char *namespace, cJSON *json);

/* Takes `json` in place of what it was, with a new version when it differs; a new spec
 * makes a new generation. True when it differed. */
bool kubernetes_store_replace(
    struct kubernetes_store *store, struct kubernetes_object *object, cJSON *json);
void kubernetes_store_remove(
    struct kubernetes_store *store, struct kubernetes_object *object);

/* Everything that happened so far is forgotten: etcd calls it compaction. */
void kubernetes_store_compact(struct kubernetes_store *store);

/* Whether "app=agent,version=canary" holds for the labels; "" always does. */
bool kubernetes_labels_match(cJSON *object, const char *selector);

/* The time now as "2026-11-22T09:12:24Z". */
const char *kubernetes_now(char to[32]);
