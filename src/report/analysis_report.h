/* What a rollout that was decided again comes to, as text, JSON and Markdown. What came
 * from outside must be safe to show already. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include "base/buffer.h"
#include "core/rollout_analysis.h"

enum { ANALYSIS_REPORT_BYTES_MAX = 256 * 1024 };

struct analysis_report {
    const struct rollout_analysis *analysis; /* borrowed */
    const char *path;                        /* of the recording */
    const char *warning;                     /* that belongs to the rule; "" for none */
    bool is_torn;                            /* its last block was cut off */
};

void analysis_report_text(const struct analysis_report *report, struct buffer *to);
void analysis_report_json(const struct analysis_report *report, struct buffer *to);
void analysis_report_markdown(const struct analysis_report *report, struct buffer *to);

enum { ANALYSIS_RULE_SIZE = 64, ANALYSIS_NOTES_MAX = 6, ANALYSIS_NOTE_SIZE = 160 };

/* "evidence, alpha 5 %": the rule, and what else differs from the rollout's own. */
void analysis_report_rule(
    const struct rollout_plan *plan, const struct rollout_plan *asked,
    char rule[ANALYSIS_RULE_SIZE]);

/* What whoever reads the result has to know about the recording. Returns how many. */
uint32_t analysis_report_notes(
    const struct analysis_report *report,
    char notes[ANALYSIS_NOTES_MAX][ANALYSIS_NOTE_SIZE]);
