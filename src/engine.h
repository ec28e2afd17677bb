/* Watches one target: owns the read-only connections and every probe, and delivers what
 * happens as events, in order. It can look at everything and act on nothing. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "core/event.h"
#include "core/target.h"

struct engine;
struct loop;

/* The event is borrowed for the call. */
typedef void (*engine_event_fn)(void *owner, const struct event *event);

/* Every part has been asked often enough, or the time is up: then it is not whole. */
typedef void (*engine_looked_fn)(void *owner, bool whole);

struct engine_options {
    const struct target *target; /* copied */
    const char *user;            /* who sits here */
    bool read_only;              /* a watcher, for EVENT_SESSION */
    bool one_look;               /* is all that it is started for */
    engine_event_fn on_event;
    void *owner;
};

/* Touches neither network nor TLS: that begins with engine_start(). */
struct engine *engine_new(struct loop *loop, const struct engine_options *options);
void engine_free(struct engine *engine);

/* Events begin to come, EVENT_SESSION first, never inside this call. After
 * engine_stop() none comes; it may be started again. */
void engine_start(struct engine *engine);
void engine_stop(struct engine *engine);

/* Runs `on_looked` once, when every part was
 * asked at least twice or after `limit_ns`. */
void engine_look(
    struct engine *engine, uint64_t limit_ns, engine_looked_fn on_looked, void *owner);

/* Puts an event of the caller's own into the order: a run, a check, a note. */
void engine_publish(struct engine *engine, struct event *event);
