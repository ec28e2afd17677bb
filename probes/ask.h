/* Several commands to Redis as one question: it ends when each has been answered. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "io/redis.h"
#include "probes/probe.h"

enum { ASK_COMMANDS_MAX = 80 };

/* One reply of the question; `tag` is the number that its command was asked with. */
typedef void (*ask_reply_fn)(
    void *owner, uint32_t tag, const struct redis_reply *reply);

/* After the last reply. `error` is ERROR_NONE when each command was answered, be it
 * with an error; else the first reason. Commands added here go on with the question. */
typedef void (*ask_done_fn)(void *owner, const struct error *error);

struct ask_command {
    struct ask *ask;
    uint32_t tag;
    uint64_t ticket; /* 0 while nothing is under way */
};

struct ask {
    struct probe_context *context; /* borrowed */
    struct ask_command commands[ASK_COMMANDS_MAX];
    uint32_t open; /* commands without a reply */
    struct error error;
    uint64_t timeout_ns;
    uint64_t round_trip_ns; /* of the last reply */
    ask_reply_fn on_reply;
    ask_done_fn on_done;
    void *owner;
};

void ask_init(
    struct ask *ask, struct probe_context *context, ask_reply_fn on_reply,
    ask_done_fn on_done, void *owner);
/* Forgets what is under way. */
void ask_clear(struct ask *ask);

/* A new question; nothing may be under way. */
void ask_begin(struct ask *ask, uint64_t timeout_ns);

/* Adds a command of several words, the last one NULL. False when there are too many. */
bool ask_add(struct ask *ask, uint32_t tag, ...);
