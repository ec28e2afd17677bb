/* SPDX-License-Identifier: MIT */
#include "ui/finding.h"

#include <math.h>
#include <string.h>

#include "base/panic.h"
#include "base/units.h"
#include "core/metric_value.h"
#include "core/objective.h"
#include "ui/rollout_shown.h"

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

static enum finding_level level_of(enum objective_level level) {
    switch (level) {
    case OBJECTIVE_MET: return FINDING_OK;
    case OBJECTIVE_UNJUDGED: return FINDING_WAITING;
    case OBJECTIVE_WARN: return FINDING_WARN;
    case OBJECTIVE_FAIL: return FINDING_FAIL;
    }
    panic("no such level");
}

/* The objective that the metric of a track has, or NULL. */
static const struct objective *objective_of(
    const struct objectives *objectives, enum track track, enum metric metric) {
    for (uint32_t i = 0; i < objectives->count; i++) {
        const struct objective *objective = &objectives->items[i];
        bool latency = objective->kind == OBJECTIVE_P95 && metric == METRIC_P95;
        bool errors =
            objective->kind == OBJECTIVE_ERRORS && metric == METRIC_ERROR_RATIO;
        if (objective->track == track && (latency || errors)) return objective;
    }
    return NULL;
}

enum finding_level finding_judge(
    const struct scene *scene, enum track track, enum metric metric) {
    struct figure figure = scene_figure(scene, track, metric);
    if (isnan(figure.value) || figure.stale) return FINDING_WAITING;
    struct objectives objectives;
    objectives_judge(scene->state, scene->view_ns, &objectives);
    const struct objective *objective = objective_of(&objectives, track, metric);
    if (objective) {
        /* These seconds miss what the minute meets. */
        bool late =
            objective->level == OBJECTIVE_MET && figure.value > objective->limit;
        return late ? FINDING_WARN : level_of(objective->level);
    }
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

static void find_mixed(const struct scene *scene, struct findings *findings) {
    for (unsigned i = 0; i < TRACK_COUNT; i++) {
        if (!scene->state->mixed[i]) continue;
        char words[FINDING_SIZE];
        struct text text = TEXT_IN(words);
        text_addf(
            &text, "%s: several processes answer behind one URL",
            track_name((enum track)i));
        add_finding(findings, FINDING_WARN, words);
    }
}

static void find_missed(
    const struct objectives *objectives, struct findings *findings) {
    for (uint32_t i = 0; i < objectives->count; i++) {
        const struct objective *objective = &objectives->items[i];
        if (objective->level < OBJECTIVE_WARN) continue;
        char words[FINDING_SIZE];
        struct text text = TEXT_IN(words);
        objective_add_words(&text, objective);
        add_finding(findings, level_of(objective->level), words);
    }
}

static void add_parts_answer(struct text *text, const struct scene *scene) {
    uint32_t parts = scene->state->part_count;
    text_addf(text, parts == 1 ? "%u part answers" : "all %u parts answer", parts);
}

/* What was there when there were requests, with its age: news it is not. */
static void add_last(struct text *text, const struct scene *scene, enum track track) {
    uint64_t at_ns = scene->state->value_ns[track][METRIC_P95];
    struct figure figure = scene_figure(scene, track, METRIC_P95);
    if (!figure.stale || at_ns > scene->view_ns) return;
    text_addf(text, " · last p95 %s ", figure.words);
    figure_add_ago(text, scene->view_ns - at_ns);
}

/* Nothing says how the requests fare. */
static void find_missing(
    const struct scene *scene, const struct objectives *objectives,
    struct findings *findings) {
    if (scene->state->part_count == 0) {
        add_finding(findings, FINDING_WAITING, finding_of_no_parts(scene->state));
        return;
    }
    if (!objectives_lack_evidence(objectives, scene->state)) return;
    enum track track = TRACK_STABLE;
    if (objectives->evidence[TRACK_STABLE].kind == EVIDENCE_ABSENT &&
        objectives->evidence[TRACK_CANARY].kind != EVIDENCE_ABSENT) {
        track = TRACK_CANARY;
    }
    char words[FINDING_SIZE];
    struct text text = TEXT_IN(words);
    if (scene_has_canary(scene)) text_addf(&text, "%s: ", track_name(track));
    evidence_add_words(&text, &objectives->evidence[track]);
    add_last(&text, scene, track);
    if (findings->count == 0) {
        text_add(&text, " · ");
        add_parts_answer(&text, scene);
    }
    add_finding(findings, FINDING_WAITING, words);
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

static void find_rollout(const struct scene *scene, struct findings *findings) {
    struct finding found;
    if (rollout_find(scene, &found)) add_finding(findings, found.level, found.words);
}

static void add_figure(
    const struct scene *scene, struct text *text, enum track track,
    enum metric metric) {
    struct figure figure = scene_figure(scene, track, metric);
    if (isnan(figure.value) || figure.stale) return;
    text_addf(text, " · %s %s", metric_label(metric), figure.words);
    bool latency = metric == METRIC_SEEN_P95;
    float limit = latency ? scene->state->slo_p95_ms : scene->state->slo_error_ratio;
    if (isnan(limit)) return;
    text_add(text, " (SLO ");
    metric_add_value(text, metric, limit);
    text_add_char(text, ')');
}

static void add_requests(
    const struct scene *scene, struct text *text, const struct evidence *evidence,
    enum track track) {
    text_add(text, " · ");
    if (scene_has_canary(scene)) text_addf(text, "%s ", track_name(track));
    evidence_add_words(text, evidence);
}

static void add_figures(
    const struct scene *scene, struct text *text, enum track track) {
    add_figure(scene, text, track, METRIC_SEEN_P95);
    add_figure(scene, text, track, METRIC_SEEN_ERRORS);
}

/* The figures are those of stable while it has any; its name would take their place. */
static void add_all_well(
    const struct scene *scene, const struct objectives *objectives,
    struct findings *findings) {
    char words[FINDING_SIZE];
    struct text text = TEXT_IN(words);
    const struct evidence *stable = &objectives->evidence[TRACK_STABLE];
    const struct evidence *canary = &objectives->evidence[TRACK_CANARY];
    add_parts_answer(&text, scene);
    if (stable->kind == EVIDENCE_ENOUGH) {
        text_add(&text, " · ");
        evidence_add_words(&text, stable);
        add_figures(scene, &text, TRACK_STABLE);
    } else {
        add_requests(scene, &text, stable, TRACK_STABLE);
    }
    if (scene_has_canary(scene)) {
        add_requests(scene, &text, canary, TRACK_CANARY);
        if (stable->kind != EVIDENCE_ENOUGH) add_figures(scene, &text, TRACK_CANARY);
    }
    add_finding(findings, FINDING_OK, words);
}

void findings_of(const struct scene *scene, struct findings *findings) {
    *findings = (struct findings){0};
    struct objectives objectives;
    objectives_judge(scene->state, scene->view_ns, &objectives);
    find_parts(scene, findings, true);
    find_parts(scene, findings, false);
    find_missed(&objectives, findings);
    find_mixed(scene, findings);
    find_rollout(scene, findings);
    find_missing(scene, &objectives, findings);
    find_smoke(scene, findings);
    if (findings->count == 0) add_all_well(scene, &objectives, findings);
}
