/* The descriptors that curl wants to hear of, on the loop.
 * Those of kept connections stay watched between two requests:
 * to start and stop costs more than to hear nothing. */
/* SPDX-License-Identifier: MIT */
#pragma once

struct http_sockets;
struct loop;

/* `events` are CURL_CSELECT_*. */
typedef void (*http_socket_fn)(void *owner, int descriptor, int events);

/* Tells curl's multi handle, which the caller keeps, to report its sockets here. */
struct http_sockets *http_sockets_new(
    struct loop *loop, void *multi, http_socket_fn on_ready, void *owner);

/* Before the multi handle is cleaned up, which may still close sockets: so the memory
 * goes with http_sockets_destroy(), after it. */
void http_sockets_stop(struct http_sockets *sockets);
void http_sockets_destroy(struct http_sockets *sockets);

/* For every easy handle: its connections are opened and closed here. */
void http_sockets_serve(struct http_sockets *sockets, void *easy);
