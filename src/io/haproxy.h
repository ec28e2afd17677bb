/* A client of HAProxy's admin socket: one command at a time, each with a deadline, and
 * a choke point that lets a reader only `show`. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdint.h>

#include "base/error.h"
#include "base/scan.h"

struct haproxy;
struct loop;

enum {
    HAPROXY_COMMAND_SIZE = 512,
    HAPROXY_REPLY_MAX = 4 * 1024 * 1024,
    HAPROXY_PENDING_MAX = 32, /* commands that are not answered yet */
};

enum haproxy_authority { HAPROXY_READ_ONLY, HAPROXY_MAY_ACT };

struct haproxy_result {
    struct error error; /* ERROR_NONE when a whole reply came, whatever it says */
    struct slice reply; /* borrowed; see io/haproxy_reply.h */
};

typedef void (*haproxy_done_fn)(void *owner, const struct haproxy_result *result);

/* `path` is the socket's; a connection is made for each command. */
struct haproxy *haproxy_new(
    struct loop *loop, const char *path, enum haproxy_authority authority);

/* Ends every command silently. */
void haproxy_free(struct haproxy *haproxy);

/* One line; who may act may join commands with ';'. `on_done` runs exactly once, never
 * inside this call, unless cancelled. The deadline counts from here. */
void haproxy_command(
    struct haproxy *haproxy, const char *command, uint64_t timeout_ns,
    haproxy_done_fn on_done, void *owner);

/* No callback for any command of that owner. */
void haproxy_cancel_all(struct haproxy *haproxy, const void *owner);
