/* SPDX-License-Identifier: MIT */
#include "ui/rollout_start.h"

#include <math.h>
#include <string.h>

#include "base/units.h"
#include "ui/rollout_act.h"

enum { WINDOW_S = 60 };

static bool refuse(struct text *why, const char *words) {
    text_add(why, words);
    return false;
}

/* Its controller holds the target until it leaves. */
static bool is_held(const struct scene *scene, struct text *why) {
    const struct scene now = rollout_act_now(scene);
    const struct rollout_status *rollout = &scene->live->rollout;
    enum rollout_shown shown = rollout_shown(&now);
    if (shown == ROLLOUT_LOST) {
        text_add(why, "the controller of the last one is gone: ");
        text_add(why, "flightdeck canary takeover");
        return true;
    }
    bool speaks = shown == ROLLOUT_LIVE || shown == ROLLOUT_SILENT;
    if (!speaks || rollout->ended) return false;
    bool under_way = rollout_is_under_way(rollout);
    text_add(why, under_way ? "one is under way" : "the last one is not over");
    if (rollout->holder[0]) {
        text_addf(why, ", of %s@%s", rollout->holder, rollout->host);
    }
    return true;
}

bool rollout_start_is_open(const struct scene *scene, struct text *why) {
    const struct rollout_draft *draft = scene->rollout ? scene->rollout->draft : NULL;
    if (!draft) return refuse(why, "none can be started from here");
    if (draft->blocked[0]) return refuse(why, draft->blocked);
    if (draft->starting) return refuse(why, "one is being started");
    if (is_held(scene, why)) return false;
    if (draft->external && scene->live->instances[TRACK_CANARY] == 0) {
        return refuse(why, "no canary instance is configured");
    }
    return true;
}

bool rollout_start_takes(
    const struct scene *scene, const char *version, struct text *why) {
    if (!version[0]) {
        return refuse(why, "the canary does not say its version: Tab types it");
    }
    if (!rollout_plan_is_version(version)) {
        return refuse(why, "a version is short, without blanks and quotes");
    }
    if (strcmp(version, scene->live->version[TRACK_STABLE]) == 0) {
        text_addf(why, "stable is %s already", version);
        return false;
    }
    return true;
}

const char *rollout_start_version(const struct scene *scene) {
    const char *version = scene->live->version[TRACK_CANARY];
    return rollout_plan_is_version(version) ? version : "";
}

/* The mean of the last minute; NaN when nothing was seen in it. */
static double mean_of(const struct scene *scene, enum track track, enum metric metric) {
    float mean = NAN;
    uint64_t span_ns = WINDOW_S * NS_PER_S;
    uint64_t until_ns = scene->now_ns + 1;
    const struct series *series = model_series(scene->model, track, metric);
    if (!series || series->step_ns == 0) return (double)mean;
    uint64_t from_ns = until_ns > span_ns ? until_ns - span_ns : 0;
    series_columns(series, from_ns, until_ns, &mean, 1);
    return (double)mean;
}

struct rollout_outlook rollout_start_outlook(const struct scene *scene) {
    const struct rollout_draft *draft = scene->rollout->draft;
    struct rollout_outlook outlook = {.count = 0};
    uint32_t weights_bp[ROLLOUT_STEPS_MAX];
    double stable = mean_of(scene, TRACK_STABLE, METRIC_RPS);
    double canary = mean_of(scene, TRACK_CANARY, METRIC_RPS);
    double failing = mean_of(scene, TRACK_STABLE, METRIC_ERROR_RATIO);
    if (!(stable > 0) || !(failing >= 0) || draft->plan.step_count == 0) return outlook;
    double requests = stable * WINDOW_S;
    outlook.basis = (struct forecast_basis){
        .rules = draft->rules,
        .requests_per_s = stable + (canary > 0 ? canary : 0),
        .stable =
            {.count = units_whole(round(requests)),
             .failures = units_whole(round(requests * fmin(failing, 1)))},
    };
    for (uint32_t i = 0; i < draft->plan.step_count; i++) {
        weights_bp[i] = draft->plan.steps[i].weight_bp;
    }
    forecast_steps(outlook.basis, weights_bp, draft->plan.step_count, outlook.steps);
    outlook.count = draft->plan.step_count - 1; /* behind the last one is nothing */
    return outlook;
}
