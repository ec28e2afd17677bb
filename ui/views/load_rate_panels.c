/* SPDX-License-Identifier: MIT */
#include <math.h>

#include "core/metric_value.h"
#include "ui/views/load_panels.h"
#include "ui/views/load_text.h"

/* Less than this is chance, not behind. */
#define BEHIND_LEAST 1.0F

static void add_silence(struct panel_frame *frame, const struct scene *scene) {
    uint64_t silence_ns = load_text_silence_ns(scene);
    if (silence_ns == 0) return;
    char age[FIGURE_SIZE];
    struct text text = TEXT_IN(age);
    figure_add_age(&text, silence_ns);
    panel_add_note(frame, ROLE_STALE, "%s old", age);
}

static void add_rate(struct panel_frame *frame, const struct scene *scene) {
    const struct load_rates *rates = &scene->state->load.rates;
    if (!load_status_is_active(&scene->state->load)) return;
    char words[FIGURE_SIZE];
    struct text text = TEXT_IN(words);
    metric_add_value(&text, METRIC_LOAD_DONE, rates->done_per_s);
    bool known = isfinite(rates->done_per_s);
    panel_add_note(frame, known ? ROLE_STRONG : ROLE_OFF, "%s rps", words);
    float behind = rates->wanted_per_s - rates->done_per_s;
    if (behind >= BEHIND_LEAST) {
        text_reset(&text);
        metric_add_value(&text, METRIC_LOAD_DONE, roundf(behind));
        panel_add_note(frame, ROLE_WARN, "%s behind", words);
    }
    uint32_t users = scene->state->load.users;
    uint32_t wanted = scene->state->load.users_wanted;
    if (wanted > 0) panel_add_note(frame, ROLE_DIM, "%u/%u users", users, wanted);
}

void load_panels_draw_rate(
    struct canvas *canvas, struct rect rect, const struct scene *scene) {
    struct panel_frame frame = scene_frame(scene, PANEL_LOAD_RATE);
    frame.title = "rate  wanted ╌ sent ─ done";
    add_rate(&frame, scene);
    add_silence(&frame, scene);
    struct rect inner = panel_draw(canvas, rect, &frame);
    struct graph graph = scene_graph(scene, TRACK_STABLE, METRIC_LOAD_SENT);
    graph.upper = model_series(scene->model, TRACK_STABLE, METRIC_LOAD_DONE);
    graph.dashed = model_series(scene->model, TRACK_STABLE, METRIC_LOAD_WANTED);
    graph.upper_letter = 'd';
    graph_draw(canvas, inner, &graph);
}

void load_panels_draw_errors(
    struct canvas *canvas, struct rect rect, const struct scene *scene) {
    const struct load_status *load = &scene->state->load;
    struct panel_frame frame = scene_frame(scene, PANEL_LOAD_ERRORS);
    frame.title = "errors and timeouts %";
    double ratio = load_status_error_ratio(load);
    if (load_text_has_run(scene)) {
        char words[FIGURE_SIZE];
        struct text text = TEXT_IN(words);
        metric_add_value(&text, METRIC_LOAD_ERRORS, (float)ratio);
        enum role role = isnan(ratio) ? ROLE_OFF : ROLE_STRONG;
        panel_add_note(&frame, role, "%s", words);
    }
    struct rect inner = panel_draw(canvas, rect, &frame);
    struct graph graph = scene_graph(scene, TRACK_STABLE, METRIC_LOAD_ERRORS);
    graph.upper = model_series(scene->model, TRACK_STABLE, METRIC_LOAD_TIMEOUTS);
    graph.lower_letter = 'e';
    graph.upper_letter = 't';
    graph_draw(canvas, inner, &graph);
}
