/* SPDX-License-Identifier: MIT */
#include <math.h>
#include <string.h>

#include "base/safe_text.h"
#include "base/text.h"
#include "base/units.h"
#include "report/status_report.h"

enum { CELL_SIZE = 16, ERRORS_SHOWN = 5, OBJECTIVE_SIZE = 128 };

#define COUNT_OF(array) (sizeof(array) / sizeof *(array))

#define GREEN           "\033[32m"
#define YELLOW          "\033[33m"
#define RED             "\033[31m"
#define PLAIN           "\033[0m"

static const char *color_of(const struct part *part) {
    if (!part) return "";
    switch ((enum part_status)part->status) {
    case PART_OK: return GREEN;
    case PART_DEGRADED: return YELLOW;
    case PART_BAD:
    case PART_SILENT: return RED;
    case PART_UNKNOWN: break;
    }
    return YELLOW;
}

static const char *color_of_verdict(const struct status_judgement *judgement) {
    if (judgement->verdict == VERDICT_PASS) {
        return judgement->degraded ? YELLOW : GREEN;
    }
    return judgement->verdict == VERDICT_INCONCLUSIVE ? YELLOW : RED;
}

/* Its status in words, in a cell of that width. */
static void add_status(
    struct buffer *to, const struct status_report *report, const struct part *part,
    int width) {
    const char *color = report->color ? color_of(part) : "";
    buffer_addf(to, "%s%-*s%s", color, width, status_word(part), color[0] ? PLAIN : "");
}

/* A row may end with an empty cell. */
static void end_row(struct buffer *to) {
    while (to->length > 0 && to->data[to->length - 1] == ' ') to->length--;
    buffer_add_char(to, '\n');
}

static void add_safe(struct buffer *to, const char *words) {
    safe_text_add_to_buffer(to, slice_of(words));
}

/* One cell of a row, right-aligned; a dash for what nobody knows. */
static void add_cell(struct buffer *to, enum metric metric, float value) {
    char words[CELL_SIZE];
    struct text text = TEXT_IN(words);
    if (!isfinite(value)) {
        text_add(&text, "-");
    } else if (metric_unit(metric) == METRIC_MS) {
        units_add_duration(&text, units_whole((double)value * (double)NS_PER_MS));
    } else if (metric_unit(metric) == METRIC_RATIO) {
        units_add_percent(&text, (double)value);
        text_add(&text, "%");
    } else if (metric_unit(metric) == METRIC_BYTES) {
        units_add_bytes(&text, (double)value);
    } else {
        units_add_count(&text, (double)value);
    }
    buffer_addf(to, "%8s", words);
}

static void add_red(struct buffer *to, const struct status_report *report) {
    static const char *const names[TRACK_COUNT] = {"stable", "canary"};
    static const enum metric metrics[] = {METRIC_RPS, METRIC_ERROR_RATIO,
                                          METRIC_P50, METRIC_P95,
                                          METRIC_P99, METRIC_IN_FLIGHT};
    buffer_add_string(
        to, "          version          rps   err %     p50     p95     p99  flight\n");
    for (unsigned i = 0; i < TRACK_COUNT; i++) {
        const struct state *state = report->state;
        if (state->instances[i] == 0) continue;
        buffer_addf(to, "%-9s ", names[i]);
        const char *version = state->version[i][0] ? state->version[i] : "-";
        buffer_addf(to, "%-12.12s", version);
        for (size_t j = 0; j < COUNT_OF(metrics); j++) {
            float value = state_value(state, (enum track)i, metrics[j], 0, UINT64_MAX);
            add_cell(to, metrics[j], value);
        }
        if (state->mixed[i]) buffer_add_string(to, "  several processes answer");
        buffer_add_char(to, '\n');
    }
}

/* One row of a part of the target; its figures follow while it answers: what it said
 * before it fell silent would look like news. */
struct section {
    enum part_kind kind;
    const char *name;
    struct {
        const char *label;
        enum metric metric;
    } figures[6];
};

static const struct section sections[] = {
    {PART_REDIS,
     "redis",
     {{"ping", METRIC_REDIS_PING},
      {"ops/s", METRIC_REDIS_OPS},
      {"mem", METRIC_REDIS_MEMORY},
      {"clients", METRIC_REDIS_CLIENTS}}},
    {PART_QUEUE,
     "queue",
     {{"waiting", METRIC_QUEUE_WAITING},
      {"taken", METRIC_QUEUE_FLIGHT},
      {"oldest", METRIC_QUEUE_AGE},
      {"dead", METRIC_QUEUE_DEAD},
      {"workers", METRIC_WORKERS}}},
    {PART_SPLIT,
     "split",
     {{"canary wanted", METRIC_SPLIT_WANTED}, {"seen", METRIC_SPLIT_SEEN}}},
};

static void add_figures(
    struct buffer *to, const struct state *state, const struct section *section) {
    for (size_t i = 0; i < COUNT_OF(section->figures); i++) {
        if (!section->figures[i].label) return;
        enum metric metric = section->figures[i].metric;
        float value = state_value(state, TRACK_STABLE, metric, 0, UINT64_MAX);
        if (isnan(value)) continue;
        buffer_addf(to, "  %s", section->figures[i].label);
        add_cell(to, metric, value);
    }
}

static void add_lease(struct buffer *to, const struct split *split) {
    if (!split->known || split->lease_ms == 0) return;
    char words[CELL_SIZE];
    struct text lease = TEXT_IN(words);
    units_add_duration(&lease, split->lease_ms * NS_PER_MS);
    buffer_addf(to, "  lease %s left", words);
}

static void add_section(
    struct buffer *to, const struct status_report *report,
    const struct section *section) {
    const struct state *state = report->state;
    const struct part *worst = status_worst(state, section->kind, STATE_TRACK_NONE);
    buffer_addf(to, "%-9s ", section->name);
    add_status(to, report, worst, 12);
    if (worst && worst->status != PART_OK) {
        buffer_add_string(to, "  ");
        add_safe(to, worst->detail);
    }
    if (!worst || worst->status != PART_SILENT) {
        add_figures(to, state, section);
        if (section->kind == PART_SPLIT) add_lease(to, &state->split);
    }
    end_row(to);
}

static void add_sections(struct buffer *to, const struct status_report *report) {
    for (size_t i = 0; i < COUNT_OF(sections); i++) {
        add_section(to, report, &sections[i]);
    }
}

static void add_objectives(struct buffer *to, const struct status_report *report) {
    const struct objectives *objectives = &report->judgement->objectives;
    if (objectives->count > 0) buffer_add_char(to, '\n');
    for (uint32_t i = 0; i < objectives->count; i++) {
        char words[OBJECTIVE_SIZE];
        struct text text = TEXT_IN(words);
        objective_add_words(&text, &objectives->items[i]);
        buffer_addf(
            to, "%-12s  %s\n", objective_level_name(objectives->items[i].level), words);
    }
}

static void add_age(struct buffer *to, uint64_t at_ns, uint64_t now_ns) {
    char words[CELL_SIZE];
    struct text text = TEXT_IN(words);
    if (at_ns == 0) {
        buffer_add_string(to, "  never answered");
        return;
    }
    units_add_duration(&text, now_ns > at_ns ? now_ns - at_ns : 0);
    buffer_addf(to, "  %s ago", words);
}

static void add_parts(struct buffer *to, const struct status_report *report) {
    buffer_add_char(to, '\n');
    for (uint32_t i = 0; i < report->state->part_count; i++) {
        const struct part *part = &report->state->parts[i];
        add_status(to, report, part, 9);
        buffer_addf(to, "  %-8s  ", part_kind_name((enum part_kind)part->kind));
        add_safe(to, part->name);
        if (part->version[0]) buffer_add_char(to, ' ');
        add_safe(to, part->version);
        add_age(to, part->answered_ns, report->now_ns);
        if (part->detail[0]) buffer_add_string(to, "  ");
        add_safe(to, part->detail);
        buffer_add_char(to, '\n');
    }
}

static void add_errors(struct buffer *to, const struct status_report *report) {
    const struct state *state = report->state;
    if (state->error_count > 0) buffer_add_string(to, "\nerrors\n");
    for (uint32_t i = 0; i < state->error_count && i < ERRORS_SHOWN; i++) {
        const struct error_row *row = &state->errors[i];
        buffer_addf(to, "%8llu  ", (unsigned long long)row->count);
        add_safe(to, row->kind);
        buffer_add_char(to, ' ');
        add_safe(to, row->route);
        buffer_add_char(to, ' ');
        add_safe(to, row->version);
        buffer_add_string(to, "  ");
        add_safe(to, row->message);
        buffer_add_char(to, '\n');
    }
    if (state->error_count > ERRORS_SHOWN) {
        buffer_addf(
            to, "          and %u more kinds\n", state->error_count - ERRORS_SHOWN);
    }
}

void status_report_text(const struct status_report *report, struct buffer *to) {
    const struct status_judgement *judgement = report->judgement;
    bool degraded = judgement->verdict == VERDICT_PASS && judgement->degraded;
    buffer_addf(
        to, "%s%s%s%s: ", report->color ? color_of_verdict(judgement) : "",
        verdict_name(judgement->verdict), degraded ? " (degraded)" : "",
        report->color ? PLAIN : "");
    add_safe(to, judgement->reason);
    buffer_addf(
        to, "\n%s (%s) ", report->target->name,
        target_class_name(report->target->class));
    add_safe(to, report->target->url);
    buffer_add_string(to, "\n\n");
    add_red(to, report);
    add_sections(to, report);
    add_objectives(to, report);
    add_parts(to, report);
    add_errors(to, report);
}
