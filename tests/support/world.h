/* An engine on a target of a test's own making, and what it learnt, as a model. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "core/model.h"
#include "core/target.h"

struct loop;
struct engine;
struct service;

/* Says whether what the test waits for has happened. */
struct world;
typedef bool (*world_fn)(const struct world *world, const void *what);

struct world {
    struct loop *loop;
    struct target *target; /* to be filled in before world_watch() */
    bool one_look;         /* the same */
    struct engine *engine;
    struct model *model;
    uint64_t events;
    world_fn until;
    const void *what;
    bool happened;
};

/* A local target that is asked every 250 ms. */
void world_init(struct world *world);
void world_clear(struct world *world);
void world_watch(struct world *world);

/* Runs until it has happened; false after ten seconds. */
bool world_wait(struct world *world, world_fn until, const void *what);

/* Waits for a part to have that status; fails the test when it does not get it. */
void world_wait_part(
    struct world *world, enum part_kind kind, const char *name,
    enum part_status status);

/* Runs for a while. */
void world_run(struct world *world, uint64_t time_ns);

/* The part, which must be there. */
const struct part *world_part(
    const struct world *world, enum part_kind kind, const char *name);
