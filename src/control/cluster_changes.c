/* SPDX-License-Identifier: MIT */
#include "control/cluster_changes.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "core/deployment.h"

enum { POINTER_SIZE = 256, NUMBER_SIZE = 24, IMAGE_SIZE = 256 };

static const struct node *spec_of(const struct node *object) {
    return node_get(object, "spec");
}

/* Replicas */

static bool has_replicas(const void *given, const struct node *object) {
    const struct replicas_wish *wish = given;
    int64_t is;
    return node_integer(spec_of(object), "replicas", 0, DEPLOYMENT_REPLICAS_MAX, &is) &&
           is == wish->to;
}

static enum change_need plan_replicas(
    const void *given, const struct node *object, struct json_patch *patch,
    struct error *err) {
    const struct replicas_wish *wish = given;
    struct deployment deployment;
    if (!deployment_read(object, &deployment, err)) return CHANGE_IMPOSSIBLE;
    if (deployment.wanted == wish->to) return CHANGE_THERE;
    if (wish->before >= 0 && deployment.wanted != wish->before) {
        error_set(
            err, ERROR_CONFLICT,
            "somebody has changed %s: it wants %" PRId64 " pods, not %" PRId64,
            deployment.name, deployment.wanted, wish->before);
        return CHANGE_CONFLICT;
    }
    json_patch_int(patch, "test", "/spec/replicas", deployment.wanted);
    json_patch_int(patch, "replace", "/spec/replicas", wish->to);
    return CHANGE_NEEDED;
}

const struct cluster_change replicas_change = {
    .sub = "", .plan = plan_replicas, .holds = has_replicas};

/* The selector */

void selector_read(
    const struct node *service, const char *label, struct selector_seen *seen) {
    *seen = (struct selector_seen){.weight_bp = -1};
    node_string(
        node_get(spec_of(service), "selector"), label, seen->value, sizeof seen->value);
    const struct node *weight = node_get(
        node_get(node_get(service, "metadata"), "annotations"), WEIGHT_ANNOTATION);
    uint64_t value;
    if (weight && weight->kind == NODE_STRING && slice_u64(weight->string, &value) &&
        value <= ROLLOUT_BASIS_POINTS) {
        seen->weight_bp = (int32_t)value;
    }
}

static bool is_selected(const void *given, const struct node *object) {
    const struct selector_wish *wish = given;
    struct selector_seen seen;
    selector_read(object, wish->label, &seen);
    return strcmp(seen.value, wish->value) == 0 &&
           seen.weight_bp == (int32_t)wish->weight_bp;
}

static enum change_need plan_selector(
    const void *given, const struct node *object, struct json_patch *patch,
    struct error *err) {
    const struct selector_wish *wish = given;
    struct selector_seen seen;
    char path[POINTER_SIZE], weight[NUMBER_SIZE];
    if (!node_get(spec_of(object), "selector")) {
        error_set(err, ERROR_USAGE, "the Service selects nothing");
        return CHANGE_IMPOSSIBLE;
    }
    if (is_selected(wish, object)) return CHANGE_THERE;
    selector_read(object, wish->label, &seen);
    struct text text = TEXT_IN(path);
    text_addf(&text, "/spec/selector/%s", wish->label);
    if (*seen.value) json_patch_string(patch, "test", path, seen.value);
    if (*wish->value) {
        json_patch_string(patch, *seen.value ? "replace" : "add", path, wish->value);
    } else if (*seen.value) {
        json_patch_remove(patch, path);
    }
    snprintf(weight, sizeof weight, "%" PRIu32, wish->weight_bp);
    json_patch_string(
        patch, "add", "/metadata/annotations/flightdeck.dev~1weight-bp", weight);
    return CHANGE_NEEDED;
}

const struct cluster_change selector_change = {
    .sub = "", .plan = plan_selector, .holds = is_selected};

/* The image */

static const struct node *containers_of(const struct node *object) {
    const struct node *pods = spec_of(node_get(spec_of(object), "template"));
    return node_get(pods, "containers");
}

/* Its place among the containers, or -1. */
static int find_container(const struct node *object, const char *name) {
    const struct node *containers = containers_of(object);
    const struct node *container = containers ? containers->first : NULL;
    for (int at = 0; container; container = container->next, at++) {
        const struct node *own = node_get(container, "name");
        if (own && slice_equals(own->string, name)) return at;
    }
    return -1;
}

static bool read_image(
    const struct node *object, const char *container, char image[IMAGE_SIZE]) {
    int at = find_container(object, container);
    return at >= 0 &&
           node_string(
               node_at(containers_of(object), (size_t)at), "image", image, IMAGE_SIZE);
}

static bool has_image(const void *given, const struct node *object) {
    const struct image_wish *wish = given;
    char image[IMAGE_SIZE];
    return read_image(object, wish->container, image) &&
           strcmp(image, wish->image) == 0;
}

static enum change_need plan_image(
    const void *given, const struct node *object, struct json_patch *patch,
    struct error *err) {
    const struct image_wish *wish = given;
    char image[IMAGE_SIZE], path[POINTER_SIZE];
    if (!read_image(object, wish->container, image)) {
        error_set(
            err, ERROR_USAGE, "the Deployment has no container \"%s\"",
            wish->container);
        return CHANGE_IMPOSSIBLE;
    }
    if (strcmp(image, wish->image) == 0) return CHANGE_THERE;
    if (*wish->before && strcmp(image, wish->before) != 0) {
        error_set(
            err, ERROR_CONFLICT, "somebody has changed the image: it is %s", image);
        return CHANGE_CONFLICT;
    }
    int at = find_container(object, wish->container);
    struct text text = TEXT_IN(path);
    text_addf(&text, "/spec/template/spec/containers/%d/name", at);
    json_patch_string(patch, "test", path, wish->container);
    text_reset(&text);
    text_addf(&text, "/spec/template/spec/containers/%d/image", at);
    json_patch_string(patch, "test", path, image);
    json_patch_string(patch, "replace", path, wish->image);
    return CHANGE_NEEDED;
}

const struct cluster_change image_change = {
    .sub = "", .plan = plan_image, .holds = has_image};
