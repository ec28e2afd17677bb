/* What a load run does: the tasks of its users, how many of them, for how long, and
 * what must hold. One of the book's four, or a file of one's own. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/sha256.h"
#include "core/gate.h"
#include "core/load_plan.h"
#include "core/mistakes.h"
#include "core/target.h"

/* clang-format off */
/*    name        users  spawned a second  seconds  what it is for */
#define SCENARIO_PRESETS(X) \
    X("baseline", 100,   10,               300,     "expected traffic"), \
    X("spike",    1000,  100,              120,     "sudden tenfold traffic"), \
    X("stress",   5000,  50,               600,     "find the breaking point"), \
    X("soak",     500,   10,               3600,    "sustained load")
/* clang-format on */

struct scenario {
    char name[STATE_NAME_SIZE];
    uint32_t gate_count, abort_count;
    struct gate gates[GATES_MAX];  /* must hold at the end */
    struct gate aborts[GATES_MAX]; /* when one becomes true, the run ends at once */
    struct load_plan plan; /* whom to ask, the run, the seed and the shard stay open */
};

/* Whether there is a preset of that name. */
bool scenario_is_preset(const char *name);

/* One of the book's, with its three weighted tasks as far as the target has them: a
 * simple chat, a chat that needs a tool, and its health. */
bool scenario_preset(
    struct scenario *scenario, const char *name, const struct target *target,
    struct error *err);

/* A file; false with every mistake and its place. Nothing of `root` is kept. */
bool scenario_read(
    struct scenario *scenario, const struct node *root, const struct target *target,
    struct mistakes *mistakes);

/* One more gate, from the command line; ERROR_LIMIT past GATES_MAX. */
bool scenario_add_gate(struct scenario *scenario, const char *words, struct error *err);
bool scenario_add_abort(
    struct scenario *scenario, const char *words, struct error *err);

/* The seed's: p95 below 2 s and fewer than 0.1 % errors. */
void scenario_add_good_results(struct scenario *scenario);

/* Whether every task that a gate names is there. */
bool scenario_check_gates(const struct scenario *scenario, struct error *err);

/* Runs are alike when they do the same: SHA-256 over the tasks and the load, but not
 * over how long, for whom and with which gates. */
void scenario_hash(const struct scenario *scenario, char hash[SHA256_HEX_SIZE]);

/* Over the tasks and the gates alone: how much of them a service can bear is the same
 * question for any load. */
void scenario_tasks_hash(const struct scenario *scenario, char hash[SHA256_HEX_SIZE]);
