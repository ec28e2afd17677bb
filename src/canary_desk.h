/* Where a canary command sits: the target,
 * the socket of its rollout's controller, and who asks. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>

#include "actions/rollout_link.h"
#include "config.h"
#include "invocation.h"
#include "io/folders.h"
#include "stop.h"

struct loop;

struct canary_desk {
    const struct invocation *invocation; /* borrowed */
    struct config *config;
    const struct target *target; /* the configuration's */
    char path[FOLDER_PATH_SIZE]; /* of the controller's socket */
    char user[STATE_NAME_SIZE], host[STATE_NAME_SIZE];
    struct loop *loop;
};

/* ERROR_USAGE also for a target whose traffic nobody can divide.
 * The desk is to be left in either case. */
bool canary_desk_sit(
    struct canary_desk *desk, const struct invocation *invocation, struct error *err);
/* To ask its controller only: that takes no secret of the target. */
bool canary_desk_sit_to_ask(
    struct canary_desk *desk, const struct invocation *invocation, struct error *err);
void canary_desk_leave(struct canary_desk *desk);

/* An order of whoever sits here, with the reason of the command line. */
struct rollout_order canary_desk_order(
    const struct canary_desk *desk, enum rollout_order_kind kind);

/* Write a result, or why there is none, and end the command. What somebody asked has
 * sent back of our secrets stands in neither. */
int canary_desk_write(
    const struct canary_desk *desk, struct slice result, enum exit_code code);
int canary_desk_fail(
    const struct canary_desk *desk, enum exit_code code, const struct error *err);

/* Writes the result and ends the command: what is there, or the error with its code. */
int canary_desk_finish(
    const struct canary_desk *desk, const struct rollout_status *status,
    enum exit_code code);
