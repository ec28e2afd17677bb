/* SPDX-License-Identifier: MIT */
#include "ui/extract_canary.h"

#include <math.h>

#include "core/metric_value.h"
#include "ui/extract_load.h"
#include "ui/rollout_shown.h"
#include "ui/views/canary_text.h"

enum { WORDS_SIZE = 64, QUANTILES = 3 };

/* What one table is made for. */
struct task {
    const struct scene *scene;
    const struct rollout_status *rollout;
    bool raw;
    struct sheet *sheet;
};

bool extract_canary_has(enum panel panel) {
    return panel == PANEL_CANARY_STEPS || panel == PANEL_CANARY_EVIDENCE ||
           panel == PANEL_CANARY_LATENCY || panel == PANEL_CANARY_WHY ||
           panel == PANEL_CANARY_STABLE_HEAT || panel == PANEL_CANARY_HEAT;
}

static void name(const struct task *task, const char *words) {
    if (task->raw) {
        sheet_name_number(task->sheet, words);
    } else {
        sheet_name(task->sheet, words);
    }
}

static void add_ms(const struct task *task, float ms) {
    if (task->raw) {
        sheet_add_number(task->sheet, (double)ms);
        return;
    }
    char words[WORDS_SIZE];
    struct text text = TEXT_IN(words);
    metric_add_value(&text, METRIC_P95, ms);
    sheet_add(task->sheet, words);
}

static void add_rate(const struct task *task, float rate) {
    if (task->raw) {
        sheet_add_number(task->sheet, (double)rate);
        return;
    }
    char words[WORDS_SIZE];
    struct text text = TEXT_IN(words);
    canary_text_add_rate(&text, (double)rate);
    sheet_add(task->sheet, words);
}

static void add_evidence(const struct task *task, float evidence) {
    if (task->raw) {
        sheet_add_number(task->sheet, (double)evidence);
        return;
    }
    char words[WORDS_SIZE];
    struct text text = TEXT_IN(words);
    canary_text_add_evidence(&text, evidence);
    sheet_add(task->sheet, words);
}

static uint32_t add_steps(const struct task *task) {
    sheet_name(task->sheet, "step");
    name(task, "weight");
    sheet_name(task->sheet, "now");
    for (unsigned i = 0; i < task->rollout->steps; i++) {
        char words[WORDS_SIZE];
        struct text text = TEXT_IN(words);
        text_addf(&text, "%u", i + 1);
        sheet_add(task->sheet, words);
        add_rate(task, (float)task->rollout->steps_bp[i] / ROLLOUT_BASIS_POINTS);
        text_reset(&text);
        if (i + 1 == task->rollout->step) rollout_add_phase(&text, task->rollout);
        sheet_add(task->sheet, words);
    }
    return task->rollout->steps;
}

static void add_metric(const struct task *task, const struct rollout_metric *metric) {
    sheet_add(task->sheet, metric->name);
    sheet_add_number(task->sheet, (double)metric->stable_failed);
    sheet_add_number(task->sheet, (double)metric->stable_units);
    add_rate(task, metric->stable_low);
    add_rate(task, metric->stable_high);
    sheet_add_number(task->sheet, (double)metric->canary_failed);
    sheet_add_number(task->sheet, (double)metric->canary_units);
    add_rate(task, metric->canary_low);
    add_rate(task, metric->canary_high);
    add_evidence(task, metric->harm);
}

static uint32_t add_metrics(const struct task *task) {
    static const char *const names[] = {"stable_failed", "stable_units"};
    static const char *const others[] = {"canary_failed", "canary_units"};
    sheet_name(task->sheet, "metric");
    for (size_t i = 0; i < 2; i++) sheet_name_number(task->sheet, names[i]);
    name(task, "stable_low");
    name(task, "stable_high");
    for (size_t i = 0; i < 2; i++) sheet_name_number(task->sheet, others[i]);
    name(task, "canary_low");
    name(task, "canary_high");
    name(task, "harm");
    for (uint32_t i = 0; i < task->rollout->metric_count; i++) {
        add_metric(task, &task->rollout->metrics[i]);
    }
    return task->rollout->metric_count;
}

static uint32_t add_latencies(const struct task *task) {
    static const char *const quantiles[QUANTILES] = {"p50", "p95", "p99"};
    static const char *const names[] = {"stable_ms", "stable_low_ms", "stable_high_ms",
                                        "canary_ms", "canary_low_ms", "canary_high_ms"};
    sheet_name(task->sheet, "percentile");
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) name(task, names[i]);
    for (unsigned i = 0; i < QUANTILES; i++) {
        sheet_add(task->sheet, quantiles[i]);
        for (unsigned track = 0; track < TRACK_COUNT; track++) {
            const struct rollout_latency *latency = &task->rollout->latency[track][i];
            add_ms(task, latency->value_ms);
            add_ms(task, latency->low_ms);
            add_ms(task, latency->high_ms);
        }
    }
    return QUANTILES;
}

static void add_pair(const struct task *task, const char *what, const char *words) {
    sheet_add(task->sheet, what);
    sheet_add(task->sheet, words);
}

static uint32_t add_reasons(const struct task *task) {
    const struct rollout_status *rollout = task->rollout;
    char words[WORDS_SIZE];
    struct text text = TEXT_IN(words);
    sheet_name(task->sheet, "what");
    sheet_name(task->sheet, "words");
    rollout_add_phase(&text, rollout);
    add_pair(task, "now", words);
    add_pair(task, "reason", rollout_reason(rollout));
    add_pair(task, "next", rollout->next);
    add_pair(task, "not now", rollout->why_not_now);
    add_pair(task, "owner", rollout->holder);
    add_pair(task, "host", rollout->host);
    text_reset(&text);
    if (rollout_shown(task->scene) != ROLLOUT_LIVE) text_add(&text, "not any more, ");
    text_add(&text, "said ");
    figure_add_ago(&text, rollout_shown_age_ns(task->scene));
    add_pair(task, "known", words);
    return 7;
}

uint32_t extract_canary_rows(
    const struct scene *scene, enum extract_cells cells, struct sheet *sheet) {
    const struct task task = {
        scene, &scene->state->rollout, cells == EXTRACT_RAW, sheet};
    if (scene->focus == PANEL_CANARY_STABLE_HEAT) {
        return extract_heat_rows(scene, &scene->model->heat[TRACK_STABLE], sheet);
    }
    if (scene->focus == PANEL_CANARY_HEAT) {
        return extract_heat_rows(scene, &scene->model->heat[TRACK_CANARY], sheet);
    }
    if (rollout_shown(scene) == ROLLOUT_NONE) return 0;
    switch ((int)scene->focus) {
    case PANEL_CANARY_STEPS: return add_steps(&task);
    case PANEL_CANARY_EVIDENCE: return add_metrics(&task);
    case PANEL_CANARY_LATENCY: return add_latencies(&task);
    case PANEL_CANARY_WHY: return add_reasons(&task);
    default: return 0;
    }
}
