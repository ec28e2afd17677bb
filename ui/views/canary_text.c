/* SPDX-License-Identifier: MIT */
#include "ui/views/canary_text.h"

#include <math.h>

#include "base/units.h"
#include "core/metric_value.h"

enum {
    MS_PER_S = 1000,
    S_PER_MIN = 60,
    OLD_MS = 5000,
    COUNTED = 100000, /* as 123k from here on */
    GIGA = 1000000000,
};

void canary_text_add_weight(struct text *text, uint32_t weight_bp) {
    figure_add_share(text, (float)weight_bp / ROLLOUT_BASIS_POINTS);
}

void canary_text_add_time(struct text *text, uint32_t time_ms) {
    uint32_t seconds = time_ms / MS_PER_S;
    text_addf(text, "%02u:%02u", seconds / S_PER_MIN, seconds % S_PER_MIN);
}

void canary_text_add_evidence(struct text *text, float evidence) {
    double value = (double)evidence;
    if (isnan(value)) {
        text_add(text, "n/a");
    } else if (value >= GIGA) {
        text_add(text, ">1e9");
    } else if (value >= COUNTED) {
        units_add_count(text, value);
    } else {
        text_addf(text, value < 10 ? "%.1f" : "%.0f", value);
    }
}

void canary_text_add_harm(struct text *text, float harm, float limit) {
    text_add(text, "E ");
    canary_text_add_evidence(text, harm);
    text_add(text, " of ");
    canary_text_add_evidence(text, limit);
}

void canary_text_add_rate(struct text *text, double rate) {
    if (isnan(rate)) {
        text_add(text, "n/a");
    } else {
        units_add_percent(text, rate);
        text_add_char(text, '%');
    }
}

void canary_text_add_rates(struct text *text, float low, float high) {
    if (isnan(low) && isnan(high)) {
        text_add(text, "not bounded yet");
        return;
    }
    text_add_char(text, '[');
    units_add_percent(text, isnan(low) ? 0 : (double)low);
    text_add(text, ", ");
    units_add_percent(text, isnan(high) ? 1 : (double)high);
    text_add(text, "]%");
}

void canary_text_add_interval(
    struct text *text, const struct rollout_latency *latency) {
    if (isnan(latency->low_ms) && isnan(latency->high_ms)) {
        text_add(text, "not bounded yet");
        return;
    }
    bool from_zero = isnan(latency->low_ms);
    text_add_char(text, from_zero ? '(' : '[');
    metric_add_value(text, METRIC_P95, from_zero ? 0 : latency->low_ms);
    text_add(text, ", ");
    bool open = !isfinite(latency->high_ms);
    if (open) {
        text_add(text, "inf)");
    } else {
        metric_add_value(text, METRIC_P95, latency->high_ms);
        text_add_char(text, ']');
    }
}

void canary_text_add_points(struct text *text, float points) {
    if (isnan(points)) {
        text_add(text, "n/a");
    } else {
        text_addf(text, "%+.1fpp", (double)points * 100);
    }
}

uint64_t canary_text_units(const struct rollout_status *rollout) {
    uint64_t most = 0;
    for (uint32_t i = 0; i < rollout->metric_count; i++) {
        uint64_t units = rollout->metrics[i].canary_units;
        if (units > most) most = units;
    }
    return most;
}

void canary_text_add_need(struct text *text, const struct rollout_status *rollout) {
    uint64_t units = canary_text_units(rollout);
    uint64_t missing = rollout->canary_missing;
    text_addf(text, "%llu", (unsigned long long)units);
    if (missing == 0 && rollout->bound <= rollout->bound_limit) {
        text_add(text, ", enough");
    } else if (missing == 0) {
        text_add(text, ", of how many is not known");
    } else if (missing > UINT64_MAX - units) {
        text_add(text, ", no number would do");
    } else {
        uint64_t all = units + missing;
        text_addf(text, " of ~%llu", (unsigned long long)all);
    }
}

bool canary_text_data_is_old(const struct rollout_status *rollout) {
    uint32_t most_ms = rollout->data_age_most_ms;
    return rollout->data_age_ms > (most_ms > 0 ? most_ms : OLD_MS);
}

static void add_age(struct text *text, uint32_t age_ms) {
    if (age_ms == UINT32_MAX) {
        text_add(text, "none");
    } else if (age_ms > OLD_MS) {
        figure_add_age(text, (uint64_t)age_ms * NS_PER_MS);
    } else {
        text_addf(text, "%.1fs", (double)age_ms / MS_PER_S);
    }
}

static const char *source_of(const struct rollout_status *rollout, unsigned track) {
    return rollout_source_name((enum rollout_source)rollout->feeds[track].source);
}

/* Where the data comes from: "log", "prometheus+metrics". */
static void add_sources(struct text *text, const struct rollout_status *rollout) {
    const struct rollout_feed *feeds = rollout->feeds;
    if (feeds[0].source == ROLLOUT_SOURCE_NONE) {
        text_add(text, "data");
        return;
    }
    text_add(text, source_of(rollout, 0));
    if (feeds[1].source != feeds[0].source) {
        text_addf(text, "+%s", source_of(rollout, 1));
    }
}

void canary_text_add_data(struct text *text, const struct rollout_status *rollout) {
    if (rollout->data_age_ms == UINT32_MAX) {
        text_add(text, "no data yet");
        return;
    }
    add_sources(text, rollout);
    text_add_char(text, ' ');
    add_age(text, rollout->data_age_ms);
    text_add(text, " old");
}

void canary_text_add_ages(struct text *text, const struct rollout_status *rollout) {
    text_add(text, "stable ");
    add_age(text, rollout->feeds[0].age_ms);
    text_add(text, ", canary ");
    add_age(text, rollout->feeds[1].age_ms);
}

void canary_text_add_jobs(struct text *text, uint32_t open, uint32_t oldest_ms) {
    text_addf(text, "%u jobs open", (unsigned)open);
    if (open == 0) return;
    text_add(text, ", oldest ");
    add_age(text, oldest_ms);
}

double canary_text_share(float evidence, float limit) {
    if (!(evidence > 1) || !(limit > 1)) return 0;
    double share = log((double)evidence) / log((double)limit);
    return share < 1 ? share : 1;
}

bool canary_text_is_sure(const struct scene *scene) {
    return rollout_shown(scene) == ROLLOUT_LIVE &&
           !canary_text_data_is_old(&scene->state->rollout);
}

enum role canary_text_role(const struct scene *scene, enum role role) {
    return rollout_shown(scene) == ROLLOUT_LIVE ? role : ROLE_STALE;
}
