/* SPDX-License-Identifier: MIT */
#include "core/load_rules.h"

#include <math.h>
#include <stddef.h>
#include <stdlib.h>

#include "base/text.h"
#include "base/units.h"

enum {
    ERROR_SAMPLES_LEAST = 100,
    GROWTH_SECONDS_LEAST = 24, /* of a load that stands, before growth means anything */
    GROWTH_BLOCKS = 12,        /* what is compared: far enough apart not to depend */
    LOAD_SECONDS_LEAST = 20,
};

/* So unlikely must it be by chance: one healthy run in a thousand may be blamed. */
#define CHANCE_MOST      0.001
#define ERROR_RATIO_MOST 0.01
/* Load that hardly varies cannot raise anything. */
#define LOAD_RANGE_LEAST    1.5
#define LATENCY_RATIO_LEAST 1.5
#define LATENCY_MS_LEAST    10.0
#define MEMORY_SHARE_LEAST  0.02
#define MEMORY_BYTES_LEAST  (8.0 * 1024 * 1024)
#define QUEUE_SHARE_LEAST   0.5
#define QUEUE_DEPTH_LEAST   10.0
/* What levels off after a start grows in its second half at less of its pace. */
#define LATE_SHARE_LEAST 0.4

const char *load_rule_name(enum load_rule rule) {
    static const char *const names[] = {
#define X(id, name, what) [id] = (name),
        LOAD_RULES(X)
#undef X
    };
    return names[rule];
}

const char *load_rule_what(enum load_rule rule) {
    static const char *const words[] = {
#define X(id, name, what) [id] = (what),
        LOAD_RULES(X)
#undef X
    };
    return words[rule];
}

static double lower(double a, double b) {
    return fmin(a, b); /* of a NaN and a number the number */
}

static double mean(double a, double b) {
    if (isnan(a)) return b;
    return isnan(b) ? a : (a + b) / 2;
}

static void halve(struct load_track *track) {
    for (size_t i = 0; i < TREND_POINTS_MOST / 2; i++) {
        double a = track->values[2 * i];
        double b = track->values[2 * i + 1];
        track->values[i] = track->lows ? lower(a, b) : mean(a, b);
    }
    track->count = TREND_POINTS_MOST / 2;
    track->step_s *= 2;
}

static void add(struct load_track *track, double value) {
    if (track->in_step_s == track->step_s || track->count == 0) {
        if (track->count == TREND_POINTS_MOST) halve(track);
        track->values[track->count++] = (double)NAN;
        track->in_step_s = 0;
    }
    double *newest = &track->values[track->count - 1];
    double before = *newest;
    double seen = (double)track->in_step_s;
    track->in_step_s++;
    if (isnan(value)) return;
    if (track->lows || isnan(before)) {
        *newest = lower(before, value);
    } else {
        *newest = (before * seen + value) / (seen + 1);
    }
}

void load_rules_init(struct load_rules *rules) {
    *rules = (struct load_rules){
        .load.step_s = 1,
        .p95.step_s = 1,
        .memory = {.step_s = 1, .lows = true},
        .queue = {.step_s = 1, .lows = true},
    };
}

void load_rules_on_second(
    struct load_rules *rules, const struct load_rule_second *second) {
    rules->requests += second->requests;
    rules->failures += second->failures;
    add(&rules->load, second->load);
    add(&rules->p95, second->p95_ms);
    if (second->ramping) return;
    add(&rules->memory, second->memory_bytes);
    add(&rules->queue, second->queue_depth);
}

static struct load_rule_finding say(enum verdict verdict, struct text *evidence) {
    struct load_rule_finding finding = {.verdict = verdict, .measured = true};
    text_copy_cut(finding.evidence, sizeof finding.evidence, evidence->data);
    return finding;
}

static struct load_rule_finding cannot_tell(bool measured, const char *why) {
    struct load_rule_finding finding = {
        .verdict = VERDICT_INCONCLUSIVE, .measured = measured};
    text_copy_cut(finding.evidence, sizeof finding.evidence, why);
    return finding;
}

static struct load_rule_finding find_errors(const struct load_rules *rules) {
    char words[LOAD_EVIDENCE_SIZE];
    struct text text = TEXT_IN(words);
    if (rules->requests < ERROR_SAMPLES_LEAST) {
        return cannot_tell(rules->requests > 0, "fewer than 100 requests");
    }
    double ratio = (double)rules->failures / (double)rules->requests;
    units_add_percent(&text, ratio);
    text_addf(
        &text, "%%: %llu of %llu requests failed", (unsigned long long)rules->failures,
        (unsigned long long)rules->requests);
    return say(ratio > ERROR_RATIO_MOST ? VERDICT_FAIL : VERDICT_PASS, &text);
}

/* Points that have both, in the order of the run. */
struct points {
    uint32_t count;
    double x[TREND_POINTS_MOST], y[TREND_POINTS_MOST];
};

static void pair(
    const struct load_track *x, const struct load_track *y, struct points *points) {
    points->count = 0;
    for (uint32_t i = 0; i < x->count && i < y->count; i++) {
        if (isnan(x->values[i]) || isnan(y->values[i])) continue;
        points->x[points->count] = x->values[i];
        points->y[points->count++] = y->values[i];
    }
}

static int compare(const void *a, const void *b) {
    const double *left = a;
    const double *right = b;
    return (*left > *right) - (*left < *right);
}

/* The value below which that share of them lies. */
static double share_of(const double *values, uint32_t count, double share) {
    double sorted[TREND_POINTS_MOST];
    for (uint32_t i = 0; i < count; i++) sorted[i] = values[i];
    qsort(sorted, count, sizeof *sorted, compare);
    return sorted[(uint32_t)(share * (double)(count - 1))];
}

/* The middle latency of the seconds whose load lies in a range. */
static double latency_between(const struct points *points, double least, double most) {
    double found[TREND_POINTS_MOST];
    uint32_t count = 0;
    for (uint32_t i = 0; i < points->count; i++) {
        if (points->x[i] < least || points->x[i] > most) continue;
        found[count++] = points->y[i];
    }
    return count > 0 ? share_of(found, count, 0.5) : (double)NAN;
}

static void add_ms(struct text *text, double ms) {
    units_add_duration(text, units_whole(ms * (double)NS_PER_MS));
}

static struct load_rule_finding find_latency(const struct load_rules *rules) {
    char words[LOAD_EVIDENCE_SIZE];
    struct text text = TEXT_IN(words);
    struct points points;
    struct trend trend;
    pair(&rules->load, &rules->p95, &points);
    if (points.count * rules->load.step_s < LOAD_SECONDS_LEAST) {
        return cannot_tell(points.count > 0, "fewer than 20 seconds with answers");
    }
    double low_load = share_of(points.x, points.count, 1.0 / 3);
    double high_load = share_of(points.x, points.count, 2.0 / 3);
    if (!(high_load >= LOAD_RANGE_LEAST * low_load) ||
        !trend_of(points.x, points.y, points.count, &trend)) {
        return cannot_tell(true, "the load hardly varied");
    }
    double before_ms = latency_between(&points, -INFINITY, low_load);
    double after_ms = latency_between(&points, high_load, INFINITY);
    bool rises = trend.chance < CHANCE_MOST && trend.low > 0 &&
                 after_ms >= before_ms * LATENCY_RATIO_LEAST &&
                 after_ms - before_ms >= LATENCY_MS_LEAST;
    text_add(&text, "p95 ");
    add_ms(&text, before_ms);
    text_add(&text, " at a load of ");
    units_add_count(&text, low_load);
    text_add(&text, " and less, ");
    add_ms(&text, after_ms);
    text_add(&text, " at ");
    units_add_count(&text, high_load);
    text_addf(&text, " and more (chance %.1g)", trend.chance);
    return say(rises ? VERDICT_FAIL : VERDICT_PASS, &text);
}

/* What decides whether something that grew has grown too much. */
struct growth_limits {
    double share_least, amount_least;
    void (*add)(struct text *text, double value);
};

/* The lows of blocks of equal length: neighbouring seconds depend on each other, blocks
 * hardly do. */
static uint32_t cut_into_blocks(const struct load_track *track, struct points *points) {
    struct load_track known = {0};
    double at[TREND_POINTS_MOST];
    for (uint32_t i = 0; i < track->count; i++) {
        if (isnan(track->values[i])) continue;
        at[known.count] = (double)i * track->step_s;
        known.values[known.count++] = track->values[i];
    }
    points->count = 0;
    for (uint32_t b = 0; b < GROWTH_BLOCKS && known.count >= GROWTH_BLOCKS; b++) {
        uint32_t from = b * known.count / GROWTH_BLOCKS;
        uint32_t to = (b + 1) * known.count / GROWTH_BLOCKS;
        uint32_t lowest = from;
        for (uint32_t i = from; i < to; i++) {
            if (known.values[i] < known.values[lowest]) lowest = i;
        }
        points->x[points->count] = at[lowest];
        points->y[points->count++] = known.values[lowest];
    }
    return known.count * track->step_s;
}

static bool still_grows(const struct points *points) {
    double half = (points->y[GROWTH_BLOCKS / 2] - points->y[0]);
    double late = points->y[GROWTH_BLOCKS - 1] - points->y[GROWTH_BLOCKS / 2 - 1];
    return late > LATE_SHARE_LEAST * half && late > 0;
}

static struct load_rule_finding find_growth(
    const struct load_track *track, const struct growth_limits *limits) {
    char words[LOAD_EVIDENCE_SIZE];
    struct text text = TEXT_IN(words);
    struct points points = {0};
    struct trend trend;
    uint32_t seconds = cut_into_blocks(track, &points);
    if (seconds == 0) return cannot_tell(false, "not measured");
    if (seconds < GROWTH_SECONDS_LEAST ||
        !trend_of(points.x, points.y, points.count, &trend)) {
        return cannot_tell(true, "measured for less than 24 s of a load that stands");
    }
    double start = points.y[0];
    double end = points.y[GROWTH_BLOCKS - 1];
    double across = points.x[GROWTH_BLOCKS - 1] - points.x[0];
    double grown = trend.low * across;
    bool grows = trend.chance < CHANCE_MOST && grown >= limits->amount_least &&
                 grown >= limits->share_least * fabs(start) && still_grows(&points);
    limits->add(&text, start);
    text_add(&text, " to ");
    limits->add(&text, end);
    text_addf(&text, " in %us, ", (unsigned)seconds);
    limits->add(&text, trend.slope);
    text_add(&text, "/s (99%: ");
    limits->add(&text, trend.low);
    text_add(&text, " to ");
    limits->add(&text, trend.high);
    text_addf(&text, ", chance %.1g)", trend.chance);
    return say(grows ? VERDICT_FAIL : VERDICT_PASS, &text);
}

struct load_rule_finding load_rules_find(
    const struct load_rules *rules, enum load_rule rule) {
    static const struct growth_limits memory = {
        MEMORY_SHARE_LEAST, MEMORY_BYTES_LEAST, units_add_bytes};
    static const struct growth_limits queue = {
        QUEUE_SHARE_LEAST, QUEUE_DEPTH_LEAST, units_add_count};
    switch (rule) {
    case LOAD_RULE_LATENCY: return find_latency(rules);
    case LOAD_RULE_ERRORS: return find_errors(rules);
    case LOAD_RULE_MEMORY: return find_growth(&rules->memory, &memory);
    case LOAD_RULE_QUEUE:
    case LOAD_RULE_COUNT: break;
    }
    return find_growth(&rules->queue, &queue);
}
