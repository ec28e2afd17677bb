/* The weight in HAProxy's stick table: entries that expire, with the salt of the
 * rollout and the epoch of who wrote it. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/text.h"
#include "control/router.h"
#include "io/haproxy.h"

enum {
    /* The keys of the table; the configuration looks up the first two. */
    HAPROXY_LEASE_WEIGHT = 1,
    HAPROXY_LEASE_SALT = 2,
    HAPROXY_LEASE_EPOCH = 3,
    HAPROXY_LEASE_TRIAL = 4, /* of no meaning: shows that we may write */
    /* The entries live so long at least, for a renewal may fail, and at most: so long
     * does a weight outlive its controller. */
    HAPROXY_LEASE_LEAST_MS = 3000,
    HAPROXY_LEASE_MOST_MS = 60000,
};

struct haproxy_lease {
    uint32_t weight_bp; /* 0 when there is none */
    uint32_t salt, epoch;
    bool leased;         /* else it has run out, or never was */
    uint32_t expires_ms; /* of what expires first */
};

/* What `show table` says. */
bool haproxy_lease_read(
    const struct haproxy_result *result, struct haproxy_lease *lease,
    struct error *err);

/* Adds the commands that write it, all three at once. */
void haproxy_lease_write(
    struct text *command, const char *table, const struct router_intent *intent);

/* Whether commands that write were accepted. */
bool haproxy_lease_accepted(const struct haproxy_result *result, struct error *err);

/* Whether the trial entry, written a moment ago, lives as long as a lease has to. */
bool haproxy_lease_try(const struct haproxy_result *result, struct error *err);

/* How many servers of a backend take traffic, backups aside; of `show stat`. */
bool haproxy_lease_servers(
    const struct haproxy_result *result, const char *backend, uint64_t *servers,
    struct error *err);
