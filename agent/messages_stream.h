/* The events of a streamed answer of the Messages API.
 * https://docs.anthropic.com/en/api/messages-streaming */
/* SPDX-License-Identifier: MIT */
#pragma once

#include "agent/model_stream.h"

/* Takes the data of one event. Events of a kind that nobody here knows are passed over. */
bool messages_stream_take(
    struct model_stream *stream, struct slice data, struct error *err);
