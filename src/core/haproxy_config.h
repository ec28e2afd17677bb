/* The configuration of HAProxy that lets a rollout steer it: a hash of the user against
 * a leased weight, retries that hide a dead canary from users but not from the log, and
 * a line of JSON for each request. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/error.h"
#include "core/metric.h"

enum {
    HAPROXY_LOGS_MAX = 2,     /* one socket has one receiver */
    HAPROXY_SERVERS_MAX = 64, /* of a track */
    HAPROXY_ADDRESS_SIZE = 280,
    HAPROXY_LOG_LINE_SIZE = 2048, /* longer lines are cut by HAProxy */
};

/* All strings are borrowed. */
struct haproxy_plan {
    const char *admin_socket;           /* absolute paths */
    const char *logs[HAPROXY_LOGS_MAX]; /* sockets of datagrams: lossy in a burst */
    uint32_t log_count;
    const char *rings[HAPROXY_LOGS_MAX]; /* of streams: kept until they are read */
    uint32_t ring_count;
    const char *listen; /* "127.0.0.1:8080", ":80" */
    const char *table;  /* with the weight and the salt */
    const char *backends[TRACK_COUNT];
    const char *const *servers[TRACK_COUNT]; /* "host:port" */
    uint32_t server_counts[TRACK_COUNT];
    const char *health_path; /* asked of each server; "" for connections alone */
    const char *chat_path;   /* POST to it, or below, is what is judged; "" for all */
    const char *user_header; /* who is assigned: this header, */
    const char *user_field;  /* or this member of a body of JSON; "" for none */
    uint32_t connections_max;
    uint32_t lease_s; /* until the weight is gone when nobody renews it */
};

/* What most have; sockets, addresses and servers are the caller's. */
void haproxy_plan_init(struct haproxy_plan *plan);

/* Whether every word of it can stand in a configuration, and nothing is missing. */
bool haproxy_plan_check(const struct haproxy_plan *plan, struct error *err);

/* The whole file, of a plan that was checked. */
void haproxy_config_write(const struct haproxy_plan *plan, struct buffer *to);
