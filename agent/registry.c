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

/* Seconds. Close together between 0.1 and 5, where a model answers, so that a percentile
 * read from them is not far off. */
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
    double value;                     /* of a histogram: the sum */
    uint64_t counts[BOUND_COUNT + 1]; /* of a histogram; the last has no bound */
};

struct family_state {
    struct series *series[REGISTRY_SERIES_MAX];
    size_t count;
};

struct registry {
    struct family_state families[FAMILY_COUNT];
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

static void write_escaped(struct buffer *buffer, const char *value) {
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
        write_escaped(buffer, series->labels[i]);
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
    struct buffer *buffer, enum family family, const struct series *series,
    const char *suffix, double value) {
    buffer_add_string(buffer, families[family].name);
    buffer_add_string(buffer, suffix);
    write_labels(buffer, family, series, NULL);
    buffer_add_char(buffer, ' ');
    registry_write_number(buffer, value);
    buffer_add_char(buffer, '\n');
}

static void write_histogram(
    struct buffer *buffer, enum family family, const struct series *series) {
    uint64_t total = 0;
    for (size_t i = 0; i <= BOUND_COUNT; i++) {
        double bound = i < BOUND_COUNT ? bounds[i] : (double)INFINITY;
        total += series->counts[i];
        buffer_add_string(buffer, families[family].name);
        buffer_add_string(buffer, "_bucket");
        write_labels(buffer, family, series, &bound);
        buffer_addf(buffer, " %llu\n", (unsigned long long)total);
    }
    write_sample(buffer, family, series, "_sum", series->value);
    write_sample(buffer, family, series, "_count", (double)total);
}

static void write_family(
    const struct registry *registry, enum family family, struct buffer *buffer) {
    static const char *const kinds[] = {
        [FAMILY_COUNTER] = "counter",
        [FAMILY_GAUGE] = "gauge",
        [FAMILY_HISTOGRAM] = "histogram",
    };
    const struct family_state *state = &registry->families[family];
    if (state->count == 0) return;
    buffer_addf(
        buffer, "# HELP %s %s\n# TYPE %s %s\n", families[family].name,
        families[family].help, families[family].name, kinds[families[family].kind]);
    for (size_t i = 0; i < state->count; i++) {
        if (families[family].kind == FAMILY_HISTOGRAM) {
            write_histogram(buffer, family, state->series[i]);
        } else {
            write_sample(buffer, family, state->series[i], "", state->series[i]->value);
        }
    }
}

void registry_write(const struct registry *registry, struct buffer *buffer) {
    for (size_t i = 0; i < FAMILY_COUNT; i++) {
        write_family(registry, (enum family)i, buffer);
    }
}
