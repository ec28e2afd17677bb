/* SPDX-License-Identifier: MIT */
#include "ui/figure.h"

#include <math.h>

#include "base/units.h"
#include "core/metric_value.h"
#include "core/patience.h"

void figure_add_share(struct text *text, float ratio) {
    text_addf(text, "%.3g%%", (double)ratio * 100);
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
    figure.stale = at_ns != 0 && age_ns > patience_ns(state);

    struct text words = TEXT_IN(figure.words);
    metric_add_value(&words, metric, figure.value);
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
