/* SPDX-License-Identifier: MIT */
#include "ui/finding.h"

#include <math.h>
#include <string.h>

#include "base/panic.h"
#include "base/units.h"
#include "core/metric_value.h"

/* When the canary is called worse than stable: a hint, not the decision of a rollout. */
#define WORSE_LATENCY_RATIO 1.2F
#define WORSE_ERROR_RATIO   2.0F
#define WORSE_ERROR_MORE    0.005F

/* The span over which tracks are compared and samples counted. */
#define COMPARE_NS (60 * NS_PER_S)

enum { SAMPLES_MIN = 100, SECONDS = 60 };

/* Where a share of something scarce becomes a worry. */
#define SHARE_WARN 0.8F
#define SHARE_FAIL 0.95F

const char *finding_level_name(enum finding_level level) {
    switch (level) {
    case FINDING_OK: return "OK";
    case FINDING_WAITING: return "NO DATA";
    case FINDING_WARN: return "WARN";
    case FINDING_FAIL: return "FAIL";
    }
    panic("no such level");
}

const char *finding_level_mark(enum finding_level level) {
    switch (level) {
    case FINDING_OK: return "✔";
    case FINDING_WAITING: return "○";
    case FINDING_WARN: return "~";
    case FINDING_FAIL: return "!";
    }
    panic("no such level");
}

enum role finding_level_role(enum finding_level level) {
    switch (level) {
    case FINDING_OK: return ROLE_OK;
    case FINDING_WAITING: return ROLE_OFF;
    case FINDING_WARN: return ROLE_WARN;
    case FINDING_FAIL: return ROLE_BAD;
    }
    panic("no such level");
}

const char *finding_of_no_parts(const struct state *state) {
    return state->poll_ms > 0 ? "neither health nor metrics were found"
                              : "nothing has been polled yet";
}

enum finding_level finding_of_part(const struct part *part) {
    switch ((enum part_status)part->status) {
    case PART_UNKNOWN: return FINDING_WAITING;
    case PART_OK: return FINDING_OK;
    case PART_DEGRADED: return FINDING_WARN;
    case PART_BAD:
    case PART_SILENT: return FINDING_FAIL;
    }
    return FINDING_WAITING;
}

const char *part_mark(const struct part *part) {
    switch ((enum part_status)part->status) {
    case PART_UNKNOWN: return "○";
    case PART_OK: return "✔";
    case PART_DEGRADED: return "~";
    case PART_BAD: return "!";
    case PART_SILENT: return "✘";
    }
    return "○";
}

enum role part_role(const struct part *part) {
    return finding_level_role(finding_of_part(part));
}

/* Whether its first word tells the part from the others of its kind. */
static bool first_word_is_enough(
    const struct state *state, const struct part *part, size_t length) {
    for (uint32_t i = 0; i < state->part_count; i++) {
        const struct part *other = &state->parts[i];
        if (other->kind != part->kind || strcmp(other->name, part->name) == 0) continue;
        if (strncmp(other->name, part->name, length) == 0) return false;
    }
    return true;
}

void part_add_title(
    struct text *text, const struct state *state, const struct part *part) {
    const char *kind = part_kind_name((enum part_kind)part->kind);
    if (!strstr(part->name, kind)) {
        text_add(text, kind);
        text_add_char(text, ' ');
    }
    struct slice name = slice_of(part->name);
    size_t word = strcspn(part->name, " ");
    if (word > 0 && first_word_is_enough(state, part, word)) name.length = word;
    text_add_slice(text, name);
}

static float limit_of(const struct scene *scene, enum metric metric) {
    if (metric == METRIC_P95) return scene->state->slo_p95_ms;
    if (metric == METRIC_ERROR_RATIO) return scene->state->slo_error_ratio;
    return NAN;
}

static enum finding_level judge_share(float share) {
    if (isnan(share)) return FINDING_WAITING;
    if (share >= SHARE_FAIL) return FINDING_FAIL;
    return share >= SHARE_WARN ? FINDING_WARN : FINDING_OK;
}

/* What the value is a share of; METRIC_COUNT for nothing. */
static enum metric whole_of(enum metric metric) {
    if (metric == METRIC_FDS) return METRIC_FDS_MAX;
    if (metric == METRIC_REDIS_MEMORY) return METRIC_REDIS_MAXMEM;
    return METRIC_COUNT;
}

/* A value that needs nothing beside it to be judged. */
static enum finding_level judge_alone(enum metric metric, float value) {
    if (metric == METRIC_CPU) return judge_share(value);
    if (metric == METRIC_BREAKER && value > 0) return FINDING_FAIL;
    bool worry = metric == METRIC_REDIS_EVICTED || metric == METRIC_QUEUE_DEAD;
    return worry && value > 0 ? FINDING_WARN : FINDING_OK;
}

enum finding_level finding_judge(
    const struct scene *scene, enum track track, enum metric metric) {
    struct figure figure = scene_figure(scene, track, metric);
    if (isnan(figure.value) || figure.stale) return FINDING_WAITING;
    float limit = limit_of(scene, metric);
    if (!isnan(limit)) return figure.value > limit ? FINDING_FAIL : FINDING_OK;
    enum metric whole = whole_of(metric);
    if (whole == METRIC_COUNT) return judge_alone(metric, figure.value);
    struct figure of = scene_figure(scene, track, whole);
    if (isnan(of.value) || of.value <= 0) return FINDING_OK; /* no limit is set */
    return judge_share(figure.value / of.value);
}

/* Keeps the order of equals; what is worse stands before. */
static void add_finding(
    struct findings *findings, enum finding_level level, const char *words) {
    uint32_t at = findings->count;
    while (at > 0 && findings->items[at - 1].level < level) at--;
    if (at == FINDINGS_MAX) {
        findings->more++;
        return;
    }
    if (findings->count == FINDINGS_MAX) {
        findings->more++;
        findings->count--;
    }
    memmove(
        &findings->items[at + 1], &findings->items[at],
        (findings->count - at) * sizeof *findings->items);
    findings->count++;
    findings->items[at].level = level;
    text_copy_cut(findings->items[at].words, FINDING_SIZE, words);
}

static void add_part_state(
    struct text *text, const struct part *part, uint64_t now_ns, const char *said) {
    text_addf(text, " %s", part_status_name((enum part_status)part->status));
    if (part->status == PART_SILENT && part->answered_ns == 0) {
        text_add(text, ", never answered");
    } else if (part->status == PART_SILENT && now_ns > part->answered_ns) {
        text_add_char(text, ' ');
        figure_add_age(text, now_ns - part->answered_ns);
    } else if (part->http_status != 0) {
        text_addf(text, " %u", part->http_status);
    }
    bool again = strcmp(part->detail, said) == 0;
    if (part->detail[0] && !again) text_addf(text, ": %s", part->detail);
}

static void find_parts(
    const struct scene *scene, struct findings *findings, bool critical) {
    const char *said = "";
    for (uint32_t i = 0; i < scene->state->part_count; i++) {
        const struct part *part = &scene->state->parts[i];
        enum finding_level level = finding_of_part(part);
        if (level == FINDING_OK || part->critical != critical) continue;
        char words[FINDING_SIZE];
        struct text text = TEXT_IN(words);
        part_add_title(&text, scene->state, part);
        add_part_state(&text, part, scene->view_ns, said);
        said = part->detail;
        add_finding(findings, level, words);
    }
}

/* Requests of the last minute; NaN when it is not known. */
static float samples_of(const struct scene *scene, enum track track) {
    return scene_mean(scene, track, METRIC_RPS, COMPARE_NS) * SECONDS;
}

static void add_samples(struct text *text, float samples) {
    if (isnan(samples)) return;
    text_add(text, " n≈");
    units_add_count(text, round((double)samples));
}

static const char *track_word(enum track track) {
    return track == TRACK_CANARY ? "canary" : "stable";
}

static void find_objective(
    const struct scene *scene, struct findings *findings, enum track track,
    enum metric metric) {
    float limit = limit_of(scene, metric);
    struct figure figure = scene_figure(scene, track, metric);
    if (isnan(limit) || isnan(figure.value) || figure.stale) return;
    if (figure.value <= limit) return;

    char words[FINDING_SIZE];
    struct text text = TEXT_IN(words);
    text_addf(
        &text, "%s %s %s > SLO ", track_word(track),
        metric == METRIC_P95 ? "p95" : "errors", figure.words);
    metric_add_value(&text, metric, limit);
    add_samples(&text, samples_of(scene, track));
    add_finding(findings, FINDING_FAIL, words);
}

static void find_worse_latency(const struct scene *scene, struct findings *findings) {
    float stable = scene_mean(scene, TRACK_STABLE, METRIC_P95, COMPARE_NS);
    float canary = scene_mean(scene, TRACK_CANARY, METRIC_P95, COMPARE_NS);
    if (!(canary > stable * WORSE_LATENCY_RATIO)) return;
    char words[FINDING_SIZE];
    struct text text = TEXT_IN(words);
    text_add(&text, "canary p95 ");
    metric_add_value(&text, METRIC_P95, canary);
    text_add(&text, " vs stable ");
    metric_add_value(&text, METRIC_P95, stable);
    text_addf(
        &text, ": %+.0f%% (limit +%.0f%%)", ((double)canary / (double)stable - 1) * 100,
        ((double)WORSE_LATENCY_RATIO - 1) * 100);
    add_samples(&text, samples_of(scene, TRACK_CANARY));
    add_finding(findings, FINDING_WARN, words);
}

static void find_worse_errors(const struct scene *scene, struct findings *findings) {
    float stable = scene_mean(scene, TRACK_STABLE, METRIC_ERROR_RATIO, COMPARE_NS);
    float canary = scene_mean(scene, TRACK_CANARY, METRIC_ERROR_RATIO, COMPARE_NS);
    if (!(canary > stable * WORSE_ERROR_RATIO)) return;
    if (!(canary - stable > WORSE_ERROR_MORE)) return;
    char words[FINDING_SIZE];
    struct text text = TEXT_IN(words);
    text_add(&text, "canary errors ");
    metric_add_value(&text, METRIC_ERROR_RATIO, canary);
    text_add(&text, " vs stable ");
    metric_add_value(&text, METRIC_ERROR_RATIO, stable);
    add_samples(&text, samples_of(scene, TRACK_CANARY));
    add_finding(findings, FINDING_WARN, words);
}

static void find_tracks(const struct scene *scene, struct findings *findings) {
    for (unsigned i = 0; i < TRACK_COUNT; i++) {
        enum track track = (enum track)i;
        find_objective(scene, findings, track, METRIC_P95);
        find_objective(scene, findings, track, METRIC_ERROR_RATIO);
        if (scene->state->mixed[track]) {
            char words[FINDING_SIZE];
            struct text text = TEXT_IN(words);
            text_addf(
                &text, "%s: several processes answer behind one URL",
                track_word(track));
            add_finding(findings, FINDING_WARN, words);
        }
    }
    if (!(samples_of(scene, TRACK_CANARY) >= SAMPLES_MIN)) return; /* too few to say */
    find_worse_latency(scene, findings);
    find_worse_errors(scene, findings);
}

/* A metrics part answers, yet nothing says how the requests fare. */
static void find_missing(const struct scene *scene, struct findings *findings) {
    if (scene->state->part_count == 0) {
        add_finding(findings, FINDING_WAITING, finding_of_no_parts(scene->state));
        return;
    }
    for (uint32_t i = 0; i < scene->state->part_count; i++) {
        const struct part *part = &scene->state->parts[i];
        if (part->kind != PART_METRICS || part->status != PART_OK) continue;
        struct figure rps = scene_figure(scene, TRACK_STABLE, METRIC_RPS);
        if (!isnan(rps.value) && !rps.stale) return;
        add_finding(findings, FINDING_WAITING, "no requests to judge by");
        return;
    }
}

static void find_smoke(const struct scene *scene, struct findings *findings) {
    const struct run *run = state_run(scene->state, 0);
    if (!run || run->active || run->verdict == VERDICT_PASS) return;
    char words[FINDING_SIZE];
    struct text text = TEXT_IN(words);
    text_addf(
        &text, "%s %s: %u of %u failed", run_kind_name((enum run_kind)run->kind),
        verdict_name((enum verdict)run->verdict), run->failed, run->total);
    if (scene->view_ns > run->ended_ns) {
        text_add_char(&text, ' ');
        figure_add_ago(&text, scene->view_ns - run->ended_ns);
    }
    add_finding(findings, FINDING_WARN, words);
}

static void add_figure(
    const struct scene *scene, struct text *text, enum metric metric,
    const char *name) {
    struct figure figure = scene_figure(scene, TRACK_STABLE, metric);
    if (isnan(figure.value)) return;
    text_addf(text, " · %s %s", name, figure.words);
    float limit = limit_of(scene, metric);
    if (isnan(limit)) return;
    text_add(text, " (SLO ");
    metric_add_value(text, metric, limit);
    text_add_char(text, ')');
}

static void add_all_well(const struct scene *scene, struct findings *findings) {
    char words[FINDING_SIZE];
    struct text text = TEXT_IN(words);
    uint32_t parts = scene->state->part_count;
    text_addf(&text, parts == 1 ? "%u part answers" : "all %u parts answer", parts);
    add_figure(scene, &text, METRIC_P95, "p95");
    add_figure(scene, &text, METRIC_ERROR_RATIO, "errors");
    float samples = samples_of(scene, TRACK_STABLE);
    if (isnan(samples)) {
        text_add(&text, " · requests n/a");
    } else {
        text_add(&text, " ·");
        add_samples(&text, samples);
    }
    add_finding(findings, FINDING_OK, words);
}

void findings_of(const struct scene *scene, struct findings *findings) {
    *findings = (struct findings){0};
    find_parts(scene, findings, true);
    find_parts(scene, findings, false);
    find_tracks(scene, findings);
    find_missing(scene, findings);
    find_smoke(scene, findings);
    if (findings->count == 0) add_all_well(scene, findings);
}
