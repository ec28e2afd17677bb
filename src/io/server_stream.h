/* An answer that is sent in pieces while it is made. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/scan.h"

struct server_request;

enum { SERVER_STREAM_QUEUE_MAX = 64 * 1024 };

/* In place of server_answer(): status, type and the added headers
 * go out now. From here to its end the request is the caller's,
 * unless the server says that it is gone: its client left,
 * the time for an answer (server.h) has passed, or the server was freed. */
void server_stream_start(
    struct server_request *request, unsigned status, const char *content_type);

/* Copies the piece. False when the client is so slow that it would make the queue
 * longer than SERVER_STREAM_QUEUE_MAX, or to what it was widened: then nothing more is
 * sent, the connection is closed, and the server says soon that the request is gone,
 * like that of any client that left. */
bool server_stream_send(struct server_request *request, struct slice piece);

/* Lets so many bytes more wait, from now on: for a piece that is long by nature. */
void server_stream_widen(struct server_request *request, size_t bytes);

/* How many bytes may be sent before it is full. */
size_t server_stream_room(const struct server_request *request);

/* Ends the answer and the request; what is queued is still sent. */
void server_stream_end(struct server_request *request);
/* The same without a proper end: the client finds the answer broken off. */
void server_stream_cut(struct server_request *request);
