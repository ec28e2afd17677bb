/* The instruments: each asks one thing of the target again and again, can only read,
 * and publishes what it learns as events. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "core/aliases.h"
#include "core/event.h"
#include "core/random.h"
#include "core/target.h"

struct loop;
struct http;
struct redis;

/* What every probe works with; all of it outlives the probes. */
struct probe_context {
    struct loop *loop;
    const struct target *target;
    struct http *http;   /* read-only */
    struct redis *redis; /* read-only; NULL when the target has none */
    struct aliases aliases;
    struct random random; /* for jitter */
    uint64_t started_ns;  /* the origin of all cadences */
    bool one_look;        /* and no more: what a watch waits for must show at once */
    /* Takes a finished event; fills in sequence and times. */
    void (*publish)(void *owner, struct event *event);
    void *owner;
};

/* One instrument. `start` returns NULL when the target has nothing for it. */
struct probe_type {
    const char *name;
    void *(*start)(struct probe_context *context);
    void (*free)(void *probe);
};

extern const struct probe_type tracks_probe;    /* health, readiness, metrics, errors */
extern const struct probe_type redis_probe;     /* the server itself */
extern const struct probe_type queue_probe;     /* its streams and lists */
extern const struct probe_type workers_probe;   /* who takes from them */
extern const struct probe_type processes_probe; /* local processes by their pid files */
extern const struct probe_type split_probe;     /* how traffic is divided */
extern const struct probe_type rollout_probe;   /* what a controller publishes */

#define PROBES(X)   \
    X(tracks_probe) \
    X(redis_probe)  \
    X(queue_probe) X(workers_probe) X(processes_probe) X(split_probe) X(rollout_probe)

/* Publishes a line of the timeline. */
void probe_note(
    struct probe_context *context, enum note_level level, const char *source,
    const char *words, ...) __attribute__((format(printf, 4, 5)));

/* Values of one track, or of the target with STATE_TRACK_NONE: begin, add, publish. */
void probe_values(struct event *event, uint8_t track, uint64_t step_ns);
void probe_value(struct event *event, enum metric metric, double value);
void probe_publish(struct probe_context *context, struct event *event);

/* An error in few words: without the name of who was spoken to. */
const char *probe_reason(const struct error *error);
