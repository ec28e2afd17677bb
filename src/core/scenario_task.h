/* One task of a scenario: from the words of a file, or in the target's own way, to what
 * a load generator is told. For core/scenario. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>

#include "core/check_request.h"
#include "core/load_task.h"
#include "core/mistakes.h"
#include "core/schema.h"
#include "core/target.h"

struct scenario_task {
    char name[LOAD_NAME_SIZE];
    uint32_t weight;
    const struct node *requests[CHECK_REQUEST_COUNT]; /* exactly one is there */
    const struct node *json, *body, *headers, *status;
    char contains[LOAD_CONTENT_SIZE];
    uint64_t timeout_ns;
    bool stream;
    struct {
        char id[LOAD_POINTER_SIZE], path[LOAD_PATH_SIZE], status[LOAD_POINTER_SIZE];
        const struct node *good, *bad;
        uint64_t every_ns;
        uint32_t times;
    } job;
};

extern const struct schema scenario_task_schema;

/* Everything of `from`, which stands at `node`;
 * what does not fit together is a mistake. */
void scenario_task_fill(
    struct load_task *to, const struct scenario_task *from, const struct node *node,
    const struct target *target, struct mistakes *mistakes);

/* A message, in the way in which the target holds a conversation; every user of every
 * run has a name of its own. False when the target has no chat, or it gets too long. */
bool scenario_task_chat(
    struct load_task *to, struct slice message, const struct target *target,
    struct error *err);
