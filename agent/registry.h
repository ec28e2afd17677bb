/* The numbers that a process tells about itself, and their Prometheus text. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>

#include "agent/families.h"
#include "base/buffer.h"
#include "base/scan.h"

enum {
    REGISTRY_LABEL_SIZE = 64,
    REGISTRY_SERIES_MAX =
        64, /* of one family; what comes later is counted as "other" */
};

struct registry;

struct registry *registry_new(void);
void registry_free(struct registry *registry);

/* `a` and `b` are the values of the family's labels, NULL where it has fewer. Adding 0
 * makes a series known before anything has happened. */
void registry_count(
    struct registry *registry, enum family family, const char *a, const char *b,
    double by);
void registry_observe(
    struct registry *registry, enum family family, const char *a, const char *b,
    double value);

/* Sets a gauge, or a counter that somebody else keeps. */
void registry_set(
    struct registry *registry, enum family family, const char *a, const char *b,
    double value);

/* Forgets every series of a family: what is not known is not shown. */
void registry_unset(struct registry *registry, enum family family);

/* Prometheus text format 0.0.4. The names begin with `prefix`, "" for none. */
void registry_write(
    const struct registry *registry, const char *prefix, struct buffer *buffer);

/* Counters as lines of "series value": those that have changed since they were last
 * written here, or with `all` every one that is not 0. */
void registry_write_counters(struct registry *registry, bool all, struct buffer *lines);

/* Sets a counter from such a series, "llm_stop_total{model=\"m\",reason=\"r\"}". False,
 * nothing set, when it is none of ours. */
bool registry_set_counter(struct registry *registry, struct slice series, double value);

/* The value of a label, escaped. */
void registry_write_label(struct buffer *buffer, const char *value);

/* A number as that format writes it: "5", "0.25", "NaN", "+Inf". */
void registry_write_number(struct buffer *buffer, double value);
