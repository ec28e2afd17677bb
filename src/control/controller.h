/* The controller of one rollout: holds its lock, writes down what it means before it
 * does it, does it, looks whether it is done, and publishes all that. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include "base/error.h"
#include "core/exit_code.h"
#include "core/rollout_launch.h"

struct controller;
struct loop;
struct redactor;

/* It has begun; or nothing could be written down,
 * and it is to be freed. Once, not inside a call. */
struct controller_handler {
    void (*on_begun)(void *owner, const struct error *why);
    void *owner;
    const struct redactor *redactor; /* of all that goes out; borrowed; NULL for none */
};

/* Takes the lock and the socket, begins or takes up the rollout. NULL, with who has it
 * or what is wrong in `err`. `launch` is borrowed for as long as it lives. */
struct controller *controller_new(
    struct loop *loop, const struct rollout_launch *launch,
    const struct controller_handler *handler, struct error *err);
void controller_free(struct controller *controller); /* NULL is fine */

/* Reads a launch on stdin, answers it on stdout, leaves the terminal and conducts the
 * rollout to its end. */
enum exit_code controller_run(void);
