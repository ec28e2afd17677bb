/* SPDX-License-Identifier: MIT */
#include "engine.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/panic.h"
#include "base/text.h"
#include "base/units.h"
#include "core/part_log.h"
#include "core/rollout_log.h"
#include "io/http.h"
#include "io/loop.h"
#include "io/redis.h"
#include "probes/probe.h"

static const struct probe_type *const types[] = {
#define X(type) &(type),
    PROBES(X)
#undef X
};

enum { TYPE_COUNT = sizeof types / sizeof types[0] };

struct engine {
    struct loop *loop; /* borrowed */
    struct target target;
    char user[STATE_NAME_SIZE];
    bool read_only;
    bool one_look;
    engine_event_fn on_event;
    void *owner;

    struct probe_context context;
    void *probes[TYPE_COUNT]; /* NULL where the target has nothing of the kind */
    bool running;
    struct loop_timer *starter; /* until the first event */
    uint64_t sequence;
    uint8_t boot[EVENT_ID_SIZE];
    struct part_log parts;
    struct rollout_log rollout;

    engine_looked_fn on_looked; /* NULL when nobody waits for a look */
    void *look_owner;
    struct loop_timer *look_limit;
    struct loop_timer *look_end; /* to leave the callback that completed it */
};

static void on_start(void *owner, uint64_t now_ns);
static void on_probe_event(void *owner, struct event *event);
static void on_look_complete(void *owner, uint64_t now_ns);
static void on_look_limit(void *owner, uint64_t now_ns);

struct engine *engine_new(struct loop *loop, const struct engine_options *options) {
    struct engine *engine = memory_new(sizeof *engine);
    engine->loop = loop;
    engine->target = *options->target;
    text_copy_cut(engine->user, sizeof engine->user, options->user);
    engine->read_only = options->read_only;
    engine->one_look = options->one_look;
    engine->on_event = options->on_event;
    engine->owner = options->owner;
    loop_boot_id(engine->boot);
    return engine;
}

void engine_free(struct engine *engine) {
    if (!engine) return;
    engine_stop(engine);
    free(engine);
}

/* --- events on their way out --- */

static void deliver(struct engine *engine, struct event *event) {
    event->sequence = ++engine->sequence;
    event->wall_ms = loop_wall_ms();
    event->at_ns = loop_clock_ns();
    memcpy(event->boot, engine->boot, sizeof event->boot);
    if (event->kind == EVENT_NOTE) {
        event->note.wall_ms = event->wall_ms;
        event->note.at_ns = event->at_ns;
    }
    engine->on_event(engine->owner, event);
}

void engine_publish(struct engine *engine, struct event *event) {
    deliver(engine, event);
}

static bool has_looked(const struct engine *engine) {
    return part_log_complete(&engine->parts);
}

static void end_look_soon(struct engine *engine) {
    if (!engine->on_looked || engine->look_end) return;
    engine->look_end = loop_after(engine->loop, 0, on_look_complete, engine);
}

static void on_probe_event(void *owner, struct event *event) {
    struct engine *engine = owner;
    deliver(engine, event);
    struct event note;
    event_begin(&note, EVENT_NOTE);
    bool is_worth_a_line =
        (event->kind == EVENT_PART &&
         part_log_take(&engine->parts, &event->part, &note.note)) ||
        (event->kind == EVENT_ROLLOUT &&
         rollout_log_take(&engine->rollout, &event->rollout, &note.note));
    if (is_worth_a_line) deliver(engine, &note);
    if (event->kind == EVENT_PART && has_looked(engine)) end_look_soon(engine);
}

/* --- start and stop --- */

static uint32_t slowest_poll_ms(const struct target *target) {
    uint64_t slowest_ns = target->poll_health_ns;
    if (target->poll_metrics_ns > slowest_ns) slowest_ns = target->poll_metrics_ns;
    if (target->poll_redis_ns > slowest_ns) slowest_ns = target->poll_redis_ns;
    return (uint32_t)(slowest_ns / NS_PER_MS);
}

static void publish_session(struct engine *engine) {
    const struct target *target = &engine->target;
    struct event event = {.kind = EVENT_SESSION};
    struct session_event *session = &event.session;
    memcpy(session->target, target->name, sizeof session->target);
    memcpy(session->user, engine->user, sizeof session->user);
    session->target_class = (uint8_t)target->class;
    session->read_only = engine->read_only;
    session->poll_ms = slowest_poll_ms(target);
    session->slo_p95_ms = (float)target->slo_p95_ms;
    session->slo_error_ratio = (float)(1 - target->slo_availability);
    deliver(engine, &event);
}

/* A URL that cannot be used is told by the probe of Redis. */
static struct redis *connect_redis(struct engine *engine) {
    const struct target *target = &engine->target;
    struct error err;
    if (!target->redis[0]) return NULL;
    const struct redis_options options = {
        .url = target->redis,
        .ca = target->tls.ca,
        .cert = target->tls.cert,
        .key = target->tls.key,
        .authority = REDIS_READ_ONLY,
    };
    return redis_new(engine->loop, &options, &err);
}

void engine_start(struct engine *engine) {
    if (engine->running) return;
    engine->running = true;
    engine->starter = loop_after(engine->loop, 0, on_start, engine);
}

static void on_start(void *owner, uint64_t now_ns) {
    struct engine *engine = owner;
    engine->starter = NULL;
    struct probe_context *context = &engine->context;
    *context = (struct probe_context){
        .loop = engine->loop,
        .target = &engine->target,
        .http = http_new(engine->loop, HTTP_READ_ONLY),
        .redis = connect_redis(engine),
        .started_ns = now_ns,
        .one_look = engine->one_look,
        .publish = on_probe_event,
        .owner = engine,
    };
    aliases_init(&context->aliases);
    random_seed(&context->random, now_ns);
    part_log_reset(&engine->parts);
    engine->rollout = (struct rollout_log){0};
    publish_session(engine);
    for (size_t i = 0; i < TYPE_COUNT; i++) {
        engine->probes[i] = types[i]->start(context);
    }
}

static void forget_look(struct engine *engine) {
    loop_timer_free(engine->look_limit);
    loop_timer_free(engine->look_end);
    engine->look_limit = engine->look_end = NULL;
    engine->on_looked = NULL;
}

void engine_stop(struct engine *engine) {
    engine->running = false;
    loop_timer_free(engine->starter);
    engine->starter = NULL;
    forget_look(engine);
    for (size_t i = 0; i < TYPE_COUNT; i++) {
        if (engine->probes[i]) types[i]->free(engine->probes[i]);
        engine->probes[i] = NULL;
    }
    redis_free(engine->context.redis);
    http_free(engine->context.http);
    engine->context = (struct probe_context){0};
}

/* --- one look --- */

void engine_look(
    struct engine *engine, uint64_t limit_ns, engine_looked_fn on_looked, void *owner) {
    ensure(!engine->on_looked);
    engine->on_looked = on_looked;
    engine->look_owner = owner;
    engine->look_limit = loop_after(engine->loop, limit_ns, on_look_limit, engine);
    if (has_looked(engine)) end_look_soon(engine);
}

static void end_look(struct engine *engine) {
    engine_looked_fn on_looked = engine->on_looked;
    forget_look(engine);
    on_looked(engine->look_owner, has_looked(engine));
}

static void on_look_complete(void *owner, uint64_t now_ns) {
    (void)now_ns;
    struct engine *engine = owner;
    engine->look_end = NULL;
    end_look(engine);
}

static void on_look_limit(void *owner, uint64_t now_ns) {
    (void)now_ns;
    struct engine *engine = owner;
    engine->look_limit = NULL;
    end_look(engine);
}
