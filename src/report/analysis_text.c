/* SPDX-License-Identifier: MIT */
#include <inttypes.h>
#include <string.h>

#include "base/text.h"
#include "base/units.h"
#include "core/rollout_move.h"
#include "core/weight.h"
#include "report/analysis_report.h"

enum { LINE_SIZE = 640 };

static void add_clock(struct text *text, int64_t wall_ms) {
    text_add_char(text, ' ');
    units_add_clock(text, wall_ms);
}

/* "roll back at 12:03:10 after 43 canary requests: why". */
static void add_ending(struct text *text, const struct rollout_ending *ending) {
    text_add(text, rollout_end_name(ending->end));
    if (ending->end == ROLLOUT_END_NONE) return;
    if (ending->end == ROLLOUT_END_HOLD) {
        text_addf(text, " (%s)", rollout_hold_name(ending->hold));
    }
    text_add(text, " at");
    add_clock(text, ending->at_ms);
    text_addf(text, " after %" PRIu64 " canary requests", ending->requests);
    bool is_person = ending->actor[0] && strcmp(ending->actor, ROLLOUT_AUTO) != 0;
    if (is_person) text_addf(text, " by %s", ending->actor);
    if (ending->why[0]) text_addf(text, ": %s", ending->why);
}

static void write_ending(
    struct buffer *to, const char *who, const struct rollout_ending *ending) {
    char line[LINE_SIZE];
    struct text text = TEXT_IN(line);
    add_ending(&text, ending);
    buffer_addf(to, "  %-10s %s\n", who, line);
}

/* A promotion may have been taken back. */
static void write_endings(
    struct buffer *to, const char *who, const struct rollout_ending *first,
    const struct rollout_ending *then) {
    write_ending(to, who, first);
    if (then->end != ROLLOUT_END_NONE) write_ending(to, "and then", then);
}

static void write_stretch(
    const struct rollout_analysis *analysis, const struct rollout_stretch *stretch,
    struct buffer *to) {
    const struct trials *stable = &stretch->arms[ARM_STABLE];
    const struct trials *canary = &stretch->arms[ARM_CANARY];
    char line[LINE_SIZE];
    struct text text = TEXT_IN(line);
    int64_t lasted_ms = stretch->until_ms - stretch->from_ms;
    text_addf(&text, "step %u/%u ", stretch->step + 1, analysis->plan.step_count);
    weight_add_percent(&text, stretch->weight_bp);
    text_add(&text, " from");
    add_clock(&text, stretch->from_ms);
    text_add(&text, " for ");
    units_add_duration(&text, (uint64_t)(lasted_ms > 0 ? lasted_ms : 0) * NS_PER_MS);
    buffer_addf(
        to,
        "%s: canary %" PRIu64 " of %" PRIu64 " failed, stable %" PRIu64 " of %" PRIu64
        "\n",
        line, canary->failures, canary->count, stable->failures, stable->count);
    write_endings(to, "as it ran", &stretch->ran, &stretch->ran_then);
    write_endings(to, "the rule", &stretch->would, &stretch->then);
}

static void write_title(const struct rollout_analysis *analysis, struct buffer *to) {
    const struct rollout_plan *plan = &analysis->plan;
    char rule[ANALYSIS_RULE_SIZE], line[LINE_SIZE];
    struct text text = TEXT_IN(line);
    analysis_report_rule(plan, &analysis->asked, rule);
    text_addf(&text, "%s  ", plan->target);
    if (plan->from[0]) text_addf(&text, "%s ", plan->from);
    text_addf(
        &text, "-> %s  by %s: %s", plan->to, rule,
        rollout_end_name(rollout_analysis_end(analysis)));
    buffer_addf(to, "%s\n", line);
    text_reset(&text);
    text_addf(
        &text, "rollout   %s by %s, held by %s: %s", plan->id,
        rollout_rule_name((enum rollout_rule)plan->rule), plan->holder,
        rollout_phase_name(analysis->last.phase));
    if (analysis->last.reason[0]) text_addf(&text, ": %s", analysis->last.reason);
    buffer_addf(to, "%s\n", line);
}

static void write_recording(const struct analysis_report *report, struct buffer *to) {
    const struct rollout_analysis *analysis = report->analysis;
    char notes[ANALYSIS_NOTES_MAX][ANALYSIS_NOTE_SIZE];
    uint32_t count = analysis_report_notes(report, notes);
    buffer_addf(
        to, "recorded  %" PRIu64 " %s, decided %" PRIu64 " times%s: %s\n",
        analysis->outcomes,
        analysis->known_assignment ? "outcomes" : "counts or outcomes",
        analysis->moments, analysis->differing == 0 ? ", each as it was then" : "",
        report->path);
    for (uint32_t i = 0; i < count; i++) buffer_addf(to, "note      %s\n", notes[i]);
    if (report->warning[0]) buffer_addf(to, "warning: %s\n", report->warning);
}

static void write_series(const struct rollout_analysis *analysis, struct buffer *to) {
    if (analysis->point_count == 0) return;
    buffer_addf(
        to, "evidence of harm: as it ran, of %.3g; by the rule, of %.3g\n",
        1 / analysis->plan.alpha, 1 / analysis->asked.alpha);
    for (uint32_t i = 0; i < analysis->point_count; i++) {
        const struct rollout_point *point = &analysis->points[i];
        char line[LINE_SIZE];
        struct text text = TEXT_IN(line);
        add_clock(&text, point->at_ms);
        buffer_addf(
            to, " %s %8" PRIu64 " canary requests %10.3g %10.3g\n", line,
            point->requests, point->ran, point->would);
    }
}

void analysis_report_text(const struct analysis_report *report, struct buffer *to) {
    const struct rollout_analysis *analysis = report->analysis;
    write_title(analysis, to);
    write_recording(report, to);
    if (analysis->stretch_count == 0) {
        buffer_add_string(to, "nothing was sent to the canary\n");
    }
    for (uint32_t i = 0; i < analysis->stretch_count; i++) {
        write_stretch(analysis, &analysis->stretches[i], to);
    }
    write_series(analysis, to);
}

static void add_cell(struct buffer *to, const struct rollout_ending *ending) {
    char line[LINE_SIZE];
    struct text text = TEXT_IN(line);
    add_ending(&text, ending);
    for (const char *at = line; *at; at++) {
        if (*at == '|') buffer_add_char(to, '\\');
        buffer_add_char(to, *at);
    }
}

static void write_cell(
    struct buffer *to, const struct rollout_ending *first,
    const struct rollout_ending *then) {
    add_cell(to, first);
    if (then->end == ROLLOUT_END_NONE) return;
    buffer_add_string(to, "; then ");
    add_cell(to, then);
}

void analysis_report_markdown(const struct analysis_report *report, struct buffer *to) {
    const struct rollout_analysis *analysis = report->analysis;
    char notes[ANALYSIS_NOTES_MAX][ANALYSIS_NOTE_SIZE];
    char rule[ANALYSIS_RULE_SIZE];
    uint32_t count = analysis_report_notes(report, notes);
    analysis_report_rule(&analysis->plan, &analysis->asked, rule);
    buffer_addf(
        to,
        "## Rollout of %s to %s, by %s: %s\n\n"
        "| step | canary failed | stable failed | as it ran | by the rule |\n"
        "|---|---|---|---|---|\n",
        analysis->plan.target, analysis->plan.to, rule,
        rollout_end_name(rollout_analysis_end(analysis)));
    for (uint32_t i = 0; i < analysis->stretch_count; i++) {
        const struct rollout_stretch *stretch = &analysis->stretches[i];
        const struct trials *stable = &stretch->arms[ARM_STABLE];
        const struct trials *canary = &stretch->arms[ARM_CANARY];
        char weight[LINE_SIZE];
        struct text text = TEXT_IN(weight);
        weight_add_percent(&text, stretch->weight_bp);
        buffer_addf(
            to, "| %s | %" PRIu64 " of %" PRIu64 " | %" PRIu64 " of %" PRIu64 " | ",
            weight, canary->failures, canary->count, stable->failures, stable->count);
        write_cell(to, &stretch->ran, &stretch->ran_then);
        buffer_add_string(to, " | ");
        write_cell(to, &stretch->would, &stretch->then);
        buffer_add_string(to, " |\n");
    }
    for (uint32_t i = 0; i < count; i++) buffer_addf(to, "\nNote: %s.\n", notes[i]);
    if (report->warning[0]) buffer_addf(to, "\nWarning: %s.\n", report->warning);
}
