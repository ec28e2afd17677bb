/* A Redis client on the loop: hiredis as the codec, our own transport, and one choke
 * point that lets a reader only read. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/scan.h"
#include "io/redis_reply.h"

struct redis;
struct loop;

enum {
    REDIS_ARGS_MAX = 64,
    REDIS_REPLY_MAX = 16 * 1024 * 1024,
    REDIS_PENDING_MAX = 4096, /* commands waiting for their reply */
};

/* The allow-lists of all but the last are tables in redis_permit.c. */
enum redis_authority {
    REDIS_READ_ONLY,
    REDIS_MAY_SHARE_LOAD, /* reads, and writes keys of shared load runs alone */
    REDIS_MAY_PUBLISH, /* sets where a rollout stands, for a while, and nothing else */
    REDIS_MAY_ACT,
};

struct redis_result {
    /* ERROR_NONE when a reply came, even one of kind REDIS_ERROR; ERROR_LOST when the
     * connection ended and nobody knows whether the command ran. */
    struct error error;
    const struct redis_reply *reply; /* NULL with an error */
    uint64_t round_trip_ns;
};

typedef void (*redis_done_fn)(void *owner, const struct redis_result *result);

struct redis_options {
    const char *url; /* redis[s]://[user:password@]host[:port][/db], unix:///path */
    const char *ca, *cert, *key; /* for rediss; NULL for the system's */
    const char *client_name;     /* CLIENT SETNAME; NULL for none */
    enum redis_authority authority;
    uint64_t connect_timeout_ns; /* DNS, TCP, TLS and AUTH together; 0 for 2 s */
};

/* Connects at once and again whenever the connection is lost: full jitter from 100 ms
 * to 5 s. False when the URL cannot be read. */
struct redis *redis_new(
    struct loop *loop, const struct redis_options *options, struct error *err);

/* Ends every command silently. */
void redis_free(struct redis *redis);

bool redis_connected(const struct redis *redis);

/* Why there is no connection; ERROR_NONE while there is one or none was tried yet. */
const struct error *redis_last_error(const struct redis *redis);

/* Sends a command. Without a connection it waits for one until its deadline, and then
 * ends with the reason why there is none. `on_done` runs exactly once, never inside
 * this call, unless cancelled. Returns a ticket. */
uint64_t redis_command(
    struct redis *redis, const struct slice *args, size_t arg_count,
    uint64_t timeout_ns, redis_done_fn on_done, void *owner);

/* The same from strings, the last one NULL: redis_ask(redis, 2s, on_pong, me, "PING",
 * NULL). */
uint64_t redis_ask(
    struct redis *redis, uint64_t timeout_ns, redis_done_fn on_done, void *owner, ...);

/* After this the callback of that ticket does not run; the command may still. */
void redis_cancel(struct redis *redis, uint64_t ticket);
/* All commands of one owner. */
void redis_cancel_all(struct redis *redis, const void *owner);
