/* Runs a script: one command after the other, each in a process of its own, until one
 * fails; then what the script has for failures, and at the end what must always run. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "core/exit_code.h"
#include "core/script.h"

struct batch;
struct loop;
struct invocation;

struct batch_step {
    bool ran;
    int code; /* only when it ran */
    uint64_t duration_ns;
};

struct batch_options {
    const struct script *script;         /* borrowed */
    const struct invocation *invocation; /* borrowed; its flags are handed on */
    const char *program;                 /* the file to run; borrowed */
    bool keep_stdin;                     /* commands may ask the operator */
    bool stdout_is_ours;                 /* their results go to stderr */
    uint64_t timeout_ns; /* for the script without its blocks; 0: none */
};

/* Every command that will run has run. Never inside another call. */
typedef void (*batch_done_fn)(void *owner);

/* Starts with the first command. SIGINT, SIGTERM and SIGHUP end the running command and
 * the script, whose blocks still run; a second one ends everything at once. */
struct batch *batch_start(
    struct loop *loop, const struct batch_options *options, batch_done_fn on_done,
    void *owner);
void batch_free(struct batch *batch);

/* The exit code: that of the first failure, unless an interruption came or a command
 * left something that needs a person. */
enum exit_code batch_code(const struct batch *batch);

/* Why the script ended early; "" when it did not. */
const char *batch_reason(const struct batch *batch);

const struct batch_step *batch_step(const struct batch *batch, uint32_t index);
