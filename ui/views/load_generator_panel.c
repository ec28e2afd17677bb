/* SPDX-License-Identifier: MIT */
#include <math.h>

#include "base/units.h"
#include "core/metric_value.h"
#include "ui/views/load_panels.h"
#include "ui/views/load_rows.h"
#include "ui/views/load_text.h"

enum { WORDS_SIZE = 96 };

/* Of an instrument: a figure is dim, one that nobody has measured is off. */
static enum role role_of(float value) {
    return isnan(value) ? ROLE_OFF : ROLE_STRONG;
}

static void put_cpu(struct load_rows *rows, const struct load_generator *generator) {
    char words[WORDS_SIZE];
    struct text text = TEXT_IN(words);
    metric_add_value(&text, METRIC_CPU, generator->cpu_cores);
    if (generator->workers > 0) {
        text_addf(
            &text, " of %u core%s", generator->workers,
            generator->workers > 1 ? "s" : "");
    }
    load_rows_put(rows, "cpu", role_of(generator->cpu_cores), words);
}

static void put_late(struct load_rows *rows, const struct load_generator *generator) {
    char words[WORDS_SIZE];
    struct text text = TEXT_IN(words);
    text_add(&text, "p99 ");
    load_text_add_ms(&text, generator->lag_p99_ms);
    load_rows_put(rows, "loop lag", role_of(generator->lag_p99_ms), words);
    text_reset(&text);
    metric_add_value(&text, METRIC_LOAD_ERRORS, generator->late_ratio);
    load_rows_put(rows, "late sends", role_of(generator->late_ratio), words);
}

static void put_sockets(
    struct load_rows *rows, const struct load_generator *generator) {
    char words[WORDS_SIZE];
    struct text text = TEXT_IN(words);
    text_addf(&text, "%u", generator->sockets);
    uint32_t wanted = generator->sockets_wanted;
    if (wanted > 0) text_addf(&text, "/%u", wanted);
    if (isfinite(generator->reused_ratio)) {
        text_add_char(&text, ' ');
        metric_add_value(&text, METRIC_LOAD_ERRORS, generator->reused_ratio);
        text_add(&text, " reused");
    }
    load_rows_put(rows, "sockets", ROLE_STRONG, words);
}

static void put_sizes(struct load_rows *rows, const struct load_generator *generator) {
    char words[WORDS_SIZE];
    struct text text = TEXT_IN(words);
    metric_add_value(&text, METRIC_MEMORY, generator->in_bytes_per_s);
    if (isfinite(generator->in_bytes_per_s)) text_add(&text, "/s in");
    load_rows_put(rows, "net", role_of(generator->in_bytes_per_s), words);
    text_reset(&text);
    metric_add_value(&text, METRIC_MEMORY, generator->memory_bytes);
    load_rows_put(rows, "memory", role_of(generator->memory_bytes), words);
}

static void put_health(struct load_rows *rows, const struct load_generator *generator) {
    enum { LONG_FROM = 32 };
    bool wide = rows->rect.width >= LONG_FROM;
    char words[WORDS_SIZE];
    struct text text = TEXT_IN(words);
    switch ((enum load_limit)generator->health) {
    case LOAD_HEALTHY:
        load_rows_put(
            rows, "verdict", ROLE_OK, wide ? "✔ generator healthy" : "✔ healthy");
        return;
    case LOAD_LIMITED:
        text_addf(&text, "!%s", generator->limit[0] ? generator->limit : "it is");
        load_rows_put(rows, "limited by", ROLE_BAD, words);
        return;
    case LOAD_HEALTH_UNKNOWN:
    case LOAD_HEALTH_COUNT: break;
    }
    load_rows_put(rows, "verdict", ROLE_OFF, wide ? "not known yet" : "n/a");
}

void load_panels_draw_generator(
    struct canvas *canvas, struct rect rect, const struct scene *scene) {
    enum { WIDE = 36, ALL_ROWS = 7 };
    const struct load_generator *generator = &scene->state->load.generator;
    struct panel_frame frame = scene_frame(scene, PANEL_LOAD_GENERATOR);
    frame.title = rect.width >= WIDE ? "generator is the tool the limit?" : "generator";
    struct rect inner = panel_draw(canvas, rect, &frame);
    struct load_rows rows = load_rows_in(canvas, inner);
    bool short_of_rows = inner.height < ALL_ROWS; /* the verdict stays */
    if (short_of_rows) put_health(&rows, generator);
    if (!short_of_rows) put_cpu(&rows, generator);
    put_late(&rows, generator);
    if (short_of_rows) put_cpu(&rows, generator);
    put_sockets(&rows, generator);
    put_sizes(&rows, generator);
    if (!short_of_rows) put_health(&rows, generator);
}
