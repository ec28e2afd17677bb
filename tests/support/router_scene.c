/* SPDX-License-Identifier: MIT */
#include "support/router_scene.h"

#include <string.h>

#include "base/panic.h"
#include "base/text.h"

enum { PODS = 20 };

static void name(char *to, size_t size, const char *value) {
    ensure(text_copy(to, size, value));
}

void router_scene_target(
    struct target *target, const char *socket, enum target_cluster_router router) {
    struct target_kubernetes *to = &target->kubernetes;
    target_init(target);
    name(to->namespace, sizeof to->namespace, "agent");
    name(to->socket, sizeof to->socket, socket);
    name(to->stable, sizeof to->stable, "agent-stable");
    name(to->canary, sizeof to->canary, "agent-canary");
    name(to->service, sizeof to->service, "agent-service");
    name(to->route, sizeof to->route, "agent");
    name(to->rollout, sizeof to->rollout, "agent");
    name(to->lease, sizeof to->lease, "flightdeck-agent");
    to->router = router;
    to->replicas = PODS;
}

void router_scene_init(
    struct router_scene *scene, const struct router_type *type, uint64_t settle_ns) {
    struct error err = {0};
    memset(scene, 0, sizeof *scene);
    kubernetes_stage_init(&scene->stage, false);
    router_scene_target(&scene->target, scene->stage.socket, CLUSTER_REPLICAS);
    scene->target.kubernetes.settle_ns = settle_ns;
    scene->type = type;
    const struct router_options options = {
        scene->stage.loop, &scene->target, scene->stage.kubernetes};
    scene->router = type->start(&options, &err);
    if (!scene->router) panic("%s", err.message);
}

void router_scene_clear(struct router_scene *scene) {
    scene->type->free(scene->router);
    kubernetes_stage_clear(&scene->stage);
}

static void on_done(void *owner, const struct router_done *done) {
    struct router_scene *scene = owner;
    scene->done = *done;
    scene->answers++;
}

static void on_seen(void *owner, const struct router_seen *seen) {
    struct router_scene *scene = owner;
    scene->seen = *seen;
    scene->answers++;
}

void router_scene_begin(
    struct router_scene *scene, const struct router_intent *intent) {
    scene->answers = 0;
    scene->type->set(scene->router, intent, on_done, scene);
    ensure(scene->answers == 0);
}

static enum router_outcome wait_for(struct router_scene *scene) {
    kubernetes_stage_until(&scene->stage, &scene->answers, 1);
    return scene->done.outcome;
}

enum router_outcome router_scene_set(
    struct router_scene *scene, uint64_t epoch, uint32_t before_bp,
    uint32_t weight_bp) {
    const struct router_intent intent = {
        .epoch = epoch, .before_bp = before_bp, .weight_bp = weight_bp};
    router_scene_begin(scene, &intent);
    return wait_for(scene);
}

enum router_outcome router_scene_back(struct router_scene *scene, uint64_t epoch) {
    const struct router_intent intent = {.epoch = epoch, .back = true};
    router_scene_begin(scene, &intent);
    return wait_for(scene);
}

enum router_outcome router_scene_check(struct router_scene *scene) {
    scene->answers = 0;
    scene->type->check(scene->router, on_done, scene);
    return wait_for(scene);
}

void router_scene_look(struct router_scene *scene) {
    scene->answers = 0;
    scene->type->look(scene->router, on_seen, scene);
    kubernetes_stage_until(&scene->stage, &scene->answers, 1);
}
