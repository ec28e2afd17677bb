/* The connections of the API server for tests: HTTP/1.1 requests come in, answers and
 * events go out. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdint.h>

#include "support/kubernetes_api.h"

struct kubernetes_line;
struct loop;
struct stream;

enum { KUBERNETES_QUEUE_MAX = 16 * 1024 * 1024, KUBERNETES_LINES_MAX = 64 };

/* To be answered in it, or later. */
typedef void (*kubernetes_call_fn)(
    void *owner, struct kubernetes_line *line, const struct kubernetes_call *call);

struct kubernetes_lines {
    struct loop *loop; /* borrowed */
    kubernetes_call_fn on_call;
    void *owner;
    struct kubernetes_line *first;
};

/* Takes the stream. */
void kubernetes_lines_add(struct kubernetes_lines *lines, struct stream *stream);
/* Every connection ends at once. */
void kubernetes_lines_clear(struct kubernetes_lines *lines);
/* Tells every watch what it has not heard yet. */
void kubernetes_lines_tell(
    struct kubernetes_lines *lines, struct kubernetes_store *store);

void kubernetes_line_answer(
    struct kubernetes_line *line, const struct kubernetes_answer *answer);
/* Half of the answer, then the end of the connection. */
void kubernetes_line_answer_half(
    struct kubernetes_line *line, const struct kubernetes_answer *answer);
void kubernetes_line_answer_later(
    struct kubernetes_line *line, const struct kubernetes_answer *answer,
    uint64_t delay_ns);
/* Ends soon; the line is the caller's for the rest of the call. */
void kubernetes_line_close(struct kubernetes_line *line);
/* Begins to tell events. */
void kubernetes_line_watch(
    struct kubernetes_line *line, const struct kubernetes_watch *watch,
    struct kubernetes_store *store);
