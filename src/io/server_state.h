/* What the parts of the HTTP server share: its connections,
 * what arrived, what is due. For io/server only. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "io/server.h"
#include "io/server_request.h"

struct MHD_Daemon;
struct loop_timer;
struct loop_watch;

struct server_connection {
    struct server *server;                  /* borrowed */
    struct server_connection *next, **link; /* connections; what points here */
    int descriptor;                         /* libmicrohttpd's */
    bool used;         /* it has carried a whole request: now it may be idle */
    uint64_t since_ns; /* when it was opened, or its last request ended */
    struct server_request *request; /* NULL between requests */
};

struct server {
    struct loop *loop; /* borrowed */
    struct server_options options;
    server_request_fn on_request;
    server_gone_fn on_gone;
    void *owner;
    struct MHD_Daemon *daemon;
    int listener; /* -1 once closed */
    uint16_t port;
    struct loop_watch *watch; /* of libmicrohttpd's epoll */
    struct loop_timer *timer; /* when libmicrohttpd wants to run at the latest */
    uint64_t timer_due_ns;
    struct loop_timer *sweep; /* while there are connections */
    struct server_connection *connections;
    struct server_request *lost; /* server_request.next */
    uint32_t request_count;      /* of any state */
    bool draining;
    server_drained_fn on_drained; /* NULL once it was called */
    struct loop_timer *drain_timer;
    bool complained;          /* libmicrohttpd, since it was looked at last */
    bool held_back;           /* it may not listen until a connection has ended */
    struct loop_timer *pause; /* while it is left alone: no descriptor was free */
    uint64_t starved_ns;      /* when the owner was told so; 0 for never */
    bool working; /* callbacks may be on the stack: server_free() must wait */
    bool resumed; /* libmicrohttpd must run again to see it */
    bool freed;
};

/* A daemon of libmicrohttpd on the server's listener; NULL when it does not start.
 * While it runs, requests are handed to the owner; what is lost is only noted. */
struct MHD_Daemon *server_daemon_start(struct server *server);

/* Lets libmicrohttpd go on with a request. */
void server_resume(struct server_request *request, enum request_state state);

/* Ends a stream whose owner is told, or need not be. */
void server_stream_break(struct server_request *request);

/* Looks after the connections from time to time, for as long as there are any. */
void server_sweep_start(struct server *server);
