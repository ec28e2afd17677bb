/* What a check expects of a stream of events, and what came of it and when. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "core/check_judge.h"
#include "core/sse.h"

struct check_stream {
    const struct check_sse *wanted; /* borrowed; NULL: no stream is expected */
    struct sse_reader reader;
    uint64_t started_ns; /* when it was asked for */
    uint64_t first_ns, last_ns;
    uint64_t gap_ns; /* the longest one between two events */
    uint32_t count;
    bool unended;                /* no empty line ended the last one */
    struct sse_event last;       /* the last one */
    char refused[SSE_NAME_SIZE]; /* the first one that must not come; "" for none */
};

void check_stream_begin(
    struct check_stream *stream, const struct check_sse *wanted, uint64_t started_ns);
void check_stream_take(
    struct check_stream *stream, struct slice bytes, uint64_t now_ns);
/* The answer is whole. */
void check_stream_end(struct check_stream *stream, uint64_t now_ns);

/* Each thing that can be expected, one after the other. */
enum check_stream_rule {
    CHECK_STREAM_IS_ONE,
    CHECK_STREAM_FIRST,
    CHECK_STREAM_GAP,
    CHECK_STREAM_REFUSED,
    CHECK_STREAM_ENDS,
    CHECK_STREAM_RULES,
};

void check_stream_judge(
    enum check_stream_rule rule, const struct check_answer *answer,
    struct check_finding *finding);
