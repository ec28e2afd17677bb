/* SPDX-License-Identifier: MIT */
#include "ui/extract_sheets.h"

#include <math.h>
#include <stdlib.h>

#include "base/memory.h"
#include "base/units.h"
#include "ui/extract_canary.h"
#include "ui/extract_load.h"
#include "ui/ui_rows.h"
#include "ui/views/check_rows.h"
#include "ui/views/error_rows.h"
#include "ui/views/note_rows.h"
#include "ui/views/part_rows.h"
#include "ui/views/run_rows.h"

enum { WORDS_SIZE = 64, METRICS_MAX = 12 };

/* METRIC_COUNT ends each list. */
static const enum metric metrics_of[PANEL_COUNT][METRICS_MAX + 1] = {
    [PANEL_TRAFFIC] =
        {METRIC_RPS, METRIC_ERROR_RATIO, METRIC_P50, METRIC_P95, METRIC_P99,
         METRIC_IN_FLIGHT, METRIC_SPLIT_WANTED, METRIC_SPLIT_SEEN, METRIC_COUNT},
    [PANEL_ERRORS] = {METRIC_ERROR_RATIO, METRIC_COUNT},
    [PANEL_LATENCY] =
        {METRIC_P50, METRIC_P95, METRIC_P99, METRIC_UPSTREAM, METRIC_TTFT,
         METRIC_COUNT},
    [PANEL_SATURATION] =
        {METRIC_IN_FLIGHT, METRIC_QUEUE_WAITING, METRIC_WORKERS_BUSY, METRIC_WORKERS,
         METRIC_CPU, METRIC_MEMORY, METRIC_QUEUE_AGE, METRIC_FDS, METRIC_FDS_MAX,
         METRIC_QUEUE_FLIGHT, METRIC_QUEUE_DEAD, METRIC_COUNT},
    [PANEL_REDIS] =
        {METRIC_REDIS_OPS, METRIC_REDIS_PING, METRIC_REDIS_MEMORY, METRIC_REDIS_CLIENTS,
         METRIC_REDIS_HITS, METRIC_REDIS_EVICTED, METRIC_REDIS_BLOCKED, METRIC_COUNT},
    [PANEL_AGENT] =
        {METRIC_TOKENS, METRIC_UPSTREAM, METRIC_RETRY_RATIO, METRIC_TOOL_ERRORS,
         METRIC_COST, METRIC_THROTTLED, METRIC_TTFT, METRIC_CACHE_HITS, METRIC_BREAKER,
         METRIC_COUNT},
    [PANEL_HEALTH] = {METRIC_COUNT},
    [PANEL_EVENTS] = {METRIC_COUNT},
    [PANEL_RUNS] = {METRIC_COUNT},
    [PANEL_CHECKS] = {METRIC_COUNT},
    [PANEL_LOAD_RATE] =
        {METRIC_LOAD_WANTED, METRIC_LOAD_SENT, METRIC_LOAD_DONE, METRIC_LOAD_USERS,
         METRIC_COUNT},
    [PANEL_LOAD_ERRORS] = {METRIC_LOAD_ERRORS, METRIC_LOAD_TIMEOUTS, METRIC_COUNT},
    [PANEL_LOAD_HEAT] = {METRIC_COUNT}, /* it and the next two: see extract_load.h */
    [PANEL_LOAD_LATENCY] = {METRIC_COUNT},
    [PANEL_LOAD_ANSWERS] = {METRIC_COUNT},
    [PANEL_LOAD_TARGET] =
        {METRIC_IN_FLIGHT, METRIC_QUEUE_WAITING, METRIC_REDIS_OPS, METRIC_REDIS_PING,
         METRIC_WORKERS_BUSY, METRIC_WORKERS, METRIC_CPU, METRIC_MEMORY, METRIC_BREAKER,
         METRIC_COUNT},
    [PANEL_LOAD_GENERATOR] = {METRIC_COUNT},
    [PANEL_LOAD_COMPARISON] = {METRIC_COUNT},
    [PANEL_CANARY_STEPS] = {METRIC_COUNT}, /* these: see extract_canary.h */
    [PANEL_CANARY_EVIDENCE] = {METRIC_COUNT},
    [PANEL_CANARY_LATENCY] = {METRIC_COUNT},
    [PANEL_CANARY_WHY] = {METRIC_COUNT},
    [PANEL_CANARY_ACTIONS] = {METRIC_COUNT},
    [PANEL_CANARY_STABLE_HEAT] = {METRIC_COUNT},
    [PANEL_CANARY_HEAT] = {METRIC_COUNT},
};

/* What one row is made for. */
struct task {
    const struct scene *scene;
    bool raw;
    struct sheet *sheet;
};

static void add_wall(const struct task *task, int64_t wall_ms) {
    char words[WORDS_SIZE] = "";
    struct text text = TEXT_IN(words);
    if (task->raw) {
        units_add_timestamp(&text, wall_ms);
    } else {
        units_add_clock(&text, wall_ms);
    }
    sheet_add(task->sheet, words);
}

/* A moment of the monotonic clock; 0 for never. */
static void add_time(const struct task *task, uint64_t at_ns) {
    if (at_ns == 0) {
        sheet_add(task->sheet, "");
    } else {
        add_wall(task, scene_wall_ms(task->scene, at_ns));
    }
}

static const char *track_name(uint8_t track) {
    if (track == TRACK_STABLE) return "stable";
    return track == TRACK_CANARY ? "canary" : "";
}

static bool add_error(const struct task *task, uint32_t index) {
    const struct error_row *row = error_rows_at(task->scene, index);
    if (!row) return false;
    sheet_add(task->sheet, row->kind);
    sheet_add(task->sheet, row->route);
    sheet_add(task->sheet, track_name(row->track));
    sheet_add(task->sheet, row->version);
    sheet_add_number(task->sheet, (double)row->count);
    add_wall(task, row->last_seen_ms);
    sheet_add(task->sheet, row->request_id);
    sheet_add(task->sheet, row->message);
    return true;
}

static bool add_note(const struct task *task, uint32_t index) {
    static const char *const levels[] = {"info", "ok", "warn", "bad"};
    const struct note *note = note_rows_at(task->scene, index);
    if (!note) return false;
    add_wall(task, note->wall_ms);
    sheet_add(task->sheet, note->level <= NOTE_BAD ? levels[note->level] : "");
    sheet_add(task->sheet, note->source);
    sheet_add(task->sheet, note->words);
    return true;
}

static bool add_part(const struct task *task, uint32_t index) {
    const struct part *part = part_rows_at(task->scene, index);
    if (!part) return false;
    sheet_add(task->sheet, part_kind_name((enum part_kind)part->kind));
    sheet_add(task->sheet, part->name);
    sheet_add(task->sheet, track_name(part->track));
    sheet_add(task->sheet, part_status_name((enum part_status)part->status));
    double latency = part->answered_ns ? (double)part->latency_ms : (double)NAN;
    sheet_add_number(task->sheet, latency);
    add_time(task, part->answered_ns);
    sheet_add(task->sheet, part->version);
    sheet_add(task->sheet, part->detail);
    return true;
}

static bool add_check(const struct task *task, uint32_t index) {
    const char *word = "";
    const struct check_row *row = check_rows_at(task->scene, index, &word);
    if (!row) return false;
    sheet_add(task->sheet, row->name);
    sheet_add(task->sheet, word);
    sheet_add_number(task->sheet, row->done ? (double)row->duration_ms : (double)NAN);
    sheet_add(task->sheet, row->detail);
    return true;
}

static bool add_run(const struct task *task, uint32_t index) {
    const struct run *run = run_rows_at(task->scene, index);
    if (!run) return false;
    const char *word =
        run->active ? "running" : verdict_name((enum verdict)run->verdict);
    sheet_add(task->sheet, run_kind_name((enum run_kind)run->kind));
    sheet_add(task->sheet, word);
    sheet_add_number(task->sheet, run->passed);
    sheet_add_number(task->sheet, run->failed);
    add_time(task, run->started_ns);
    add_time(task, run->active ? 0 : run->ended_ns);
    sheet_add(task->sheet, run->title);
    return true;
}

static void add_figure(const struct task *task, enum track track, enum metric metric) {
    struct figure figure = scene_figure(task->scene, track, metric);
    bool elsewhere = track == TRACK_CANARY && metric_scope(metric) == METRIC_OF_TARGET;
    if (task->raw) {
        sheet_add_number(task->sheet, elsewhere ? (double)NAN : (double)figure.value);
        return;
    }
    char words[WORDS_SIZE];
    struct text text = TEXT_IN(words);
    text_add(&text, elsewhere ? "" : figure.words);
    if (figure.age[0] && !elsewhere) text_addf(&text, " (%s old)", figure.age);
    sheet_add(task->sheet, words);
}

static bool add_metric(const struct task *task, uint32_t index) {
    const enum metric *metrics = metrics_of[task->scene->focus];
    if (metrics[index] == METRIC_COUNT) return false;
    const char *name = metric_label(metrics[index]);
    sheet_add(task->sheet, task->raw ? metric_name(metrics[index]) : name);
    add_figure(task, TRACK_STABLE, metrics[index]);
    if (scene_has_canary(task->scene)) add_figure(task, TRACK_CANARY, metrics[index]);
    return true;
}

/* A leading '#' names a column of numbers. */
static const char *const error_names[] = {"kind",       "route",   "track",
                                          "version",    "#count",  "last_seen",
                                          "request_id", "message", NULL};
static const char *const note_names[] = {"time", "level", "source", "words", NULL};
static const char *const part_names[] = {"kind",    "name",        "track",
                                         "status",  "#latency_ms", "answered",
                                         "version", "detail",      NULL};
static const char *const check_names[] = {
    "check", "result", "#duration_ms", "detail", NULL};
static const char *const run_names[] = {"kind",    "result", "#passed", "#failed",
                                        "started", "ended",  "title",   NULL};

struct rows {
    const char *const *names;
    bool (*add)(const struct task *task, uint32_t index);
};

static struct rows rows_of(enum list list) {
    switch (list) {
    case LIST_ERRORS: return (struct rows){error_names, add_error};
    case LIST_EVENTS: return (struct rows){note_names, add_note};
    case LIST_HEALTH: return (struct rows){part_names, add_part};
    case LIST_CHECKS: return (struct rows){check_names, add_check};
    case LIST_RUNS: return (struct rows){run_names, add_run};
    case LIST_COUNT: break;
    }
    return (struct rows){NULL, add_metric};
}

static void name_metrics(const struct task *task) {
    void (*const name)(struct sheet *, const char *) =
        task->raw ? sheet_name_number : sheet_name;
    sheet_name(task->sheet, "metric");
    name(task->sheet, "stable");
    if (scene_has_canary(task->scene)) name(task->sheet, "canary");
}

uint32_t extract_rows(
    const struct scene *scene, enum extract_cells cells, int64_t only,
    struct sheet *sheet) {
    struct task task = {scene, cells == EXTRACT_RAW, sheet};
    if (extract_load_has(scene->focus)) return extract_load_rows(scene, cells, sheet);
    if (extract_canary_has(scene->focus)) {
        return extract_canary_rows(scene, cells, sheet);
    }
    struct rows rows = rows_of(ui_list(scene->focus));
    if (!rows.names) name_metrics(&task);
    for (size_t i = 0; rows.names && rows.names[i]; i++) {
        if (rows.names[i][0] == '#') {
            sheet_name_number(sheet, rows.names[i] + 1);
        } else {
            sheet_name(sheet, rows.names[i]);
        }
    }
    if (only >= 0) return rows.add(&task, (uint32_t)only) ? 1 : 0;
    uint32_t count = 0;
    while (rows.add(&task, count)) count++;
    return count;
}

/* The lines of a panel, and where their values go. */
struct lines {
    size_t count;
    const struct series *series[SHEET_COLUMNS_MAX];
    uint64_t step_ns; /* of the finest */
};

static void add_line(
    struct lines *lines, const struct scene *scene, enum track track,
    enum metric metric, struct sheet *sheet) {
    const struct series *series = model_series(scene->model, track, metric);
    if (!series || series->step_ns == 0 || lines->count + 1 == SHEET_COLUMNS_MAX) {
        return;
    }
    char name[WORDS_SIZE];
    struct text text = TEXT_IN(name);
    text_add(&text, metric_name(metric));
    if (metric_scope(metric) == METRIC_OF_TRACK) {
        text_addf(&text, ".%s", track_name((uint8_t)track));
    }
    sheet_name_number(sheet, name);
    lines->series[lines->count++] = series;
    if (series->step_ns < lines->step_ns) lines->step_ns = series->step_ns;
}

/* As many points as there can be values, or as there is room for. */
static size_t points_of(const struct scene *scene, const struct lines *lines) {
    uint64_t points = scene->window_ns / lines->step_ns;
    return points < EXTRACT_POINTS_MAX ? (size_t)points : EXTRACT_POINTS_MAX;
}

static void add_points(
    const struct task *task, const struct lines *lines, size_t points) {
    const struct scene *scene = task->scene;
    float *values = memory_new_array(lines->count * points, sizeof *values);
    uint64_t until_ns = scene->view_ns + 1;
    uint64_t window_ns = scene->window_ns;
    uint64_t from_ns = until_ns > window_ns ? until_ns - window_ns : 0;
    for (size_t i = 0; i < lines->count; i++) {
        series_columns(
            lines->series[i], from_ns, until_ns, values + i * points, points);
    }
    uint64_t each_ns = (until_ns - from_ns) / points;
    for (size_t point = 0; point < points; point++) {
        add_time(task, from_ns + point * each_ns);
        for (size_t i = 0; i < lines->count; i++) {
            sheet_add_number(task->sheet, (double)values[i * points + point]);
        }
    }
    free(values);
}

bool extract_series(const struct scene *scene, struct sheet *sheet) {
    struct task task = {scene, true, sheet};
    struct lines lines = {.step_ns = UINT64_MAX};
    sheet_name(sheet, "time");
    for (const enum metric *m = metrics_of[scene->focus]; *m != METRIC_COUNT; m++) {
        add_line(&lines, scene, TRACK_STABLE, *m, sheet);
        bool both = metric_scope(*m) == METRIC_OF_TRACK && scene_has_canary(scene);
        if (both) add_line(&lines, scene, TRACK_CANARY, *m, sheet);
    }
    if (lines.count == 0) return false;
    size_t points = points_of(scene, &lines);
    if (points > 0) add_points(&task, &lines, points);
    return true;
}
