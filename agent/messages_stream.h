/* The events of a streamed answer of the Messages API.
 * https://docs.anthropic.com/en/api/messages-streaming */
/* SPDX-License-Identifier: MIT */
#pragma once

#include "agent/model_stream.h"

/* Events of a kind that nobody here knows are passed over. */
extern const struct stream_format messages_stream;
