/* A smoke test's result as text, JSON, JSON lines, JUnit, TAP or for GitHub. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>

#include "base/buffer.h"
#include "base/text.h"
#include "core/exit_code.h"
#include "core/smoke_result.h"

enum { SMOKE_REPORT_BYTES_MAX = 1024 * 1024 };

struct smoke_report {
    const struct smoke_result *result; /* borrowed; already safe to show */
    enum exit_code exit_code;
    bool color; /* of text */
};

/* The lines of the book, and why a check did not pass. */
void smoke_report_text(const struct smoke_report *report, struct buffer *to);
void smoke_report_json(const struct smoke_report *report, struct buffer *to);
/* One event per line; the last one is always run.end. */
void smoke_report_jsonl(const struct smoke_report *report, struct buffer *to);
/* The same line by line, while it runs; of a check that is done. */
void smoke_report_line_start(const struct smoke_result *result, struct buffer *to);
void smoke_report_line_check(
    const struct smoke_result *result, uint32_t index, struct buffer *to);
void smoke_report_line_end(const struct smoke_report *report, struct buffer *to);
/* What the schemas of Jenkins and GitLab have in common. */
void smoke_report_junit(const struct smoke_report *report, struct buffer *to);
/* TAP 13 as far as 14 reads it, too: prove knows no later one. */
void smoke_report_tap(const struct smoke_report *report, struct buffer *to);
/* The text, and a workflow command for each check that did not pass. */
void smoke_report_github(const struct smoke_report *report, struct buffer *to);

/* Why a check is as it is, on one line: place, detail, request, time, attempts. */
void smoke_report_explain(
    const struct smoke_report *report, const struct smoke_check *check,
    struct text *to);
