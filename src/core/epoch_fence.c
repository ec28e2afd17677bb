/* SPDX-License-Identifier: MIT */
#include "core/epoch_fence.h"

#include <stdio.h>

enum { NUMBER_SIZE = 24, VERSION_SIZE = 64 };

static const char annotation_path[] = "/metadata/annotations/flightdeck.dev~1epoch";

static const struct node *annotations_of(const struct node *object) {
    return node_get(node_get(object, "metadata"), "annotations");
}

bool epoch_fence_read(const struct node *object, uint64_t *epoch, struct error *err) {
    const struct node *value = node_get(annotations_of(object), EPOCH_ANNOTATION);
    if (!value) {
        *epoch = 0;
        return true;
    }
    if (value->kind == NODE_STRING && slice_u64(value->string, epoch)) return true;
    return error_set(
        err, ERROR_PROTOCOL, "the annotation " EPOCH_ANNOTATION " is no number");
}

bool epoch_fence_is(const struct node *object, uint64_t epoch) {
    uint64_t there = 0;
    struct error err;
    return epoch_fence_read(object, &there, &err) && there == epoch;
}

/* Nobody has claimed it: it must not have changed at all since it was read. */
static bool claim_first(
    struct json_patch *patch, const struct node *object, const char *ours,
    struct error *err) {
    char version[VERSION_SIZE];
    const struct node *metadata = node_get(object, "metadata");
    if (!node_string(metadata, "resourceVersion", version, sizeof version)) {
        return error_set(err, ERROR_PROTOCOL, "the object has no resourceVersion");
    }
    json_patch_string(patch, "test", "/metadata/resourceVersion", version);
    if (annotations_of(object)) {
        json_patch_string(patch, "add", annotation_path, ours);
    } else {
        json_patch_map(patch, "/metadata/annotations", EPOCH_ANNOTATION, ours);
    }
    return true;
}

bool epoch_fence_add(
    struct json_patch *patch, const struct node *object, uint64_t epoch,
    struct error *err) {
    uint64_t there = 0;
    char ours[NUMBER_SIZE], theirs[NUMBER_SIZE];
    if (!epoch_fence_read(object, &there, err)) return false;
    if (there > epoch) {
        return error_set(
            err, ERROR_CONFLICT, "somebody has taken over: the epoch is %llu, not %llu",
            (unsigned long long)there, (unsigned long long)epoch);
    }
    snprintf(ours, sizeof ours, "%llu", (unsigned long long)epoch);
    snprintf(theirs, sizeof theirs, "%llu", (unsigned long long)there);
    if (there == 0 && !node_get(annotations_of(object), EPOCH_ANNOTATION)) {
        return claim_first(patch, object, ours, err);
    }
    json_patch_string(patch, "test", annotation_path, theirs);
    if (there < epoch) json_patch_string(patch, "replace", annotation_path, ours);
    return true;
}
