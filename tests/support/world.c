/* SPDX-License-Identifier: MIT */
#include "support/world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/memory.h"
#include "base/text.h"
#include "base/units.h"
#include "engine.h"
#include "io/loop.h"

#define POLL_NS  (250 * NS_PER_MS)
#define LIMIT_NS (10 * NS_PER_S)

void world_init(struct world *world) {
    *world = (struct world){.loop = loop_new(), .model = model_new()};
    world->target = memory_new(sizeof *world->target);
    target_init(world->target);
    struct target *target = world->target;
    text_copy_cut(target->name, sizeof target->name, "test");
    target->class = TARGET_LOCAL;
    target->poll_health_ns = target->poll_metrics_ns = target->poll_redis_ns = POLL_NS;
}

void world_clear(struct world *world) {
    engine_free(world->engine);
    loop_free(world->loop);
    model_free(world->model);
    free(world->target);
}

static void on_event(void *owner, const struct event *event) {
    struct world *world = owner;
    assert_int_equal(event->sequence, ++world->events);
    model_apply(world->model, event);
    if (!world->until || !world->until(world, world->what)) return;
    world->happened = true;
    world->until = NULL;
    loop_stop(world->loop);
}

void world_watch(struct world *world) {
    const struct engine_options options = {
        .target = world->target,
        .user = "tester",
        .one_look = world->one_look,
        .on_event = on_event,
        .owner = world,
    };
    world->engine = engine_new(world->loop, &options);
    engine_start(world->engine);
    assert_int_equal(world->events, 0);
}

static void on_limit(void *owner, uint64_t now_ns) {
    (void)now_ns;
    struct world *world = owner;
    loop_stop(world->loop);
}

static void run(struct world *world, uint64_t limit_ns) {
    struct loop_timer *limit = loop_every(world->loop, limit_ns, on_limit, world);
    loop_run(world->loop);
    loop_timer_free(limit);
}

bool world_wait(struct world *world, world_fn until, const void *what) {
    world->until = until;
    world->what = what;
    world->happened = until(world, what);
    if (!world->happened) run(world, LIMIT_NS);
    world->until = NULL;
    return world->happened;
}

void world_run(struct world *world, uint64_t time_ns) {
    world->until = NULL;
    run(world, time_ns);
}

const struct part *world_part(
    const struct world *world, enum part_kind kind, const char *name) {
    const struct part *part = state_part(&world->model->state, kind, name);
    if (!part) fail_msg("no part %s %s", part_kind_name(kind), name);
    return part;
}

struct wanted {
    enum part_kind kind;
    const char *name;
    enum part_status status;
};

static bool has_status(const struct world *world, const void *what) {
    const struct wanted *wanted = what;
    const struct part *part =
        state_part(&world->model->state, wanted->kind, wanted->name);
    return part && part->status == wanted->status;
}

void world_wait_part(
    struct world *world, enum part_kind kind, const char *name,
    enum part_status status) {
    const struct wanted wanted = {kind, name, status};
    if (world_wait(world, has_status, &wanted)) return;
    const struct part *part = world_part(world, kind, name);
    fail_msg(
        "%s %s is %s, not %s: %s", part_kind_name(kind), name,
        part_status_name((enum part_status)part->status), part_status_name(status),
        part->detail);
}
