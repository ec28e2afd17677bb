/* A load run's outcome as text, JSON, JUnit, Markdown and CSV; and one second of it. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>

#include "base/buffer.h"
#include "base/text.h"
#include "core/exit_code.h"
#include "core/load_outcome.h"

enum { LOAD_SUMMARY_BYTES_MAX = 8 * 1024 * 1024 };

struct load_summary {
    const struct load_outcome *outcome; /* borrowed */
    enum exit_code exit_code;
    bool color; /* of text */
};

void load_summary_text(const struct load_summary *summary, struct buffer *to);
void load_summary_json(const struct load_summary *summary, struct buffer *to);
/* Each gate and each rule is a test case. */
void load_summary_junit(const struct load_summary *summary, struct buffer *to);
void load_summary_markdown(const struct load_summary *summary, struct buffer *to);
/* A row per second, RFC 4180, with a header. */
void load_summary_csv(const struct load_course *course, struct buffer *to);

/* The last second on one line: "  12s  100 users  52.1 rps  p95 812ms  0 failed". */
void load_summary_line(const struct load_course *course, struct text *to);

/* What is so far, as Prometheus scrapes it: text format 0.0.4. */
void load_summary_metrics(const struct load_course *course, struct buffer *to);
