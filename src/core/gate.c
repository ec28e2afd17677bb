/* SPDX-License-Identifier: MIT */
#include "core/gate.h"

#include <math.h>
#include <string.h>

#include "base/safe_text.h"
#include "base/units.h"
#include "core/decimal.h"
#include "core/suggest.h"

enum {
    SHOWN_SIZE = 48,
    RATIO_SAMPLES_LEAST = 10, /* a ratio of fewer requests than these is chance */
};

#define MS_PER_NS 1e-6
#define MS_PER_US 1e-3

static const char *const names[] = {
#define X(id, name, limit) [id] = (name),
    GATE_METRICS(X)
#undef X
};

static const char *const limits[] = {
#define X(id, name, limit) [id] = (limit),
    GATE_METRICS(X)
#undef X
};

enum { METRIC_COUNT = sizeof names / sizeof *names };

/* The words of a gate while they are read. */
struct reader {
    struct scan scan;
    struct slice whole;
};

static bool wrong(
    const struct reader *reader, struct slice at, const char *expected,
    struct error *err) {
    char shown[SHOWN_SIZE];
    char whole[GATE_WORDS_SIZE];
    safe_text_copy(shown, sizeof shown, at);
    safe_text_copy(whole, sizeof whole, reader->whole);
    if (at.length == 0) {
        return error_set(
            err, ERROR_SYNTAX, "gate \"%s\": expected %s at its end", whole, expected);
    }
    return error_set(
        err, ERROR_SYNTAX, "gate \"%s\": expected %s, got \"%s\"", whole, expected,
        shown);
}

static bool number_of(struct slice digits, double *value) {
    struct scan scan = scan_of(digits);
    double read = 0;
    if (!decimal_take(&scan, &read) || !scan_done(&scan)) return false;
    *value = read;
    return true;
}

/* p95, p99.9: a percentile, as a share. */
static bool read_quantile(struct slice name, double *quantile) {
    double percent = 0;
    if (name.length < 2 || name.data[0] != 'p') return false;
    struct slice number = {.data = name.data + 1, .length = name.length - 1};
    if (!number_of(number, &percent) || percent <= 0 || percent >= 100) return false;
    *quantile = percent / 100;
    return true;
}

static bool unknown_metric(
    const struct reader *reader, struct slice name, struct error *err) {
    struct suggest suggest = suggest_for(name);
    for (unsigned i = 0; i < METRIC_COUNT; i++) suggest_offer(&suggest, names[i]);
    suggest_offer(&suggest, "p99");
    if (!suggest.nearest || name.length == 0) {
        return wrong(
            reader, name, "p50 to p99.999, max, mean, error_ratio or rps", err);
    }
    char shown[SHOWN_SIZE];
    char whole[GATE_WORDS_SIZE];
    safe_text_copy(shown, sizeof shown, name);
    safe_text_copy(whole, sizeof whole, reader->whole);
    return error_set(
        err, ERROR_SYNTAX, "gate \"%s\": unknown \"%s\" (did you mean \"%s\"?)", whole,
        shown, suggest.nearest);
}

static bool is_of_name(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           c == '_' || c == '.';
}

static bool read_metric(struct reader *reader, struct gate *gate, struct error *err) {
    struct slice name = {.data = reader->scan.at};
    while (!scan_done(&reader->scan) && is_of_name(scan_peek(&reader->scan))) {
        reader->scan.at++;
        name.length++;
    }
    for (unsigned i = 0; i < METRIC_COUNT; i++) {
        if (i == GATE_PERCENTILE || !slice_equals(name, names[i])) continue;
        gate->metric = (enum gate_metric)i;
        return true;
    }
    gate->metric = GATE_PERCENTILE;
    return read_quantile(name, &gate->quantile) || unknown_metric(reader, name, err);
}

static bool read_task(struct reader *reader, struct gate *gate, struct error *err) {
    scan_blanks(&reader->scan);
    if (!scan_char(&reader->scan, '(')) return true;
    struct slice rest = scan_rest(&reader->scan);
    const char *end = memchr(rest.data, ')', rest.length);
    if (!end) return wrong(reader, rest, "a task and \")\"", err);
    struct slice task = slice_trim(scan_until(&reader->scan, ')'));
    if (task.length == 0 || task.length >= sizeof gate->task) {
        return wrong(reader, task, "the name of a task", err);
    }
    memcpy(gate->task, task.data, task.length);
    return true;
}

static bool read_comparison(
    struct reader *reader, struct gate *gate, struct error *err) {
    scan_blanks(&reader->scan);
    if (scan_literal(&reader->scan, "<=")) {
        gate->comparison = GATE_AT_MOST;
    } else if (scan_literal(&reader->scan, ">=")) {
        gate->comparison = GATE_AT_LEAST;
    } else if (scan_char(&reader->scan, '<')) {
        gate->comparison = GATE_BELOW;
    } else if (scan_char(&reader->scan, '>')) {
        gate->comparison = GATE_ABOVE;
    } else {
        return wrong(reader, scan_rest(&reader->scan), "<, <=, > or >=", err);
    }
    return true;
}

static bool read_value(struct slice word, struct gate *gate) {
    uint64_t duration_ns = 0;
    switch (gate->metric) {
    case GATE_ERROR_RATIO: return units_parse_ratio(word, &gate->limit);
    case GATE_RPS: return number_of(word, &gate->limit) && gate->limit >= 0;
    case GATE_PERCENTILE:
    case GATE_MAX:
    case GATE_MEAN: break;
    }
    if (!units_parse_duration(word, &duration_ns)) return false;
    gate->limit = (double)duration_ns * MS_PER_NS;
    return true;
}

static bool read_limit(struct reader *reader, struct gate *gate, struct error *err) {
    struct slice word = {0};
    scan_blanks(&reader->scan);
    scan_word(&reader->scan, &word);
    return read_value(word, gate) || wrong(reader, word, limits[gate->metric], err);
}

static bool read_window(struct reader *reader, struct gate *gate, struct error *err) {
    struct slice word = {0};
    uint64_t window_ns = 0;
    scan_blanks(&reader->scan);
    if (scan_done(&reader->scan)) return true;
    scan_word(&reader->scan, &word);
    if (!slice_equals(word, "over")) {
        return wrong(reader, word, "\"over\" and a duration, or nothing", err);
    }
    word = (struct slice){0};
    scan_blanks(&reader->scan);
    scan_word(&reader->scan, &word);
    bool valid = units_parse_duration(word, &window_ns) && window_ns >= NS_PER_S &&
                 window_ns <= GATE_WINDOW_MOST_S * NS_PER_S &&
                 window_ns % NS_PER_S == 0;
    if (!valid) return wrong(reader, word, "whole seconds, from 1s to 10m", err);
    gate->window_s = (uint32_t)(window_ns / NS_PER_S);
    scan_blanks(&reader->scan);
    struct slice rest = scan_rest(&reader->scan);
    return rest.length == 0 || wrong(reader, rest, "nothing more", err);
}

bool gate_parse(struct slice words, struct gate *gate, struct error *err) {
    struct gate read = {0};
    struct reader reader = {.whole = slice_trim(words)};
    reader.scan = scan_of(reader.whole);
    if (reader.whole.length >= GATE_WORDS_SIZE) {
        return error_set(
            err, ERROR_LIMIT, "a gate is longer than %d bytes", GATE_WORDS_SIZE - 1);
    }
    if (!read_metric(&reader, &read, err) || !read_task(&reader, &read, err) ||
        !read_comparison(&reader, &read, err) || !read_limit(&reader, &read, err) ||
        !read_window(&reader, &read, err)) {
        return false;
    }
    safe_text_copy(read.words, sizeof read.words, reader.whole);
    *gate = read;
    return true;
}

uint64_t gate_samples_needed(const struct gate *gate) {
    switch (gate->metric) {
    case GATE_PERCENTILE: return (uint64_t)ceil(1 / (1 - gate->quantile) - 1e-6);
    case GATE_ERROR_RATIO: return RATIO_SAMPLES_LEAST;
    case GATE_MAX:
    case GATE_MEAN:
    case GATE_RPS: break;
    }
    return 1;
}

static double measure(const struct gate *gate, const struct gate_figures *figures) {
    if (figures->requests == 0) return (double)NAN;
    switch (gate->metric) {
    case GATE_PERCENTILE:
        return histogram_quantile(figures->latency, gate->quantile) * MS_PER_US;
    case GATE_MAX:
        if (figures->latency->count == 0) return (double)NAN;
        return (double)figures->latency->max_us * MS_PER_US;
    case GATE_MEAN: return histogram_mean(figures->latency) * MS_PER_US;
    case GATE_ERROR_RATIO: return (double)figures->failures / (double)figures->requests;
    case GATE_RPS: break;
    }
    return figures->seconds > 0 ? (double)figures->requests / figures->seconds
                                : (double)NAN;
}

bool gate_keeps(const struct gate *gate, double value) {
    switch (gate->comparison) {
    case GATE_BELOW: return value < gate->limit;
    case GATE_AT_MOST: return value <= gate->limit;
    case GATE_ABOVE: return value > gate->limit;
    case GATE_AT_LEAST: break;
    }
    return value >= gate->limit;
}

/* Of a latency those that were measured count: a request that never got an answer may
 * have none. */
static uint64_t samples_of(
    const struct gate *gate, const struct gate_figures *figures) {
    bool counted = gate->metric == GATE_ERROR_RATIO || gate->metric == GATE_RPS;
    return counted ? figures->requests : figures->latency->count;
}

struct gate_finding gate_judge(
    const struct gate *gate, const struct gate_figures *figures) {
    struct gate_finding finding = {
        .verdict = VERDICT_INCONCLUSIVE,
        .value = measure(gate, figures),
        .samples = samples_of(gate, figures),
    };
    if (finding.samples < gate_samples_needed(gate) || !isfinite(finding.value)) {
        return finding;
    }
    finding.verdict = gate_keeps(gate, finding.value) ? VERDICT_PASS : VERDICT_FAIL;
    return finding;
}

void gate_add_value(struct text *text, const struct gate *gate, double value) {
    if (!isfinite(value)) {
        text_add(text, "-");
    } else if (gate->metric == GATE_RPS) {
        units_add_count(text, value);
    } else if (gate->metric == GATE_ERROR_RATIO) {
        units_add_percent(text, value);
        text_add_char(text, '%');
    } else {
        units_add_duration(text, units_whole(value / MS_PER_NS));
    }
}
