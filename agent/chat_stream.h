/* A chat told while it goes on, as server-sent events: text, tool_calls, and at the end
 * message_stop or error.
 * https://html.spec.whatwg.org/multipage/server-sent-events.html */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/scan.h"

struct chat_stream;
struct exchange;

/* Nothing is sent before there is something to tell, or `ping_ns` have passed: a chat
 * that fails before still gets a status of its own. From then on a comment every
 * `ping_ns` of silence keeps the connection open. */
struct chat_stream *chat_stream_new(struct exchange *exchange, uint64_t ping_ns);
void chat_stream_free(struct chat_stream *stream);

/* Whether the client has been told 200. */
bool chat_stream_has_begun(const struct chat_stream *stream);

/* {"text"}: some of the model's words. A client that reads too slowly is dropped: its
 * exchange is abandoned soon. */
void chat_stream_text(struct chat_stream *stream, struct slice text);
/* {"tool_calls"}: JSON objects with commas
 * between them, of calls that were answered. */
void chat_stream_calls(struct chat_stream *stream, struct slice calls);

/* The last event: a JSON text, what POST /chat would have answered. The caller ends the
 * exchange. */
void chat_stream_end(struct chat_stream *stream, bool has_failed, struct slice body);
