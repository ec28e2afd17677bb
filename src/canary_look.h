/* Looks for some seconds at how many requests there are, how they fare and of how many
 * users: from the router's log where nobody else reads it, else from what the instances
 * count. It asks by the same parts as a controller, and acts on nothing. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "core/instances_sight.h"
#include "core/metric_block.h"
#include "core/router_line.h"
#include "core/target.h"

struct canary_look;
struct loop;

struct canary_sight {
    const char *source; /* "log"; or "metrics", "prometheus", which know no users */
    bool from_log;
    double seconds;        /* since it began; 0 while it waits for the log */
    double requests_per_s; /* of both; NaN: not known */
    struct trials arms[TRACK_COUNT];
    double ages_s[TRACK_COUNT]; /* of the newest that was seen of each; NaN: nothing */
    uint64_t users;             /* who come by, estimated; 0: not known */
    uint64_t strange;           /* lines that nobody understands */
    uint64_t counted_age_ms;    /* without a log: of what both have told; UINT64_MAX */
    bool contradicts;           /* the same */
    char trouble[ROLLOUT_WORDS_SIZE]; /* what it does not see, and why; "" */
    char unknown[ROLLOUT_WORDS_SIZE]; /* why nobody knows which pods there are; "" */
    /* Where their health is asked for; of the version, if one is asked for. */
    struct instances_sight instances[TRACK_COUNT];
};

struct canary_look_options {
    const struct target *target; /* borrowed */
    uint64_t duration_ns;
    uint64_t patience_ns; /* how long before that for a log that somebody still reads */
    uint64_t overtime_ns; /* how long after that for a rate, where there is none yet */
    bool asks_health;     /* of the instances of both tracks */
    const char *version;  /* that the canary should say it is; NULL or "": not asked */
    void (*on_line)(void *owner, const struct router_line *line);    /* NULL is fine */
    void (*on_block)(void *owner, const struct metric_block *block); /* the same */
    void (*on_seen)(void *owner, const struct canary_sight *sight);
    /* Instead: the cluster has not listed the pods of a track a single time. */
    void (*on_blind)(void *owner, const struct error *why);
    void *owner;
};

/* No callback runs inside it. */
struct canary_look *canary_look_new(
    struct loop *loop, const struct canary_look_options *options, struct error *err);
void canary_look_free(struct canary_look *look);

/* What was seen until now. */
struct canary_sight canary_look_sight(const struct canary_look *look);
