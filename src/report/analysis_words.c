/* What texts about an analysis have in common. */
/* SPDX-License-Identifier: MIT */
#include <inttypes.h>

#include "base/text.h"
#include "base/units.h"
#include "report/analysis_report.h"

static void add_ratio(
    struct text *text, const char *name, double before, double asked) {
    if (before == asked) return;
    text_addf(text, ", %s ", name);
    units_add_percent(text, asked);
    text_add(text, " %");
}

void analysis_report_rule(
    const struct rollout_plan *plan, const struct rollout_plan *asked,
    char rule[ANALYSIS_RULE_SIZE]) {
    struct text text = text_in(rule, ANALYSIS_RULE_SIZE);
    text_add(&text, rollout_rule_name((enum rollout_rule)asked->rule));
    add_ratio(&text, "alpha", plan->alpha, asked->alpha);
    add_ratio(&text, "budget", plan->budget_ratio, asked->budget_ratio);
    if (plan->material != asked->material) {
        text_addf(&text, ", material %.3gx", asked->material);
    }
    if (plan->hold_each_ns != asked->hold_each_ns) {
        text_add(&text, ", each ");
        units_add_duration(&text, asked->hold_each_ns);
    }
}

static void note_differences(
    const struct rollout_analysis *analysis, struct text *text) {
    if (analysis->differing == 0) return;
    text_addf(
        text,
        "%" PRIu64 " of %" PRIu64 " decisions of the rollout come out otherwise%s",
        analysis->differing, analysis->moments,
        analysis->has_gap ? "" : ": another version of this program made them");
}

static void note_gap(const struct rollout_analysis *analysis, struct text *text) {
    if (!analysis->has_gap) return;
    text_add(
        text,
        "it was taken up by a controller that knew more or less than is recorded");
}

static void note_limit(const struct rollout_analysis *analysis, struct text *text) {
    if (!analysis->is_full) return;
    text_add(text, "the recording is truncated: it reached its limit");
    if (analysis->left_out == 0) return;
    text_addf(text, ", at least %" PRIu64 " more are missing", analysis->left_out);
}

static void note_stretches(const struct rollout_analysis *analysis, struct text *text) {
    if (analysis->stretches_left_out == 0) return;
    text_addf(
        text, "of the times a step began only the first %d are judged",
        ROLLOUT_STRETCHES_MAX);
}

static bool has_ended(enum rollout_phase phase) {
    return phase == ROLLOUT_DONE || phase == ROLLOUT_ROLLED_BACK ||
           phase == ROLLOUT_IDLE || phase == ROLLOUT_STRANDED;
}

static void note_end(const struct analysis_report *report, struct text *text) {
    const struct rollout_analysis *analysis = report->analysis;
    if (report->is_torn) {
        text_add(text, "its last block was torn off: up to a second is missing");
    } else if (!has_ended(analysis->last.phase)) {
        text_addf(
            text, "it ends while the rollout is %s",
            rollout_phase_name(analysis->last.phase));
    }
}

uint32_t analysis_report_notes(
    const struct analysis_report *report,
    char notes[ANALYSIS_NOTES_MAX][ANALYSIS_NOTE_SIZE]) {
    static void (*const kinds[])(const struct rollout_analysis *, struct text *) = {
        note_differences, note_gap, note_limit, note_stretches};
    uint32_t count = 0;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        struct text text = text_in(notes[count], ANALYSIS_NOTE_SIZE);
        kinds[i](report->analysis, &text);
        if (text.length > 0) count++;
    }
    struct text text = text_in(notes[count], ANALYSIS_NOTE_SIZE);
    note_end(report, &text);
    return text.length > 0 ? count + 1 : count;
}
