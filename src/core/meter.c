/* SPDX-License-Identifier: MIT */
#include "core/meter.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/safe_text.h"
#include "core/growth.h"
#include "core/identity.h"
#include "core/line_memory.h"

enum { NOTHING = 0xFF };

struct meter {
    struct tally *tally;
    struct line_memory *lines;
    struct growth growth;
    struct identity identity;
    uint8_t ranks[MEANING_COUNT]; /* of the series that count; NOTHING until seen */
    bool fresh;                   /* nothing is known from an answer before */
    bool repeated;                /* the answer is being read for the second time */
    enum identity_news news;      /* from the first time */

    /* The answer being read. */
    uint32_t scrape;
    bool fell;                 /* a counter did */
    double raw[MEANING_COUNT]; /* as written, added up; NaN for none */
    struct buckets raw_buckets[GROWTH_HISTOGRAMS];
    struct reading reading;
};

static const double reading_quantiles[READING_QUANTILES] = {0.5, 0.95, 0.99};
static const double quantile_tolerance = 1e-9;

struct meter *meter_new(uint64_t interval_ns) {
    struct meter *meter = memory_new(sizeof *meter);
    meter->tally = tally_new();
    meter->lines = line_memory_new();
    growth_init(&meter->growth, interval_ns);
    memset(meter->ranks, NOTHING, sizeof meter->ranks);
    meter->fresh = true;
    return meter;
}

void meter_free(struct meter *meter) {
    if (!meter) return;
    tally_free(meter->tally);
    line_memory_free(meter->lines);
    free(meter);
}

static void fill_nan(double *values, size_t count) {
    for (size_t i = 0; i < count; i++) values[i] = NAN;
}

void meter_begin(struct meter *meter) {
    meter->scrape = tally_begin(meter->tally);
    meter->fell = false;
    fill_nan(meter->raw, MEANING_COUNT);
    memset(meter->raw_buckets, 0, sizeof meter->raw_buckets);
    meter->reading = (struct reading){0};
    fill_nan(meter->reading.values, MEANING_COUNT);
    for (size_t row = 0; row < GROWTH_HISTOGRAMS; row++) {
        fill_nan(meter->reading.told[row], READING_QUANTILES);
    }
}

struct tally_series *meter_series(struct meter *meter, struct slice key, bool *is_new) {
    uint64_t hash = tally_hash(key);
    struct tally_series *series = tally_find(meter->tally, hash);
    *is_new = !series;
    if (series) return series;
    series = tally_add(meter->tally, hash);
    if (!series) {
        meter->reading.truncated = true;
        return NULL;
    }
    memset(series->cells, NOTHING, sizeof series->cells);
    series->kind = METER_IGNORED;
    return series;
}

uint32_t meter_place(const struct meter *meter, const struct tally_series *series) {
    return tally_place(meter->tally, series);
}

struct tally_series *meter_series_at(struct meter *meter, uint32_t place) {
    return tally_at(meter->tally, place);
}

struct line_memory *meter_lines(struct meter *meter) {
    return meter->lines;
}

void meter_assign(
    struct meter *meter, struct tally_series *series, enum meter_kind kind,
    enum meaning meaning, uint8_t rank) {
    if (rank < meter->ranks[meaning]) {
        meter->ranks[meaning] = rank;
        meter->raw[meaning] = NAN; /* of a worse rank */
    }
    if (!series) return;
    series->kind = (uint8_t)kind;
    series->rank = rank;
    size_t cell = series->cells[0] == NOTHING ? 0 : 1;
    series->cells[cell] = (uint8_t)meaning;
}

void meter_assign_bucket(
    struct meter *meter, struct tally_series *series, enum meaning histogram,
    uint8_t rank, double bound) {
    uint8_t place;
    if (isnan(bound) || !growth_bound(&meter->growth, histogram, bound, &place)) {
        meter->reading.odd = true;
        return;
    }
    meter_assign(meter, series, METER_BUCKET, histogram, rank);
    series->cells[1] = place;
}

static void add_raw(struct meter *meter, enum meaning meaning, double value) {
    double *raw = &meter->raw[meaning];
    if (isnan(*raw)) {
        *raw = value;
    } else if (meaning_kind(meaning) == MEANING_WORST) {
        *raw = fmax(*raw, value);
    } else {
        *raw += value;
    }
}

/* By how much a counter grew since the answer before. One that fell began again. */
static double grown(struct meter *meter, struct tally_series *series, double value) {
    double last = series->last;
    series->last = value;
    if (series->scrape == 0) return meter->fresh ? 0 : value;
    if (isnan(last)) return 0;
    if (value >= last) return value - last;
    meter->fell = true;
    return value;
}

static void take_bucket(
    struct meter *meter, const struct tally_series *series, double growth,
    double value) {
    enum meaning histogram = (enum meaning)series->cells[0];
    uint32_t row = reading_row(histogram);
    uint8_t place = series->cells[1];
    growth_add_bucket(&meter->growth, histogram, place, growth);
    buckets_put(&meter->raw_buckets[row], meter->growth.bounds[row][place], value);
}

static void take_counter(
    struct meter *meter, struct tally_series *series, double value) {
    if (!(value >= 0 && value < HUGE_VAL)) {
        series->last = NAN;
        return;
    }
    double growth = grown(meter, series, value);
    if (series->rank != meter->ranks[series->cells[0]]) return;
    if (series->kind == METER_BUCKET) {
        take_bucket(meter, series, growth, value);
        return;
    }
    for (size_t i = 0; i < TALLY_CELLS && series->cells[i] != NOTHING; i++) {
        enum meaning meaning = (enum meaning)series->cells[i];
        growth_add(&meter->growth, meaning, growth);
        add_raw(meter, meaning, value);
    }
}

void meter_take(struct meter *meter, struct tally_series *series, double value) {
    if (series->kind == METER_IGNORED) return;
    if (series->scrape == meter->scrape) return; /* written twice */
    if (series->kind == METER_COUNTER || series->kind == METER_BUCKET) {
        take_counter(meter, series, value);
    } else if (isfinite(value) && series->rank == meter->ranks[series->cells[0]]) {
        enum { STATE_OPEN = 2 };
        if (series->kind == METER_STATE) value = value >= STATE_OPEN ? 1 : 0;
        add_raw(meter, (enum meaning)series->cells[0], value);
    }
    series->scrape = meter->scrape;
    meter->reading.known++;
}

void meter_take_quantile(
    struct meter *meter, enum meaning histogram, double quantile, double value) {
    if (!isfinite(value)) return;
    for (size_t i = 0; i < READING_QUANTILES; i++) {
        if (fabs(quantile - reading_quantiles[i]) > quantile_tolerance) continue;
        double *told = &meter->reading.told[reading_row(histogram)][i];
        *told = isnan(*told) ? value : fmax(*told, value);
        meter->reading.known++;
    }
}

void meter_take_version(struct meter *meter, struct slice version) {
    safe_text_copy(meter->reading.version, sizeof meter->reading.version, version);
}

void meter_truncated(struct meter *meter) {
    meter->reading.truncated = true;
}

/* A histogram must rise, end in infinity, and agree with its count. */
static bool is_odd(const struct meter *meter, uint32_t row) {
    struct buckets buckets = meter->raw_buckets[row];
    if (buckets.count == 0) return false;
    double total = buckets_total(&buckets);
    double counted = meter->raw[MEANING_LATENCY + (int)row];
    if (!isinf(buckets.bounds[buckets.count - 1])) return true;
    if (!isnan(counted) && fabs(counted - total) >= 1) return true;
    return !buckets_straighten(&buckets);
}

/* Counts that a text without an end of its histogram leaves out, and a rise. */
static void end_buckets(struct buckets *buckets, double counted) {
    bool open = buckets->count > 0 && !isinf(buckets->bounds[buckets->count - 1]);
    if (open && counted > 0) buckets_put(buckets, HUGE_VAL, counted);
    buckets_straighten(buckets);
}

static void read_histogram(struct meter *meter, uint32_t row) {
    struct reading *reading = &meter->reading;
    enum meaning histogram = (enum meaning)(MEANING_LATENCY + (int)row);
    struct buckets *buckets = &reading->histograms[row];
    *buckets = growth_buckets(&meter->growth, GROWTH_WINDOW, histogram);
    if (is_odd(meter, row)) reading->odd = true;
    if (isnan(meter->raw[histogram]) && buckets->count > 0) {
        reading->values[histogram] = buckets_total(buckets);
    }
    end_buckets(buckets, reading->values[histogram]);
}

/* The number of requests: as counted, else as many as there are latencies. */
static enum meaning requests_of(const struct meter *meter) {
    return isnan(meter->raw[MEANING_REQUESTS]) ? MEANING_LATENCY : MEANING_REQUESTS;
}

static double minute_of(const struct meter *meter, enum meaning meaning) {
    if (meter->ranks[meaning] == NOTHING) return NAN;
    return growth_of(&meter->growth, GROWTH_MINUTE, meaning);
}

static void read_minute(struct meter *meter) {
    struct reading_minute *minute = &meter->reading.minute;
    double timed = minute_of(meter, MEANING_LATENCY);
    double failed = minute_of(meter, MEANING_FAILED);
    minute->span_s = growth_span_s(&meter->growth, GROWTH_MINUTE);
    minute->latencies = growth_buckets(&meter->growth, GROWTH_MINUTE, MEANING_LATENCY);
    bool counts = !isnan(meter->raw[MEANING_LATENCY]);
    if (!counts && minute->latencies.count > 0) {
        timed = buckets_total(&minute->latencies);
    }
    end_buckets(&minute->latencies, timed);
    bool asked = requests_of(meter) == MEANING_REQUESTS;
    minute->requests = asked ? minute_of(meter, MEANING_REQUESTS) : timed;
    minute->failed = isnan(failed) ? minute_of(meter, MEANING_ERRORS) : failed;
}

static double latest_of(const struct meter *meter, enum meaning meaning) {
    if (meter->ranks[meaning] == NOTHING) return NAN;
    return growth_latest_of(&meter->growth, meaning);
}

/* While this answer is the newest one, and not yet the one before. */
static void read_latest(struct meter *meter) {
    struct reading *reading = &meter->reading;
    double failed = latest_of(meter, MEANING_FAILED);
    reading->latest = growth_latest(&meter->growth);
    reading->latest_requests = latest_of(meter, requests_of(meter));
    double undecided = latest_of(meter, MEANING_UNDECIDED);
    bool has_all = requests_of(meter) == MEANING_REQUESTS;
    if (has_all && undecided > 0) reading->latest_requests -= undecided;
    reading->latest_failed = isnan(failed) ? latest_of(meter, MEANING_ERRORS) : failed;
    reading->counted = meter->raw_buckets[reading_row(MEANING_LATENCY)];
}

static void read_values(struct meter *meter) {
    struct reading *reading = &meter->reading;
    reading->window_s = growth_span_s(&meter->growth, GROWTH_WINDOW);
    for (int i = 0; i < MEANING_COUNT; i++) {
        enum meaning_kind kind = meaning_kind((enum meaning)i);
        bool grows = kind == MEANING_COUNTER || kind == MEANING_HISTOGRAM;
        if (meter->ranks[i] == NOTHING) continue;
        reading->values[i] =
            grows ? growth_of(&meter->growth, GROWTH_WINDOW, (enum meaning)i)
                  : meter->raw[i];
    }
    for (uint32_t row = 0; row < GROWTH_HISTOGRAMS; row++) read_histogram(meter, row);
    read_minute(meter);
    if (meter->ranks[MEANING_BREAKER] != NOTHING &&
        isnan(meter->raw[MEANING_BREAKER])) {
        reading->values[MEANING_BREAKER] = 0;
    }

    enum meaning requests = requests_of(meter);
    reading->values[MEANING_REQUESTS] = reading->values[requests];
    double lately = growth_recent_of(&meter->growth, requests);
    bool known = meter->ranks[requests] != NOTHING;
    reading->requests_per_s =
        known ? lately / growth_recent_s(&meter->growth) : (double)NAN;
}

static enum identity_news identify(struct meter *meter) {
    double start_s = meter->raw[MEANING_START_TIME];
    double total = meter->raw[requests_of(meter)];
    if (isnan(total)) total = meter->raw[MEANING_CPU_SECONDS];
    struct identity_sight sight = {
        .start_s = start_s, .total = total, .version = meter->reading.version};
    return identity_see(&meter->identity, &sight);
}

/* Everything known about series belongs to a process that is gone. */
static void forget(struct meter *meter) {
    tally_reset(meter->tally);
    line_memory_forget(meter->lines);
    memset(meter->ranks, NOTHING, sizeof meter->ranks);
    meter->fresh = true;
}

struct reading *meter_end(struct meter *meter, uint64_t at_ns, bool *again) {
    enum identity_news news = meter->repeated ? meter->news : identify(meter);
    *again = news == IDENTITY_RESTARTED && !meter->repeated;
    meter->repeated = *again;
    meter->news = news;
    if (*again) {
        forget(meter);
        return &meter->reading;
    }

    struct reading *reading = &meter->reading;
    bool same_process = !isnan(meter->raw[MEANING_START_TIME]) && news == IDENTITY_SAME;
    if ((news != IDENTITY_SAME) || (meter->fell && !same_process) ||
        reading->truncated) {
        growth_break(&meter->growth);
    }
    read_latest(meter);
    growth_close(&meter->growth, at_ns);
    reading->at_ns = at_ns;
    reading->mixed = meter->identity.mixed;
    reading->restarted = news == IDENTITY_RESTARTED && !reading->mixed;
    reading->fell = meter->fell && news == IDENTITY_SAME;
    meter->fresh = false;
    read_values(meter);
    return reading;
}
