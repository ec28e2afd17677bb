/* SPDX-License-Identifier: MIT */
#include "support/haproxy_scene.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/memory.h"
#include "base/text.h"
#include "io/haproxy_reply.h"
#include "io/loop.h"

enum { TRIES = 20 };

static void on_done(void *owner, const struct router_done *done) {
    struct haproxy_scene *scene = owner;
    scene->done = *done;
    loop_stop(scene->loop);
}

static void on_seen(void *owner, const struct router_seen *seen) {
    struct haproxy_scene *scene = owner;
    scene->seen = *seen;
    loop_stop(scene->loop);
}

static void on_written(void *owner, const struct haproxy_result *result) {
    struct haproxy_scene *scene = owner;
    struct error err;
    assert_int_equal(result->error.code, ERROR_NONE);
    assert_true(haproxy_accepted(result->reply, &err));
    loop_stop(scene->loop);
}

void haproxy_scene_open_router(struct haproxy_scene *scene) {
    struct error err = {0};
    const struct router_options options = {scene->loop, scene->target, NULL};
    scene->router = haproxy_router.start(&options, &err);
    assert_non_null(scene->router);
}

static void start(struct haproxy_scene *scene, const char *sections) {
    scene->loop = loop_new();
    test_haproxy_start(&scene->server, sections);
    scene->target = memory_new(sizeof *scene->target);
    target_init(scene->target);
    struct target_split *split = &scene->target->split;
    text_copy(split->socket, sizeof split->socket, scene->server.socket);
    text_copy(split->table, sizeof split->table, "canary_lease");
    text_copy(split->stable, sizeof split->stable, "stable");
    text_copy(split->canary, sizeof split->canary, "canary");
    scene->stranger = haproxy_new(scene->loop, scene->server.socket, HAPROXY_MAY_ACT);
    haproxy_scene_open_router(scene);
}

void haproxy_scene_init(struct haproxy_scene *scene, const char *sections) {
    memset(scene, 0, sizeof *scene);
    start(scene, sections);
}

void haproxy_scene_init_lease(struct haproxy_scene *scene, const char *lease) {
    memset(scene, 0, sizeof *scene);
    test_haproxy_lease_sections(
        scene->sections, sizeof scene->sections, lease, test_free_port(),
        test_free_port());
    start(scene, scene->sections);
}

void haproxy_scene_clear(struct haproxy_scene *scene) {
    haproxy_router.free(scene->router);
    haproxy_free(scene->stranger);
    loop_free(scene->loop);
    test_haproxy_stop(&scene->server);
    free(scene->target);
}

struct router_intent haproxy_scene_intent(uint32_t before_bp, uint32_t weight_bp) {
    return (struct router_intent){
        .epoch = HAPROXY_SCENE_EPOCH,
        .before_bp = before_bp,
        .weight_bp = weight_bp,
        .salt = HAPROXY_SCENE_SALT};
}

enum router_outcome haproxy_scene_set_once(
    struct haproxy_scene *scene, struct router_intent intent) {
    haproxy_router.set(scene->router, &intent, on_done, scene);
    loop_run(scene->loop);
    return scene->done.outcome;
}

enum router_outcome haproxy_scene_renew_once(
    struct haproxy_scene *scene, struct router_intent intent) {
    haproxy_router.renew(scene->router, &intent, on_done, scene);
    loop_run(scene->loop);
    return scene->done.outcome;
}

const struct router_seen *haproxy_scene_look_once(struct haproxy_scene *scene) {
    haproxy_router.look(scene->router, on_seen, scene);
    loop_run(scene->loop);
    return &scene->seen;
}

/* A machine may be so busy that an answer comes too late: then the same again, as a
 * controller does it. */
static bool is_late(const struct error *err) {
    return err->code == ERROR_TIMEOUT;
}

enum router_outcome haproxy_scene_check(struct haproxy_scene *scene) {
    unsigned tries = 0;
    do {
        haproxy_router.check(scene->router, on_done, scene);
        loop_run(scene->loop);
    } while (is_late(&scene->done.error) && ++tries < TRIES);
    return scene->done.outcome;
}

enum router_outcome haproxy_scene_set(
    struct haproxy_scene *scene, struct router_intent intent) {
    unsigned tries = 0;
    while (haproxy_scene_set_once(scene, intent) == ROUTER_UNKNOWN && ++tries < TRIES) {
        assert_true(is_late(&scene->done.error));
    }
    return scene->done.outcome;
}

enum router_outcome haproxy_scene_renew(
    struct haproxy_scene *scene, struct router_intent intent) {
    unsigned tries = 0;
    while (haproxy_scene_renew_once(scene, intent) == ROUTER_UNKNOWN &&
           ++tries < TRIES) {
        assert_true(is_late(&scene->done.error));
    }
    return scene->done.outcome;
}

const struct router_seen *haproxy_scene_look(struct haproxy_scene *scene) {
    unsigned tries = 0;
    while (!haproxy_scene_look_once(scene)->known && ++tries < TRIES) {
        if (!is_late(&scene->seen.error)) break;
    }
    return &scene->seen;
}

void haproxy_scene_tell(struct haproxy_scene *scene, const char *words) {
    haproxy_command(
        scene->stranger, words, HAPROXY_SCENE_PATIENCE_NS, on_written, scene);
    loop_run(scene->loop);
}

void haproxy_scene_meddle(struct haproxy_scene *scene, uint64_t key, uint64_t value) {
    char words[HAPROXY_COMMAND_SIZE];
    struct text command = TEXT_IN(words);
    haproxy_table_set(&command, "canary_lease", key, value);
    haproxy_scene_tell(scene, words);
}
