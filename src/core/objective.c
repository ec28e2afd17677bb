/* SPDX-License-Identifier: MIT */
#include "core/objective.h"

#include <math.h>

#include "base/panic.h"
#include "base/units.h"
#include "core/metric_value.h"
#include "core/patience.h"

/* When the canary is called worse than stable. */
#define WORSE_LATENCY_RATIO 1.2F
#define WORSE_ERROR_RATIO   2.0F
#define WORSE_ERROR_MORE    0.005F

/* Standard deviations that a share may be off, as METRIC_SEEN_P95_LOW has it. */
static const double certainty = 2;

const char *track_name(enum track track) {
    return track == TRACK_CANARY ? "canary" : "stable";
}

const char *objective_level_name(enum objective_level level) {
    switch (level) {
    case OBJECTIVE_MET: return "PASS";
    case OBJECTIVE_UNJUDGED: return "INCONCLUSIVE";
    case OBJECTIVE_WARN: return "WARN";
    case OBJECTIVE_FAIL: return "FAIL";
    }
    panic("no such level");
}

const char *objective_kind_name(enum objective_kind kind) {
    static const char *const names[OBJECTIVE_KINDS] = {
        [OBJECTIVE_P95] = "p95",
        [OBJECTIVE_ERRORS] = "errors",
        [OBJECTIVE_P95_WORSE] = "p95_against_stable",
        [OBJECTIVE_ERRORS_WORSE] = "errors_against_stable",
    };
    return names[kind];
}

enum metric objective_metric(const struct objective *objective) {
    bool latency =
        objective->kind == OBJECTIVE_P95 || objective->kind == OBJECTIVE_P95_WORSE;
    return latency ? METRIC_SEEN_P95 : METRIC_SEEN_ERRORS;
}

/* --- what there is to judge by --- */

static struct evidence evidence_of(
    const struct state *state, enum track track, uint64_t now_ns) {
    uint64_t at_ns = state->value_ns[track][METRIC_SEEN];
    struct evidence evidence = {
        .samples = state->values[track][METRIC_SEEN],
        .span_ms = state->values[track][METRIC_SEEN_SPAN],
        .age_ns = now_ns > at_ns ? now_ns - at_ns : 0,
    };
    if (at_ns == 0) {
        evidence =
            (struct evidence){.kind = EVIDENCE_ABSENT, .samples = NAN, .span_ms = NAN};
    } else if (evidence.age_ns > patience_ns(state)) {
        evidence.kind = EVIDENCE_STALE;
    } else if (!(evidence.samples >= 1)) {
        evidence.kind = EVIDENCE_NONE;
    } else if (!(evidence.samples >= OBJECTIVE_SAMPLES_MIN)) {
        evidence.kind = EVIDENCE_FEW;
    }
    return evidence;
}

static bool has_track(const struct state *state, enum track track) {
    return state->instances[track] > 0 || state->value_ns[track][METRIC_SEEN] != 0;
}

/* As fresh as the evidence; NaN when it is older. */
static float value_of(const struct state *state, enum track track, enum metric metric) {
    uint64_t counted_ns = state->value_ns[track][METRIC_SEEN];
    return state_value(state, track, metric, counted_ns, patience_ns(state));
}

/* --- how sure one can be --- */

/* Where the true share may lie, of which `share` was seen in `count` (Wilson); `side`
 * is -1 for the least and 1 for the most. */
static double share_bound(double share, double count, double side) {
    double square = certainty * certainty / count;
    double spread = share * (1 - share) / count + square / (4 * count);
    return (share + square / 2 + side * certainty * sqrt(spread)) / (1 + square);
}

static double least_errors(float share, float samples) {
    return share_bound((double)share, (double)samples, -1);
}

static bool surely_missed(
    const struct state *state, const struct objective *objective) {
    double limit = (double)objective->limit;
    if (objective->kind == OBJECTIVE_ERRORS) {
        return least_errors(objective->value, objective->evidence.samples) > limit;
    }
    return (double)value_of(state, objective->track, METRIC_SEEN_P95_LOW) > limit;
}

/* --- judgements --- */

static void add(
    struct objectives *objectives, const struct state *state,
    struct objective objective) {
    enum metric metric = objective_metric(&objective);
    objective.evidence = objectives->evidence[objective.track];
    objective.value = value_of(state, objective.track, metric);
    bool judged = objective.evidence.kind == EVIDENCE_ENOUGH && !isnan(objective.value);
    if (!judged) {
        objective.level = OBJECTIVE_UNJUDGED;
    } else if (objective.value > objective.limit) {
        objective.chance = !surely_missed(state, &objective);
        objective.level = objective.chance ? OBJECTIVE_WARN : OBJECTIVE_FAIL;
    }
    objectives->items[objectives->count++] = objective;
}

static void judge_track(
    struct objectives *objectives, const struct state *state, enum track track) {
    struct objective objective = {.track = track, .stable = NAN};
    objective.kind = OBJECTIVE_P95;
    objective.limit = state->slo_p95_ms;
    if (!isnan(objective.limit)) add(objectives, state, objective);
    objective.kind = OBJECTIVE_ERRORS;
    objective.limit = state->slo_error_ratio;
    if (!isnan(objective.limit)) add(objectives, state, objective);
}

/* Both have enough requests, seen for long enough. */
static bool can_compare(const struct objectives *objectives) {
    for (unsigned track = 0; track < TRACK_COUNT; track++) {
        const struct evidence *evidence = &objectives->evidence[track];
        bool seen = evidence->span_ms >= OBJECTIVE_COMPARE_S * 1000.0F;
        if (evidence->kind != EVIDENCE_ENOUGH || !seen) return false;
    }
    return true;
}

/* Worse by more than the limit, and by more than chance: the bounds do not meet. */
static bool is_slower(const struct state *state, const struct objective *objective) {
    float least = value_of(state, TRACK_CANARY, METRIC_SEEN_P95_LOW);
    float most = value_of(state, TRACK_STABLE, METRIC_SEEN_P95_HIGH);
    return objective->value > objective->stable * objective->limit && least > most;
}

static bool fails_more(
    const struct objectives *objectives, const struct objective *objective) {
    double samples = (double)objectives->evidence[TRACK_STABLE].samples;
    double least = least_errors(objective->value, objective->evidence.samples);
    double most = share_bound((double)objective->stable, samples, 1);
    return objective->value > objective->stable * objective->limit &&
           objective->value - objective->stable > WORSE_ERROR_MORE && least > most;
}

static void compare(
    struct objectives *objectives, const struct state *state,
    enum objective_kind kind) {
    struct objective objective = {.kind = kind, .track = TRACK_CANARY};
    bool latency = kind == OBJECTIVE_P95_WORSE;
    enum metric metric = objective_metric(&objective);
    objective.limit = latency ? WORSE_LATENCY_RATIO : WORSE_ERROR_RATIO;
    objective.value = value_of(state, TRACK_CANARY, metric);
    objective.stable = value_of(state, TRACK_STABLE, metric);
    objective.evidence = objectives->evidence[TRACK_CANARY];
    const struct evidence *stable = &objectives->evidence[TRACK_STABLE];
    bool enough = objective.evidence.kind == EVIDENCE_ENOUGH;
    if (enough && stable->kind != EVIDENCE_ENOUGH) objective.evidence = *stable;
    if (!can_compare(objectives) || isnan(objective.value + objective.stable)) {
        objective.level = OBJECTIVE_UNJUDGED;
    } else {
        bool worse =
            latency ? is_slower(state, &objective) : fails_more(objectives, &objective);
        objective.level = worse ? OBJECTIVE_WARN : OBJECTIVE_MET;
    }
    objectives->items[objectives->count++] = objective;
}

void objectives_judge(
    const struct state *state, uint64_t now_ns, struct objectives *objectives) {
    *objectives = (struct objectives){0};
    for (unsigned i = 0; i < TRACK_COUNT; i++) {
        objectives->evidence[i] = evidence_of(state, (enum track)i, now_ns);
    }
    for (unsigned i = 0; i < TRACK_COUNT; i++) {
        if (has_track(state, (enum track)i)) {
            judge_track(objectives, state, (enum track)i);
        }
    }
    if (!has_track(state, TRACK_STABLE) || !has_track(state, TRACK_CANARY)) return;
    compare(objectives, state, OBJECTIVE_P95_WORSE);
    compare(objectives, state, OBJECTIVE_ERRORS_WORSE);
}

bool objectives_lack_evidence(
    const struct objectives *objectives, const struct state *state) {
    bool counts = !isnan(state->slo_p95_ms) || !isnan(state->slo_error_ratio);
    for (uint32_t i = 0; i < state->part_count; i++) {
        if (state->parts[i].kind == PART_METRICS) counts = true;
    }
    for (unsigned i = 0; i < TRACK_COUNT; i++) {
        if (objectives->evidence[i].kind == EVIDENCE_ENOUGH) return false;
    }
    return counts;
}

/* --- in words --- */

static void add_span(struct text *text, float span_ms) {
    if (isnan(span_ms)) return;
    text_addf(text, " in %.0fs", (double)span_ms / 1000);
}

static void add_samples(struct text *text, const struct evidence *evidence) {
    text_add(text, "n ");
    metric_add_value(text, METRIC_SEEN, roundf(evidence->samples));
    add_span(text, evidence->span_ms);
}

static void add_age(struct text *text, uint64_t seconds) {
    if (seconds < 60) {
        text_addf(text, "%us", (unsigned)seconds);
    } else {
        units_add_duration(text, seconds * NS_PER_S);
    }
}

void evidence_add_words(struct text *text, const struct evidence *evidence) {
    switch (evidence->kind) {
    case EVIDENCE_ENOUGH: add_samples(text, evidence); return;
    case EVIDENCE_FEW:
        text_add(text, "not enough data (");
        add_samples(text, evidence);
        text_add_char(text, ')');
        return;
    case EVIDENCE_NONE:
        text_add(text, "no requests");
        add_span(text, evidence->span_ms);
        return;
    case EVIDENCE_STALE:
        text_add(text, "no figures for ");
        add_age(text, evidence->age_ns / NS_PER_S);
        return;
    case EVIDENCE_ABSENT: text_add(text, "requests n/a"); return;
    }
}

static void add_comparison(struct text *text, const struct objective *objective) {
    enum metric metric = objective_metric(objective);
    text_add(text, " vs stable ");
    metric_add_value(text, metric, objective->stable);
    if (metric == METRIC_SEEN_ERRORS) {
        text_addf(text, " (limit %.0fx)", (double)objective->limit);
        return;
    }
    double more = (double)objective->value / (double)objective->stable - 1;
    text_addf(
        text, ": %+.0f%% (limit %+.0f%%)", round(more * 100) + 0.0, /* never -0 */
        ((double)objective->limit - 1) * 100);
}

void objective_add_words(struct text *text, const struct objective *objective) {
    enum metric metric = objective_metric(objective);
    text_addf(text, "%s %s ", track_name(objective->track), metric_label(metric));
    if (objective->level == OBJECTIVE_UNJUDGED) {
        bool compares = objective->kind >= OBJECTIVE_P95_WORSE;
        text_addf(text, "%snot judged: ", compares ? "against stable " : "");
        evidence_add_words(text, &objective->evidence);
        return;
    }
    metric_add_value(text, metric, objective->value);
    if (isnan(objective->stable)) {
        bool missed = objective->value > objective->limit;
        text_add(text, missed ? " > SLO " : " (SLO ");
        metric_add_value(text, metric, objective->limit);
        if (!missed) text_add_char(text, ')');
    } else {
        add_comparison(text, objective);
    }
    text_add_char(text, ' ');
    add_samples(text, &objective->evidence);
    if (objective->chance) text_add(text, ", may be chance");
}
