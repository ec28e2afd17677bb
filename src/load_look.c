/* SPDX-License-Identifier: MIT */
#include "load_look.h"

#include <math.h>
#include <stdlib.h>

#include "base/memory.h"
#include "base/units.h"
#include "engine.h"
#include "io/loop.h"

/* What is older says nothing about now. */
#define FRESH_NS (5 * NS_PER_S)

struct figure {
    double value;
    uint64_t at_ns;
};

struct load_look {
    struct engine *engine;
    struct figure memory[TRACK_COUNT], queue;
};

static void take_value(
    struct load_look *look, const struct event *event, enum metric metric,
    double value) {
    const struct figure figure = {.value = value, .at_ns = event->at_ns};
    if (!isfinite(value)) return;
    if (metric == METRIC_MEMORY && event->values.track < TRACK_COUNT) {
        look->memory[event->values.track] = figure;
    } else if (metric == METRIC_QUEUE_WAITING) {
        look->queue = figure;
    }
}

static void on_event(void *owner, const struct event *event) {
    struct load_look *look = owner;
    if (event->kind != EVENT_VALUES) return;
    for (uint32_t i = 0; i < event->values.count; i++) {
        enum metric metric = (enum metric)event->values.items[i].metric;
        take_value(look, event, metric, (double)event->values.items[i].value);
    }
}

struct load_look *load_look_new(
    struct loop *loop, const struct target *target, const char *user) {
    struct load_look *look = memory_new(sizeof *look);
    const struct engine_options options = {
        .target = target,
        .user = user,
        .read_only = true,
        .on_event = on_event,
        .owner = look,
    };
    look->engine = engine_new(loop, &options);
    engine_start(look->engine);
    return look;
}

void load_look_free(struct load_look *look) {
    if (!look) return;
    engine_free(look->engine);
    free(look);
}

static double fresh(const struct figure *figure) {
    bool known = figure->at_ns > 0 && loop_clock_ns() - figure->at_ns < FRESH_NS;
    return known ? figure->value : (double)NAN;
}

struct load_around load_look_around(const struct load_look *look) {
    struct load_around around = {(double)NAN, fresh(&look->queue)};
    for (unsigned track = 0; track < TRACK_COUNT; track++) {
        double bytes = fresh(&look->memory[track]);
        if (isnan(bytes)) continue;
        around.memory_bytes =
            isnan(around.memory_bytes) ? bytes : around.memory_bytes + bytes;
    }
    return around;
}
