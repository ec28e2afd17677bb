/* SPDX-License-Identifier: MIT */
#include "core/load_judge.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "base/units.h"

#define MS_PER_US 1e-3
#define US_PER_S  1e6
/* Lag over a tenth of what is measured is measured,
 * too; what lies below the floor could turn no gate. */
#define LAG_SHARE_MOST  0.1
#define LAG_FLOOR_MS    5.0
#define CPU_RATIO_MOST  0.95
#define LATE_RATIO_MOST 0.5
#define LATE_FLOOR_MS   20.0
/* Of the starts that were due, so many may be missing. */
#define MISSED_MOST 0.01
/* A second omission hides: when the two percentiles differ by more than that factor. */
#define HIDDEN_FACTOR 2.0

const char *load_stop_name(enum load_stop stop) {
    static const char *const names[] = {
#define X(id, name, words) [id] = (name),
        LOAD_STOPS(X)
#undef X
    };
    return names[stop];
}

const char *load_stop_words(enum load_stop stop) {
    static const char *const all[] = {
#define X(id, name, words) [id] = (words),
        LOAD_STOPS(X)
#undef X
    };
    return all[stop];
}

/* The generator */

static double p99_ms(const struct histogram *histogram) {
    return histogram_quantile(histogram, 0.99) * MS_PER_US;
}

static double seconds_of(const struct load_report *report) {
    return (double)(report->end_ns - report->start_ns) / (double)NS_PER_S;
}

static double ratio(uint64_t part, uint64_t whole) {
    return whole > 0 ? (double)part / (double)whole : 0;
}

static void add_ms(struct text *text, double ms) {
    units_add_duration(text, units_whole(ms * (double)NS_PER_MS));
}

static double or_zero(double value) {
    return isnan(value) ? 0 : value;
}

static void explain(struct load_generator_figures *figures, double measured_ms) {
    double delay_ms = figures->delay_p99_ms;
    struct text why = TEXT_IN(figures->why);
    bool lags = figures->lag_p99_ms > LAG_FLOOR_MS &&
                figures->lag_p99_ms > LAG_SHARE_MOST * measured_ms;
    bool late = figures->late_ratio > LATE_RATIO_MOST && delay_ms > LATE_FLOOR_MS &&
                delay_ms > LAG_SHARE_MOST * measured_ms;
    bool busy = figures->cpu_ratio > CPU_RATIO_MOST;
    figures->limited = lags || late || busy || figures->starved > 0;
    if (figures->starved > 0) {
        text_addf(
            &why, "no descriptor, port or memory was left for %llu connections",
            (unsigned long long)figures->starved);
    } else if (lags) {
        text_add(&why, "its loop lagged: p99 ");
        add_ms(&why, figures->lag_p99_ms);
        text_add(&why, " of a measured ");
        add_ms(&why, measured_ms);
    } else if (busy) {
        text_addf(&why, "a core was %.0f%% busy", figures->cpu_ratio * 100);
    } else if (late) {
        text_add(&why, "starts were late: p99 ");
        add_ms(&why, delay_ms);
    } else {
        text_add(&why, "healthy: loop lag p99 ");
        add_ms(&why, or_zero(figures->lag_p99_ms));
    }
}

/* What users waited against what the server took, of single requests. */
static double hidden_s(const struct load_row *sum) {
    double waited = histogram_quantile(&sum->response, 0.99);
    double served = histogram_quantile(&sum->service, 0.99);
    return waited > HIDDEN_FACTOR * served ? (waited - served) / US_PER_S : 0;
}

static void judge_generator(
    const struct load_course *course, const struct load_row *sum,
    struct load_generator_figures *figures) {
    const struct load_report *total = &course->total;
    double core_us = seconds_of(total) * US_PER_S * (double)total->shards;
    figures->lag_p99_ms = p99_ms(&total->health.lag);
    figures->late_ratio = ratio(total->health.late, total->health.delay.count);
    figures->starved = total->health.starved;
    figures->cpu_ratio = core_us > 0 ? (double)total->health.cpu_us / core_us : 0;
    figures->rss_bytes = (double)total->gauges.rss_bytes;
    figures->hidden_s = hidden_s(sum);
    figures->delay_p99_ms = or_zero(p99_ms(&total->health.delay));
    explain(figures, or_zero(p99_ms(&course->all.wait)));
}

/* The run */

static void add_gate(struct text *text, const struct gate_watch *watch) {
    const struct gate_finding finding = gate_watch_finding(watch);
    text_addf(text, "%s: ", watch->gate.words);
    gate_add_value(text, &watch->gate, finding.value);
    text_addf(text, " of %llu requests", (unsigned long long)finding.samples);
    if (watch->broken) text_addf(text, ", from second %u on", watch->broken_at_s);
}

/* The first gate with that verdict. */
static const struct gate_watch *find_gate(
    const struct load_course *course, enum verdict verdict) {
    for (uint32_t i = 0; i < course->scenario->gate_count; i++) {
        const struct gate_watch *watch = &course->gates[i];
        if (gate_watch_finding(watch).verdict == verdict) return watch;
    }
    return NULL;
}

/* Whether the gate is broken by what the generator
 * itself adds: that says nothing of the target. */
static bool is_own_doing(
    const struct gate_watch *watch, const struct load_generator_figures *generator) {
    double own_ms = fmax(or_zero(generator->lag_p99_ms), generator->delay_p99_ms);
    if (!generator->limited) return false;
    if (watch->gate.metric == GATE_RPS) return true;
    if (watch->gate.metric == GATE_ERROR_RATIO) return generator->starved > 0;
    return gate_keeps(&watch->gate, gate_watch_finding(watch).value - own_ms);
}

/* The first gate that the target breaks. */
static const struct gate_watch *find_broken(
    const struct load_course *course, const struct load_generator_figures *generator) {
    for (uint32_t i = 0; i < course->scenario->gate_count; i++) {
        const struct gate_watch *watch = &course->gates[i];
        if (gate_watch_finding(watch).verdict != VERDICT_FAIL) continue;
        if (!is_own_doing(watch, generator)) return watch;
    }
    return NULL;
}

static bool find_rule(
    const struct load_course *course, const struct load_generator_figures *generator,
    struct text *reason) {
    for (unsigned i = 0; i < LOAD_RULE_COUNT; i++) {
        enum load_rule rule = (enum load_rule)i;
        const struct load_rule_finding found = load_rules_find(&course->rules, rule);
        if (found.verdict != VERDICT_FAIL) continue;
        if (rule == LOAD_RULE_ERRORS && generator->starved > 0) continue;
        text_addf(reason, "%s: %s", load_rule_name(rule), found.evidence);
        return true;
    }
    return false;
}

/* Starts that were due and never happened. */
static uint64_t missed(const struct load_course *course, const struct load_row *sum) {
    uint64_t waiting = course->total.gauges.waiting;
    return sum->dropped + (course->scenario->plan.model == LOAD_ARRIVALS ? waiting : 0);
}

static bool fails(
    const struct load_course *course, enum load_stop stop, const char *detail,
    struct load_judgement *judgement, struct text *reason) {
    const struct gate_watch *broken = find_broken(course, &judgement->generator);
    if (stop == LOAD_STOP_DIED || stop == LOAD_STOP_GATE) {
        text_addf(
            reason, "%s after %u s", load_stop_words(stop), (unsigned)course->seconds);
        if (detail[0]) text_addf(reason, ": %s", detail);
        return true;
    }
    if (broken) {
        add_gate(reason, broken);
        return true;
    }
    return find_rule(course, &judgement->generator, reason);
}

static bool is_inconclusive(
    const struct load_course *course, const struct load_row *sum,
    const struct load_generator_figures *generator, struct text *reason) {
    const struct gate_watch *open = find_gate(course, VERDICT_INCONCLUSIVE);
    uint64_t lacking = missed(course, sum);
    if (generator->limited) {
        text_addf(reason, "the generator was the limit: %s", generator->why);
    } else if (ratio(lacking, sum->wanted) > MISSED_MOST) {
        text_addf(
            reason, "the rate was not reached: %llu of %llu starts never happened",
            (unsigned long long)lacking, (unsigned long long)sum->wanted);
    } else if (open) {
        add_gate(reason, open);
        text_addf(
            reason, ", it takes %llu%s",
            (unsigned long long)gate_samples_needed(&open->gate),
            open->gate.window_s > 0 ? " in a whole window" : "");
    } else {
        return false;
    }
    return true;
}

static void add_pass(const struct load_course *course, struct text *reason) {
    uint32_t gates = course->scenario->gate_count;
    text_addf(reason, "%llu requests", (unsigned long long)course->all.requests);
    if (gates > 0) text_addf(reason, ", %u gate%s kept", gates, gates > 1 ? "s" : "");
}

static enum verdict decide(
    const struct load_course *course, const struct load_row *sum, enum load_stop stop,
    const char *detail, struct load_judgement *judgement) {
    struct text reason = TEXT_IN(judgement->reason);
    if (stop == LOAD_STOP_UNREACHED || stop == LOAD_STOP_LOST ||
        stop == LOAD_STOP_MISSING || stop == LOAD_STOP_PERSON ||
        stop == LOAD_STOP_TIME) {
        text_addf(&reason, "%s", load_stop_words(stop));
        if (detail[0]) text_addf(&reason, ": %s", detail);
        return stop == LOAD_STOP_UNREACHED ? VERDICT_ERROR : VERDICT_INCONCLUSIVE;
    }
    if (course->all.requests == 0) {
        text_add(&reason, "nothing was measured: no request has ended");
        return VERDICT_INCONCLUSIVE;
    }
    if (fails(course, stop, detail, judgement, &reason)) return VERDICT_FAIL;
    if (is_inconclusive(course, sum, &judgement->generator, &reason)) {
        return VERDICT_INCONCLUSIVE;
    }
    add_pass(course, &reason);
    return VERDICT_PASS;
}

void load_judge(
    const struct load_course *course, enum load_stop stop, const char *detail,
    struct load_judgement *judgement) {
    struct load_row *sum = memory_new(sizeof *sum);
    memset(judgement, 0, sizeof *judgement);
    load_report_sum(&course->total, sum);
    judge_generator(course, sum, &judgement->generator);
    judgement->verdict = decide(course, sum, stop, detail, judgement);
    free(sum);
}
