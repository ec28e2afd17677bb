/* SPDX-License-Identifier: MIT */
#include "smoke_lines.h"

#include "output_file.h"

enum { LINE_BYTES_MAX = 64 * 1024 };

bool smoke_lines_open(
    struct smoke_lines *lines, const struct invocation *invocation, struct error *err) {
    lines->invocation = invocation;
    lines->started = false;
    lines->err.code = ERROR_NONE;
    return invocation_open_output(invocation, &lines->descriptor, err);
}

void smoke_lines_close(struct smoke_lines *lines) {
    invocation_close_output(lines->descriptor);
}

/* With one write() per call, so that no line is ever half there. */
static void write_out(struct smoke_lines *lines, struct buffer *line) {
    if (lines->err.code == ERROR_NONE) {
        output_write_all(lines->descriptor, buffer_slice(line), &lines->err);
    }
    buffer_clear(line);
}

static void start(
    struct smoke_lines *lines, const struct smoke_result *result, struct buffer *line) {
    if (!lines->started) smoke_report_line_start(result, line);
    lines->started = true;
}

void smoke_lines_on_event(
    struct smoke_lines *lines, const struct smoke_result *result,
    const struct event *event) {
    struct buffer line;
    buffer_init(&line, LINE_BYTES_MAX);
    start(lines, result, &line);
    if (event->kind == EVENT_CHECK && event->check.row.done) {
        smoke_report_line_check(result, event->check.index, &line);
    }
    write_out(lines, &line);
}

bool smoke_lines_end(
    struct smoke_lines *lines, const struct smoke_report *report, struct error *err) {
    struct buffer line;
    buffer_init(&line, LINE_BYTES_MAX);
    start(lines, report->result, &line);
    smoke_report_line_end(report, &line);
    write_out(lines, &line);
    if (lines->err.code == ERROR_NONE) return true;
    *err = lines->err;
    return error_wrap(err, "writing the lines");
}
