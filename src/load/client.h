/* One user, or one connection of the pool: asks, reads the answer, follows its job.
 *   FREE ─► CONNECTING ─► ASKING ─► FREE, or PAUSING (a job goes on) ─► ASKING ─► ...
 * Between two turns it keeps its connection. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "core/http_reader.h"
#include "io/strand.h"

struct errand;
struct load_run;

enum client_state { CLIENT_FREE, CLIENT_CONNECTING, CLIENT_ASKING, CLIENT_PAUSING };

struct client {
    struct load_run *run;  /* borrowed */
    struct strand *strand; /* NULL without a connection */
    struct errand *errand; /* of a turn with a stream or a job; NULL for none */
    struct http_reader reader;
    uint64_t turn_ns;     /* when its turn was to start, by loop_clock_ns() */
    uint64_t intended_ns; /* when its request was */
    uint64_t sent_ns;
    uint64_t deadline_ns; /* of its request; 0 for none */
    uint64_t seq;
    uint32_t number; /* of the user, from 0 */
    uint32_t task;
    uint16_t polls_left;
    uint8_t state;   /* enum client_state */
    uint8_t matched; /* of the task's content, see needle.h */
    bool polling;    /* the request asks for the job */
    bool kept;       /* the connection has carried an answer before */
    bool retried;    /* the request, on another connection */
    bool heard;      /* the first byte of the body came */
    bool waited;     /* its turn, for a free connection: it is not late by our doing */
    bool present;    /* the user has come and not gone */
};

/* The handlers of its connections: their owner is a client. */
extern const struct strand_handlers client_handlers;

/* A free client begins a turn. It ends with
 * crowd_on_turn_end(), which may run inside. */
void client_begin(struct client *client, uint32_t task, uint64_t intended_ns);

/* A pausing client asks for its job. */
void client_poll(struct client *client, uint64_t intended_ns);

/* Its request has taken too long. */
void client_time_out(struct client *client, uint64_t now_ns);

/* Closes the connection, and counts a request that
 * is under way as abandoned; no callback follows. */
void client_stop(struct client *client);
