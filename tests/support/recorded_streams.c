/* SPDX-License-Identifier: MIT */
#include "support/recorded_streams.h"

#include <stdio.h>

#include "base/panic.h"

const struct recorded_stream recorded_streams[RECORDED_STREAMS] = {
    {.name = "basic_response",
     .stop = "end_turn",
     .text_start = "Hello there!",
     .blocks = 1,
     .input = 11,
     .output = 6},
    {.name = "tool_use_response",
     .stop = "tool_use",
     .text_start = "I'll check the current weather in Paris for you.",
     .tool = "get_weather",
     .argument = "Paris",
     .blocks = 2,
     .input = 377,
     .output = 65},
    {.name = "refusal_response",
     .stop = "refusal",
     .text_start = "",
     .blocks = 1,
     .input = 20,
     .output = 0},
    /* The input of its call is cut: what is left is the text before it. */
    {.name = "incomplete_partial_json_response",
     .stop = "max_tokens",
     .text_start = "I'll create a comprehensive tax guide for someone",
     .blocks = 1,
     .input = 450,
     .output = 124},
    {.name = "server_tool_refusal",
     .stop = "refusal",
     .text_start = "Here's a summary of this year's solar eclipses and how",
     .blocks = 3,
     .input = 28,
     .output = 106,
     .thinking = 67},
};

void recorded_stream_read(const char *folder, const char *name, struct buffer *to) {
    char path[512];
    char bytes[4096];
    int length = snprintf(path, sizeof path, "%s/sse/%s.sse", folder, name);
    ensure(length > 0 && (size_t)length < sizeof path);
    FILE *file = fopen(path, "re");
    ensure(file != NULL);
    buffer_reset(to);
    size_t got = 0;
    while ((got = fread(bytes, 1, sizeof bytes, file)) > 0) buffer_add(to, bytes, got);
    ensure(!ferror(file) && !to->overflow);
    fclose(file);
}
