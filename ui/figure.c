/* SPDX-License-Identifier: MIT */
#include "ui/figure.h"

#include <math.h>

#include "base/units.h"

enum { PATIENCE_LEAST_MS = 3000, PATIENCE_POLLS = 2, PATIENCE_EXTRA_MS = 1000 };

uint64_t figure_patience_ns(const struct state *state) {
    uint64_t patience_ms =
        (uint64_t)state->poll_ms * PATIENCE_POLLS + PATIENCE_EXTRA_MS;
    if (patience_ms < PATIENCE_LEAST_MS) patience_ms = PATIENCE_LEAST_MS;
    return patience_ms * NS_PER_MS;
}

void figure_add_value(struct text *text, enum metric metric, float value) {
    if (!isfinite(value)) {
        text_add(text, "n/a");
        return;
    }
    switch (metric_unit(metric)) {
    case METRIC_COUNT_UNIT:
    case METRIC_PER_S: units_add_count(text, (double)value); return;
    case METRIC_MS: {
        double ns = (double)value * (double)NS_PER_MS;
        units_add_duration(text, ns > 0 ? (uint64_t)ns : 0);
        return;
    }
    case METRIC_RATIO:
        units_add_percent(text, (double)value);
        text_add_char(text, '%');
        return;
    case METRIC_BYTES: units_add_bytes(text, (double)value); return;
    case METRIC_DOLLARS: text_addf(text, "%.2f", (double)value); return;
    case METRIC_STATE: text_add(text, value > 0 ? "open" : "closed"); return;
    }
}

void figure_add_age(struct text *text, uint64_t age_ns) {
    unsigned long long seconds = age_ns / NS_PER_S;
    if (seconds < 1) {
        text_add(text, "now");
    } else if (seconds < 60) {
        text_addf(text, "%llus", seconds);
    } else if (seconds < 3600) {
        text_addf(text, "%llum", seconds / 60);
    } else if (seconds < 48ULL * 3600) {
        text_addf(text, "%lluh", seconds / 3600);
    } else {
        text_addf(text, "%llud", seconds / 86400);
    }
}

void figure_add_ago(struct text *text, uint64_t age_ns) {
    figure_add_age(text, age_ns);
    if (age_ns >= NS_PER_S) text_add(text, " ago");
}

struct figure figure_of(
    const struct state *state, enum track track, enum metric metric, uint64_t now_ns) {
    if (metric_scope(metric) == METRIC_OF_TARGET) track = TRACK_STABLE;
    struct figure figure = {.value = state->values[track][metric]};
    uint64_t at_ns = state->value_ns[track][metric];
    if (at_ns == 0) figure.value = NAN;
    uint64_t age_ns = now_ns > at_ns ? now_ns - at_ns : 0;
    figure.stale = at_ns != 0 && age_ns > figure_patience_ns(state);

    struct text words = TEXT_IN(figure.words);
    figure_add_value(&words, metric, figure.value);
    if (figure.stale && !isnan(figure.value)) {
        struct text age = TEXT_IN(figure.age);
        figure_add_age(&age, age_ns);
    }
    return figure;
}

enum role figure_role(const struct figure *figure, enum role role) {
    if (isnan(figure->value)) return ROLE_OFF;
    return figure->stale ? ROLE_STALE : role;
}
