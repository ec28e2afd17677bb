/* SPDX-License-Identifier: MIT */
#include <math.h>

#include "ui/views/load_panels.h"
#include "ui/views/load_text.h"

enum {
    LABEL_WIDTH = 6,
    VALUE_WIDTH = 7,
    BAR_MIN = 6,
    PERCENTILES = LOAD_MAX + 1,
    SERVICE_FROM = 60, /* so wide a panel has the service times beside them */
    LINE_SIZE = 80,
    MARK = 0x2502,
};

/* A difference that matters: what was hidden is that part of what was seen. */
#define HIDDEN_SHARE 0.1F

/* Bars on a scale of powers, from half the median to a little above the largest. */
struct scale {
    double low_ms, high_ms;
    float gate_ms; /* the first limit of a latency; NaN for none */
};

static struct scale scale_of(const struct load_status *load) {
    const float *response_ms = load->latencies.response_ms;
    struct scale scale = {
        .low_ms = (double)response_ms[LOAD_P50] / 2,
        .high_ms = (double)response_ms[LOAD_MAX] * 1.1,
        .gate_ms = NAN,
    };
    for (unsigned i = 0; i < load->gate_count && isnan(scale.gate_ms); i++) {
        scale.gate_ms = load->gates[i].limit_ms;
    }
    if ((double)scale.gate_ms * 1.1 > scale.high_ms) {
        scale.high_ms = (double)scale.gate_ms * 1.1;
    }
    if ((double)scale.gate_ms / 2 < scale.low_ms) {
        scale.low_ms = (double)scale.gate_ms / 2;
    }
    return scale;
}

/* NaN for what has no place on it. */
static double place_of(const struct scale *scale, double ms) {
    if (!(ms > 0) || !(scale->low_ms > 0) || !(scale->high_ms > scale->low_ms)) {
        return NAN;
    }
    return log(ms / scale->low_ms) / log(scale->high_ms / scale->low_ms);
}

static void draw_bar(
    struct canvas *canvas, struct rect at, const struct scale *scale, float ms,
    enum role role) {
    double ratio = place_of(scale, (double)ms);
    if (isnan(ratio)) return;
    graph_draw_bar(canvas, at, ratio, role);
    double gate = place_of(scale, (double)scale->gate_ms);
    if (!(gate >= 0) || gate >= 1) return;
    int x = at.x + (int)(gate * at.width);
    canvas_put(canvas, x, at.y, MARK, ROLE_LIMIT);
}

static enum role role_of(const struct load_gate *gate) {
    return gate && gate->verdict == VERDICT_FAIL ? ROLE_BAD : ROLE_STRONG;
}

static void draw_percentile(
    struct canvas *canvas, struct rect row, const struct scene *scene,
    enum load_latency latency) {
    const struct load_status *load = &scene->state->load;
    const struct scale scale = scale_of(load);
    const struct load_gate *gate = load_text_gate(load, latency);
    float ms = load->latencies.response_ms[latency];
    enum role role = isnan(ms) ? ROLE_OFF : role_of(gate);
    char words[FIGURE_SIZE];
    struct text text = TEXT_IN(words);
    if (role == ROLE_BAD) text_add_char(&text, '!');
    load_text_add_ms(&text, ms);
    canvas_text(
        canvas, row.x, row.y, LABEL_WIDTH, load_latency_label(latency), ROLE_TEXT);
    canvas_text_right(canvas, row.x + LABEL_WIDTH, row.y, VALUE_WIDTH, words, role);
    int used = LABEL_WIDTH + VALUE_WIDTH;
    if (row.width >= SERVICE_FROM) {
        text_reset(&text);
        load_text_add_ms(&text, load->latencies.service_ms[latency]);
        canvas_text_right(
            canvas, row.x + used, row.y, VALUE_WIDTH + 2, words, ROLE_DIM);
        used += VALUE_WIDTH + 2;
    }
    struct rect bar = {row.x + used + 2, row.y, row.width - used - 3, 1};
    if (bar.width < BAR_MIN) return;
    draw_bar(canvas, bar, &scale, ms, role == ROLE_BAD ? ROLE_BAD : ROLE_STABLE);
}

/* What stands below the percentiles, the first ones first. */
struct notes {
    struct canvas *canvas;
    struct rect rect;
    int used;
};

static void put_note(struct notes *notes, enum role role, const char *words) {
    if (notes->used >= notes->rect.height) return;
    int y = notes->rect.y + notes->used++;
    canvas_text(notes->canvas, notes->rect.x, y, notes->rect.width, words, role);
}

static void note_gate(struct notes *notes, const struct load_status *load) {
    float gate_ms = scale_of(load).gate_ms;
    if (isnan(gate_ms)) return;
    char words[LINE_SIZE];
    struct text text = TEXT_IN(words);
    text_add(&text, "│ = gate ");
    load_text_add_ms(&text, gate_ms);
    put_note(notes, ROLE_LIMIT, words);
}

/* The first bytes of streams take the place of the mean. */
static void note_mean(struct notes *notes, const struct load_latencies *latencies) {
    char words[LINE_SIZE];
    struct text text = TEXT_IN(words);
    if (isfinite(latencies->first_byte_ms[LOAD_P50])) {
        text_add(&text, "ttft p50 ");
        load_text_add_ms(&text, latencies->first_byte_ms[LOAD_P50]);
        text_add(&text, "  p95 ");
        load_text_add_ms(&text, latencies->first_byte_ms[LOAD_P95]);
        put_note(notes, ROLE_TEXT, words);
        return;
    }
    if (isnan(latencies->response_ms[LOAD_MEAN])) return;
    if (isfinite(latencies->apdex)) {
        text_addf(&text, "apdex %.2f  ", (double)latencies->apdex);
    }
    text_add(&text, "mean ");
    load_text_add_ms(&text, latencies->response_ms[LOAD_MEAN]);
    put_note(notes, ROLE_TEXT, words);
}

/* What would be reported by who starts its clock when it sends. */
static void note_omission(struct notes *notes, const struct load_latencies *latencies) {
    float seen_ms = latencies->response_ms[LOAD_P99];
    float service_ms = latencies->service_ms[LOAD_P99];
    if (isnan(seen_ms) || isnan(service_ms)) return;
    char words[LINE_SIZE];
    struct text text = TEXT_IN(words);
    text_add(&text, "uncorrected p99 ");
    load_text_add_ms(&text, service_ms);
    put_note(notes, ROLE_TEXT, words);
    float hidden_ms = seen_ms - service_ms;
    if (!(hidden_ms > seen_ms * HIDDEN_SHARE)) return;
    text_reset(&text);
    text_add(&text, "(omission hid ");
    load_text_add_ms(&text, hidden_ms);
    text_add_char(&text, ')');
    put_note(notes, ROLE_WARN, words);
}

void load_panels_draw_latency(
    struct canvas *canvas, struct rect rect, const struct scene *scene) {
    const struct load_status *load = &scene->state->load;
    struct panel_frame frame = scene_frame(scene, PANEL_LOAD_LATENCY);
    frame.title = "percentiles";
    if (load_text_has_run(scene)) {
        char words[FIGURE_SIZE * 2];
        struct text text = TEXT_IN(words);
        load_text_add_grouped(&text, load->requests);
        panel_add_note(&frame, ROLE_TITLE, "%s req", words);
    }
    struct rect inner = panel_draw(canvas, rect, &frame);
    struct rect row = {inner.x + 1, inner.y, inner.width - 1, 1};
    for (unsigned i = 0; i < PERCENTILES && (int)i < inner.height; i++) {
        draw_percentile(canvas, row, scene, (enum load_latency)i);
        row.y++;
    }
    struct notes notes = {
        .canvas = canvas,
        .rect = {row.x, row.y, row.width, inner.y + inner.height - row.y},
    };
    note_gate(&notes, load);
    note_mean(&notes, &load->latencies);
    note_omission(&notes, &load->latencies);
}
