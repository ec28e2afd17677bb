/* SPDX-License-Identifier: MIT */
#include "agent/registry.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/panic.h"
#include "base/scan.h"
#include "base/text.h"

enum { LABELS_MAX = 2, NUMBER_SIZE = 40 };

/* Seconds. Close together between 0.1 and 5, where a model answers, so that a
 * percentile read from them is not far off. */
static const double bounds[] = {0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2,
                                0.25,  0.3,  0.4,   0.5,  0.6,   0.7, 0.8,  0.9,
                                1,     1.25, 1.5,   1.75, 2,     2.5, 3,    4,
                                5,     7.5,  10,    15,   20,    30,  60,   120};

enum { BOUND_COUNT = sizeof bounds / sizeof bounds[0] };

static const struct {
    const char *name;
    enum family_kind kind;
    const char *labels; /* names with commas between them */
    const char *help;
} families[] = {
#define X(id, name, kind, labels, help) [id] = {(name), (kind), (labels), (help)}
    FAMILIES(X)
#undef X
};

struct series {
    char labels[LABELS_MAX][REGISTRY_LABEL_SIZE];
    double value; /* of a histogram: the sum */
    double told;  /* of a counter: what was last written as a line */
    uint64_t counts[BOUND_COUNT + 1]; /* of a histogram; the last has no bound */
};

struct family_state {
    struct series *series[REGISTRY_SERIES_MAX];
    size_t count;
};

struct registry {
    struct family_state families[FAMILY_COUNT];
};

/* What is being written. */
struct page {
    struct buffer *buffer;
    const char *prefix; /* of every name */
};

struct registry *registry_new(void) {
    return memory_new(sizeof(struct registry));
}

void registry_unset(struct registry *registry, enum family family) {
    struct family_state *state = &registry->families[family];
    for (size_t i = 0; i < state->count; i++) free(state->series[i]);
    *state = (struct family_state){0};
}

void registry_free(struct registry *registry) {
    if (!registry) return;
    for (size_t i = 0; i < FAMILY_COUNT; i++) registry_unset(registry, (enum family)i);
    free(registry);
}

static struct series *find(
    const struct family_state *state, const char *a, const char *b) {
    for (size_t i = 0; i < state->count; i++) {
        struct series *series = state->series[i];
        if (strcmp(series->labels[0], a) == 0 && strcmp(series->labels[1], b) == 0) {
            return series;
        }
    }
    return NULL;
}

static struct series *series_of(
    struct registry *registry, enum family family, const char *a, const char *b) {
    struct family_state *state = &registry->families[family];
    char first[REGISTRY_LABEL_SIZE];
    char second[REGISTRY_LABEL_SIZE];
    text_copy_cut(first, sizeof first, a ? a : "");
    text_copy_cut(second, sizeof second, b ? b : "");
    struct series *series = find(state, first, second);
    if (series) return series;

    /* The last place is kept for all that no longer fit. */
    if (state->count >= REGISTRY_SERIES_MAX - 1) {
        text_copy_cut(first, sizeof first, a ? "other" : "");
        text_copy_cut(second, sizeof second, b ? "other" : "");
        series = find(state, first, second);
        if (series) return series;
    }
    ensure(state->count < REGISTRY_SERIES_MAX);
    series = memory_new(sizeof *series);
    memcpy(series->labels[0], first, sizeof first);
    memcpy(series->labels[1], second, sizeof second);
    state->series[state->count++] = series;
    return series;
}

void registry_count(
    struct registry *registry, enum family family, const char *a, const char *b,
    double by) {
    ensure(families[family].kind != FAMILY_HISTOGRAM);
    series_of(registry, family, a, b)->value += by;
}

void registry_set(
    struct registry *registry, enum family family, const char *a, const char *b,
    double value) {
    ensure(families[family].kind != FAMILY_HISTOGRAM);
    series_of(registry, family, a, b)->value = value;
}

void registry_observe(
    struct registry *registry, enum family family, const char *a, const char *b,
    double value) {
    ensure(families[family].kind == FAMILY_HISTOGRAM);
    struct series *series = series_of(registry, family, a, b);
    size_t bucket = 0;
    while (bucket < BOUND_COUNT && value > bounds[bucket]) bucket++;
    series->counts[bucket]++;
    series->value += value;
}

void registry_write_number(struct buffer *buffer, double value) {
    if (isnan(value)) {
        buffer_add_string(buffer, "NaN");
        return;
    }
    if (isinf(value)) {
        buffer_add_string(buffer, value > 0 ? "+Inf" : "-Inf");
        return;
    }
    /* Fifteen digits read as people write them; seventeen lose nothing. */
    char number[NUMBER_SIZE];
    snprintf(number, sizeof number, "%.15g", value);
    if (strtod(number, NULL) != value) snprintf(number, sizeof number, "%.17g", value);
    buffer_add_string(buffer, number);
}

void registry_write_label(struct buffer *buffer, const char *value) {
    for (; *value; value++) {
        if (*value == '\\' || *value == '"') buffer_add_char(buffer, '\\');
        if (*value == '\n') {
            buffer_add_string(buffer, "\\n");
        } else {
            buffer_add_char(buffer, *value);
        }
    }
}

/* `bound` is the value of the label le, or NULL. */
static void write_labels(
    struct buffer *buffer, enum family family, const struct series *series,
    const double *bound) {
    struct scan names = scan_of(slice_of(families[family].labels));
    char separator = '{';
    for (size_t i = 0; i < LABELS_MAX && !scan_done(&names); i++) {
        struct slice name = scan_until(&names, ',');
        buffer_add_char(buffer, separator);
        buffer_add(buffer, name.data, name.length);
        buffer_add_string(buffer, "=\"");
        registry_write_label(buffer, series->labels[i]);
        buffer_add_char(buffer, '"');
        separator = ',';
    }
    if (bound) {
        buffer_add_char(buffer, separator);
        buffer_add_string(buffer, "le=\"");
        registry_write_number(buffer, *bound);
        buffer_add_char(buffer, '"');
        separator = ',';
    }
    if (separator == ',') buffer_add_char(buffer, '}');
}

static void write_sample(
    const struct page *page, enum family family, const struct series *series,
    const char *suffix, double value) {
    struct buffer *buffer = page->buffer;
    buffer_add_string(buffer, page->prefix);
    buffer_add_string(buffer, families[family].name);
    buffer_add_string(buffer, suffix);
    write_labels(buffer, family, series, NULL);
    buffer_add_char(buffer, ' ');
    registry_write_number(buffer, value);
    buffer_add_char(buffer, '\n');
}

static void write_histogram(
    const struct page *page, enum family family, const struct series *series) {
    struct buffer *buffer = page->buffer;
    uint64_t total = 0;
    for (size_t i = 0; i <= BOUND_COUNT; i++) {
        double bound = i < BOUND_COUNT ? bounds[i] : (double)INFINITY;
        total += series->counts[i];
        buffer_add_string(buffer, page->prefix);
        buffer_add_string(buffer, families[family].name);
        buffer_add_string(buffer, "_bucket");
        write_labels(buffer, family, series, &bound);
        buffer_addf(buffer, " %llu\n", (unsigned long long)total);
    }
    write_sample(page, family, series, "_sum", series->value);
    write_sample(page, family, series, "_count", (double)total);
}

static void write_family(
    const struct registry *registry, enum family family, const struct page *page) {
    static const char *const kinds[] = {
        [FAMILY_COUNTER] = "counter",
        [FAMILY_GAUGE] = "gauge",
        [FAMILY_HISTOGRAM] = "histogram",
    };
    const struct family_state *state = &registry->families[family];
    if (state->count == 0) return;
    const char *name = families[family].name;
    buffer_addf(
        page->buffer, "# HELP %s%s %s\n# TYPE %s%s %s\n", page->prefix, name,
        families[family].help, page->prefix, name, kinds[families[family].kind]);
    for (size_t i = 0; i < state->count; i++) {
        if (families[family].kind == FAMILY_HISTOGRAM) {
            write_histogram(page, family, state->series[i]);
        } else {
            write_sample(page, family, state->series[i], "", state->series[i]->value);
        }
    }
}

void registry_write(
    const struct registry *registry, const char *prefix, struct buffer *buffer) {
    struct page page = {.buffer = buffer, .prefix = prefix};
    for (size_t i = 0; i < FAMILY_COUNT; i++) {
        write_family(registry, (enum family)i, &page);
    }
}

void registry_write_counters(
    struct registry *registry, bool all, struct buffer *lines) {
    struct page page = {.buffer = lines, .prefix = ""};
    for (size_t i = 0; i < FAMILY_COUNT; i++) {
        const struct family_state *state = &registry->families[i];
        if (families[i].kind != FAMILY_COUNTER) continue;
        for (size_t j = 0; j < state->count; j++) {
            struct series *series = state->series[j];
            if (series->value == (all ? 0 : series->told)) continue;
            series->told = series->value;
            write_sample(&page, (enum family)i, series, "", series->value);
        }
    }
}

/* The counter of that name, or FAMILY_COUNT. */
static enum family counter_named(struct slice name) {
    size_t i = 0;
    while (i < FAMILY_COUNT && (families[i].kind != FAMILY_COUNTER ||
                                !slice_equals(name, families[i].name))) {
        i++;
    }
    return (enum family)i;
}

/* What registry_write_label() has written, up to the quote behind it. */
static bool take_label(struct scan *scan, char value[REGISTRY_LABEL_SIZE]) {
    size_t length = 0;
    while (!scan_done(scan) && *scan->at != '"') {
        char c = *scan->at++;
        if (c == '\\') {
            if (scan_done(scan)) return false;
            c = *scan->at++;
            if (c == 'n') c = '\n';
        }
        if (c == '\0' || length + 1 >= REGISTRY_LABEL_SIZE) return false;
        value[length++] = c;
    }
    value[length] = '\0';
    return scan_literal(scan, "\"");
}

/* The labels as write_labels() writes them. */
static bool take_labels(
    struct scan *scan, enum family family,
    char values[LABELS_MAX][REGISTRY_LABEL_SIZE]) {
    struct scan names = scan_of(slice_of(families[family].labels));
    size_t count = 0;
    while (!scan_done(&names)) {
        struct slice expected = scan_until(&names, ',');
        if (!scan_literal(scan, count == 0 ? "{" : ",")) return false;
        struct slice name = scan_until(scan, '=');
        bool is_same = name.length == expected.length &&
                       memcmp(name.data, expected.data, name.length) == 0;
        if (!is_same || !scan_literal(scan, "\"")) return false;
        if (!take_label(scan, values[count++])) return false;
    }
    return (count == 0 || scan_literal(scan, "}")) && scan_done(scan);
}

bool registry_set_counter(
    struct registry *registry, struct slice series, double value) {
    char labels[LABELS_MAX][REGISTRY_LABEL_SIZE] = {"", ""};
    const char *brace = memchr(series.data, '{', series.length);
    struct slice name = series;
    if (brace) name.length = (size_t)(brace - series.data);
    enum family family = counter_named(name);
    if (family == FAMILY_COUNT || !isfinite(value) || value < 0) return false;
    struct scan rest = scan_of(series);
    rest.at += name.length;
    if (!take_labels(&rest, family, labels)) return false;
    registry_set(registry, family, labels[0], labels[1], value);
    return true;
}
