/* Looks for some seconds at how many requests there are, how they fare and of how many
 * users: from the router's log where nobody else reads it, else from the metrics. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "core/instances_sight.h"
#include "core/metric.h"
#include "core/router_line.h"
#include "core/target.h"
#include "core/trials.h"

struct canary_look;
struct loop;

struct canary_sight {
    bool from_log;  /* else from metrics, which know no users */
    double seconds; /* since it began; 0 while it waits for the log */
    struct trials arms[TRACK_COUNT];
    double ages_s[TRACK_COUNT];  /* of the newest that was seen of each; NaN: nothing */
    uint64_t users;              /* who come by, estimated; 0: not known */
    uint64_t strange;            /* lines that nobody understands */
    bool canary_answers;         /* these only where a version is asked for */
    char other[STATE_NAME_SIZE]; /* a canary that is not it; "" for none */
    char other_version[STATE_VERSION_SIZE]; /* what that says that it is */
    /* Where their health is asked for; of the version, if one is asked for. */
    struct instances_sight instances[TRACK_COUNT];
};

struct canary_look_options {
    const struct target *target; /* borrowed */
    uint64_t duration_ns;
    uint64_t patience_ns; /* how long before that for a log that somebody still reads */
    bool asks_health;     /* of the instances of both tracks */
    const char *version;  /* that the canary should say it is; NULL or "": not asked */
    void (*on_line)(void *owner, const struct router_line *line); /* NULL is fine */
    void (*on_seen)(void *owner, const struct canary_sight *sight);
    void *owner;
};

struct canary_look *canary_look_new(
    struct loop *loop, const struct canary_look_options *options);
void canary_look_free(struct canary_look *look);

/* What was seen until now. */
struct canary_sight canary_look_sight(const struct canary_look *look);
