/* SPDX-License-Identifier: MIT */
#include "ui/extract_load.h"

#include <math.h>

#include "base/units.h"
#include "core/metric_value.h"
#include "ui/views/load_text.h"

enum { WORDS_SIZE = 64, HEAT_ROWS_PER_DECADE = 6 };

/* What one table is made for. */
struct task {
    const struct scene *scene;
    const struct load_status *load;
    bool raw;
    struct sheet *sheet;
};

bool extract_load_has(enum panel panel) {
    return panel == PANEL_LOAD_HEAT || panel == PANEL_LOAD_LATENCY ||
           panel == PANEL_LOAD_ANSWERS || panel == PANEL_LOAD_GENERATOR ||
           panel == PANEL_LOAD_COMPARISON;
}

static void name(const struct task *task, const char *words) {
    if (task->raw) {
        sheet_name_number(task->sheet, words);
    } else {
        sheet_name(task->sheet, words);
    }
}

/* A number as it is, or as its metric is written. */
static void add(const struct task *task, enum metric like, float value) {
    if (task->raw) {
        sheet_add_number(task->sheet, (double)value);
        return;
    }
    char words[WORDS_SIZE];
    struct text text = TEXT_IN(words);
    metric_add_value(&text, like, value);
    sheet_add(task->sheet, words);
}

static uint32_t add_latencies(const struct task *task) {
    const struct load_latencies *latencies = &task->load->latencies;
    sheet_name(task->sheet, "percentile");
    name(task, "response_ms");
    name(task, "service_ms");
    name(task, "first_byte_ms");
    for (unsigned i = 0; i < LOAD_LATENCY_COUNT; i++) {
        sheet_add(task->sheet, load_latency_label((enum load_latency)i));
        add(task, METRIC_P95, latencies->response_ms[i]);
        add(task, METRIC_P95, latencies->service_ms[i]);
        add(task, METRIC_P95, latencies->first_byte_ms[i]);
    }
    return LOAD_LATENCY_COUNT;
}

static uint32_t add_answers(const struct task *task) {
    sheet_name(task->sheet, "answer");
    sheet_name(task->sheet, "result");
    sheet_name_number(task->sheet, "count");
    for (unsigned i = 0; i < task->load->answer_count; i++) {
        const struct load_answer *answer = &task->load->answers[i];
        sheet_add(task->sheet, answer->name);
        sheet_add(task->sheet, answer->failed ? "failed" : "ok");
        sheet_add_number(task->sheet, (double)answer->count);
    }
    return task->load->answer_count;
}

static uint32_t add_generator(const struct task *task) {
    const struct load_generator *generator = &task->load->generator;
    const struct {
        const char *name;
        enum metric like;
        float value;
    } rows[] = {
        {"limited", METRIC_WORKERS,
         generator->health == LOAD_HEALTH_UNKNOWN
             ? NAN
             : (float)(generator->health == LOAD_LIMITED)},
        {"workers", METRIC_WORKERS, generator->workers},
        {"cpu_cores", METRIC_CPU, generator->cpu_cores},
        {"lag_p99_ms", METRIC_P95, generator->lag_p99_ms},
        {"late_ratio", METRIC_LOAD_ERRORS, generator->late_ratio},
        {"sockets", METRIC_WORKERS, (float)generator->sockets},
        {"reused_ratio", METRIC_LOAD_ERRORS, generator->reused_ratio},
        {"in_bytes_per_s", METRIC_MEMORY, generator->in_bytes_per_s},
        {"memory_bytes", METRIC_MEMORY, generator->memory_bytes},
    };
    uint32_t count = sizeof rows / sizeof *rows;
    sheet_name(task->sheet, "figure");
    name(task, "value");
    for (uint32_t i = 0; i < count; i++) {
        sheet_add(task->sheet, rows[i].name);
        add(task, rows[i].like, rows[i].value);
    }
    return count;
}

static void add_result(
    const struct task *task, const char *which, const struct load_result *result) {
    sheet_add(task->sheet, which);
    add(task, METRIC_LOAD_DONE, result->rps);
    add(task, METRIC_P95, result->p50_ms);
    add(task, METRIC_P95, result->p95_ms);
    add(task, METRIC_P95, result->p99_ms);
    add(task, METRIC_LOAD_ERRORS, result->error_ratio);
    add(task, METRIC_LOAD_DONE, result->knee_per_s);
}

static uint32_t add_comparison(const struct task *task) {
    static const char *const names[] = {"rps",    "p50_ms",      "p95_ms",
                                        "p99_ms", "error_ratio", "knee_per_s"};
    sheet_name(task->sheet, "run");
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) name(task, names[i]);
    add_result(task, "now", &task->load->comparison.now);
    if (task->load->comparison.then_wall_ms == 0) return 1;
    add_result(task, "then", &task->load->comparison.then);
    return 2;
}

static void name_heat(struct sheet *sheet) {
    sheet_name(sheet, "time");
    for (unsigned i = 0; i + 1 < HEAT_BUCKETS; i++) {
        char words[WORDS_SIZE];
        struct text text = TEXT_IN(words);
        text_addf(&text, "le_%.4gms", pow(10, (double)i / HEAT_ROWS_PER_DECADE));
        sheet_name_number(sheet, words);
    }
    sheet_name_number(sheet, "more");
}

/* The seconds of the window that are known. */
uint32_t extract_heat_rows(
    const struct scene *scene, const struct heat *heat, struct sheet *sheet) {
    name_heat(sheet);
    uint64_t last = scene->view_ns / NS_PER_S + 1;
    uint64_t seconds = scene->window_ns / NS_PER_S;
    uint64_t second = last > seconds ? last - seconds + 1 : 1;
    if (second < heat->first_s) second = heat->first_s;
    if (last > heat->last_s) last = heat->last_s;
    uint32_t count = 0;
    for (; heat->last_s > 0 && second <= last; second++, count++) {
        char words[WORDS_SIZE];
        struct text text = TEXT_IN(words);
        units_add_timestamp(&text, scene_wall_ms(scene, (second - 1) * NS_PER_S));
        sheet_add(sheet, words);
        const uint16_t *counts = heat->counts[(second - 1) % HEAT_SECONDS];
        for (unsigned i = 0; i < HEAT_BUCKETS; i++) {
            sheet_add_number(sheet, counts[i]);
        }
    }
    return count;
}

uint32_t extract_load_rows(
    const struct scene *scene, enum extract_cells cells, struct sheet *sheet) {
    const struct task task = {scene, &scene->state->load, cells == EXTRACT_RAW, sheet};
    switch ((int)scene->focus) {
    case PANEL_LOAD_HEAT:
        return extract_heat_rows(scene, &scene->model->load_heat, sheet);
    case PANEL_LOAD_LATENCY: return add_latencies(&task);
    case PANEL_LOAD_ANSWERS: return add_answers(&task);
    case PANEL_LOAD_GENERATOR: return add_generator(&task);
    case PANEL_LOAD_COMPARISON: return add_comparison(&task);
    default: return 0;
    }
}
