/* SPDX-License-Identifier: MIT */
#include "report/plain_words.h"

#include <math.h>

#include "base/units.h"
#include "core/patience.h"

enum { MS_PER_S = 1000, PERCENT = 100 };

/* "0.96 s", "2.5 percent" */
static void add_value(struct text *text, enum metric metric, float value) {
    if (isnan(value)) {
        text_add(text, "n/a");
    } else if (metric_unit(metric) == METRIC_MS) {
        text_addf(text, "%.2f s", (double)value / MS_PER_S);
    } else {
        units_add_percent(text, (double)value);
        text_add(text, " percent");
    }
}

static void add_more(struct text *text, double ratio) {
    double percent = round((ratio - 1) * PERCENT);
    text_addf(text, "%s %.0f percent", percent < 0 ? "minus" : "plus", fabs(percent));
}

static void add_comparison(struct text *text, const struct objective *objective) {
    enum metric metric = objective_metric(objective);
    text_add(text, ", stable ");
    add_value(text, metric, objective->stable);
    if (metric == METRIC_SEEN_P95) {
        text_add(text, ", ");
        add_more(text, (double)objective->value / (double)objective->stable);
    }
    text_add(text, ", limit ");
    add_more(text, (double)objective->limit);
}

void plain_add_objective(struct text *text, const struct objective *objective) {
    text_addf(text, "%s ", objective_level_name(objective->level));
    if (objective->level == OBJECTIVE_UNJUDGED) {
        objective_add_words(text, objective);
        return;
    }
    enum metric metric = objective_metric(objective);
    text_addf(text, "%s %s ", track_name(objective->track), metric_label(metric));
    add_value(text, metric, objective->value);
    if (isnan(objective->stable)) {
        text_add(text, ", limit ");
        add_value(text, metric, objective->limit);
    } else {
        add_comparison(text, objective);
    }
    const struct evidence *evidence = &objective->evidence;
    text_addf(
        text, ", for %.0f s, n %.0f%s", (double)evidence->span_ms / MS_PER_S,
        (double)evidence->samples, objective->chance ? ", may be chance" : "");
}

static void add_track(
    struct text *text, const struct state *state, enum track track,
    const struct evidence *evidence, uint64_t now_ns) {
    uint64_t patience = patience_ns(state);
    float rps = state_value(state, track, METRIC_RPS, now_ns, patience);
    float p95 = state_value(state, track, METRIC_SEEN_P95, now_ns, patience);
    float errors = state_value(state, track, METRIC_SEEN_ERRORS, now_ns, patience);
    text_addf(text, " %s", track_name(track));
    if (!isnan(rps)) {
        text_add_char(text, ' ');
        units_add_count(text, (double)rps);
        text_add(text, " requests per second");
    }
    if (evidence->kind == EVIDENCE_ENOUGH) {
        text_add(text, ", errors ");
        add_value(text, METRIC_SEEN_ERRORS, errors);
        text_add(text, ", p95 ");
        add_value(text, METRIC_SEEN_P95, p95);
        text_addf(
            text, ", n %.0f in %.0f s.", (double)evidence->samples,
            (double)evidence->span_ms / MS_PER_S);
        return;
    }
    text_add(text, isnan(rps) ? " " : ", ");
    evidence_add_words(text, evidence);
    text_add_char(text, '.');
}

/* "redis ok.", "health degraded, 3 of 4 ok."; nothing for what is not configured. */
static void add_kind(
    struct text *text, const struct state *state, enum part_kind kind) {
    const struct part *worst = status_worst(state, kind, STATE_TRACK_NONE);
    if (!worst) return;
    unsigned count = 0;
    unsigned well = 0;
    for (uint32_t i = 0; i < state->part_count; i++) {
        if (state->parts[i].kind != kind) continue;
        count++;
        if (state->parts[i].status == PART_OK) well++;
    }
    text_addf(text, " %s %s", part_kind_name(kind), status_word(worst));
    if (count > 1) text_addf(text, ", %u of %u ok", well, count);
    text_add_char(text, '.');
}

void plain_add_status(
    struct text *text, const struct state *state,
    const struct status_judgement *judgement, uint64_t now_ns) {
    static const enum part_kind kinds[] = {
        PART_HEALTH, PART_REDIS, PART_QUEUE, PART_WORKER};
    text_addf(text, "status: %s.", verdict_name(judgement->verdict));
    for (unsigned i = 0; i < TRACK_COUNT; i++) {
        const struct evidence *evidence = &judgement->objectives.evidence[i];
        if (state->instances[i] == 0 && evidence->kind == EVIDENCE_ABSENT) continue;
        add_track(text, state, (enum track)i, evidence, now_ns);
    }
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        add_kind(text, state, kinds[i]);
    }
}
