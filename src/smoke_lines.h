/* The JSON lines of a smoke test, written as it goes:
 * whoever kills it keeps what came. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>

#include "base/error.h"
#include "core/event.h"
#include "core/smoke_result.h"
#include "invocation.h"
#include "report/smoke_report.h"

struct smoke_lines {
    const struct invocation *invocation; /* borrowed */
    int descriptor;
    bool started;     /* run.start is written */
    struct error err; /* the first thing that could not be written; then no more is */
};

/* Opens stdout or the file of --output, which is empty from here on. */
bool smoke_lines_open(
    struct smoke_lines *lines, const struct invocation *invocation, struct error *err);
void smoke_lines_close(struct smoke_lines *lines);

/* A check that is done, of the result so far. */
void smoke_lines_on_event(
    struct smoke_lines *lines, const struct smoke_result *result,
    const struct event *event);

/* The last line. False with `err` set when not every line could be written. */
bool smoke_lines_end(
    struct smoke_lines *lines, const struct smoke_report *report, struct error *err);
