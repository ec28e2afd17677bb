/* The HTTP side of the agent: routes, limits, gauges, drain. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "agent/access.h"
#include "agent/admission.h"
#include "agent/job_queue.h"
#include "agent/redis_refusal.h"
#include "base/error.h"

struct agent;
struct loop_timer;
struct registry;
struct server;

enum { SERVICE_SYNC_MAX = 64 }; /* chats answered at once, by default */

struct service_options {
    const char *address; /* numeric */
    uint16_t port;       /* 0 for a free one */
    uint32_t sync_max;   /* past it a chat goes to the queue; 0 for the default */
    uint32_t queue_max;  /* unfinished jobs; 0 for the default */
    struct token_rate user_rate; /* no burst: no limit */
    uint64_t chat_timeout_ns;
    uint64_t job_timeout_ns;
    uint64_t ping_ns;             /* between signs of life in a stream; 0 for 15 s */
    uint64_t complete_timeout_ns; /* for a request to arrive; 0 for 10 s */
    uint32_t address_max;         /* connections from one address; 0 for no limit */
    const char *token;            /* NULL: whoever reaches it may ask */
    bool observe_only;            /* health, metrics and errors: no chats */
};

typedef void (*service_drained_fn)(void *owner);

struct service {
    struct agent *agent; /* borrowed */
    struct server *server;
    struct job_queue queue;
    struct job_ids ids;
    struct service_options options;
    struct access access;
    struct admission admission;
    uint32_t sync_count; /* chats being answered */
    /* Jobs, chats, the queue: */
    struct redis_refusal not_taken, not_recorded, not_seen;
    struct loop_timer *pulse;
    uint64_t pulse_due_ns;
    uint64_t snapshot;         /* the ticket of the queue's snapshot; 0 for none */
    struct registry *totals;   /* what all workers of this version have counted */
    uint64_t counts;           /* the ticket of the question for them; 0 for none */
    struct loop_timer *notice; /* while a drain is being noticed */
    uint64_t drain_limit_ns;
    service_drained_fn on_drained;
    void *drained_owner;
};

struct service *service_new(
    struct agent *agent, const struct service_options *options, struct error *err);
void service_free(struct service *service);
uint16_t service_port(const struct service *service);

/* Not ready from now on; goes on serving for `notice_ns` so that others notice, then
 * stops listening and finishes what is in flight within `limit_ns`. */
struct service_drain {
    uint64_t notice_ns, limit_ns;
    service_drained_fn on_drained;
    void *owner;
};
void service_start_drain(struct service *service, const struct service_drain *drain);
