/* SPDX-License-Identifier: MIT */
#include "core/histogram.h"

#include <math.h>
#include <string.h>

#include "base/bytes.h"
#include "base/panic.h"

static const uint64_t largest_us = (UINT64_C(1) << HISTOGRAM_VALUE_BITS) - 1;

void histogram_init(struct histogram *histogram) {
    memset(histogram, 0, sizeof *histogram);
}

size_t histogram_step(uint64_t value_us) {
    if (value_us > largest_us) value_us = largest_us;
    if (value_us >> HISTOGRAM_STEP_BITS == 0) return (size_t)value_us;
    unsigned top_bit = 63U - (unsigned)__builtin_clzll(value_us);
    unsigned shift = top_bit - HISTOGRAM_STEP_BITS;
    return ((size_t)shift << HISTOGRAM_STEP_BITS) + (size_t)(value_us >> shift);
}

uint64_t histogram_step_low(size_t step) {
    if (step >> (HISTOGRAM_STEP_BITS + 1) == 0) return step;
    size_t shift = (step >> HISTOGRAM_STEP_BITS) - 1;
    size_t mantissa = step - (shift << HISTOGRAM_STEP_BITS);
    return (uint64_t)mantissa << shift;
}

uint64_t histogram_step_high(size_t step) {
    return step + 1 < HISTOGRAM_COUNTS ? histogram_step_low(step + 1) - 1 : largest_us;
}

static void widen(struct histogram *histogram, uint64_t min_us, uint64_t max_us) {
    bool empty = histogram->count == 0;
    if (empty || min_us < histogram->min_us) histogram->min_us = min_us;
    if (empty || max_us > histogram->max_us) histogram->max_us = max_us;
}

void histogram_record(struct histogram *histogram, uint64_t value_us, uint64_t times) {
    if (times == 0) return;
    widen(histogram, value_us, value_us);
    histogram->count += times;
    histogram->sum_us += value_us * times;
    histogram->counts[histogram_step(value_us)] += times;
}

void histogram_merge(struct histogram *into, const struct histogram *from) {
    if (from->count == 0) return;
    widen(into, from->min_us, from->max_us);
    into->count += from->count;
    into->sum_us += from->sum_us;
    for (size_t i = 0; i < HISTOGRAM_COUNTS; i++) into->counts[i] += from->counts[i];
}

double histogram_quantile(const struct histogram *histogram, double quantile) {
    if (histogram->count == 0) return (double)NAN;
    double wanted = ceil(quantile * (double)histogram->count);
    uint64_t rank = wanted < 1 ? 1 : (uint64_t)wanted;
    if (rank >= histogram->count) return (double)histogram->max_us;

    uint64_t seen = 0;
    for (size_t i = 0; i < HISTOGRAM_COUNTS; i++) {
        seen += histogram->counts[i];
        if (seen < rank) continue;
        double low = (double)histogram_step_low(i);
        double middle = (low + (double)histogram_step_high(i)) / 2;
        return fmin(fmax(middle, (double)histogram->min_us), (double)histogram->max_us);
    }
    panic(
        "histogram: %llu counted, %llu in the steps",
        (unsigned long long)histogram->count, (unsigned long long)seen);
}

double histogram_mean(const struct histogram *histogram) {
    if (histogram->count == 0) return (double)NAN;
    return (double)histogram->sum_us / (double)histogram->count;
}

uint64_t histogram_count_below(const struct histogram *histogram, uint64_t value_us) {
    size_t last = histogram_step(value_us);
    uint64_t seen = 0;
    for (size_t i = 0; i <= last; i++) seen += histogram->counts[i];
    return seen;
}

size_t histogram_encode(const struct histogram *histogram, uint8_t *out, size_t size) {
    struct byte_writer writer = byte_writer_in(out, size);
    bytes_put_u8(&writer, HISTOGRAM_LAYOUT);
    bytes_put_varint(&writer, histogram->count);
    bytes_put_varint(&writer, histogram->sum_us);
    bytes_put_varint(&writer, histogram->min_us);
    bytes_put_varint(&writer, histogram->max_us);
    size_t next = 0;
    for (size_t i = 0; i < HISTOGRAM_COUNTS; i++) {
        if (histogram->counts[i] == 0) continue;
        bytes_put_varint(&writer, i - next); /* empty steps before it */
        bytes_put_varint(&writer, histogram->counts[i]);
        next = i + 1;
    }
    return writer.overflow ? 0 : writer.length;
}

/* The steps must lie in order and add up to the count. */
static bool decode_steps(struct histogram *histogram, struct byte_reader *reader) {
    uint64_t sum = 0;
    size_t step = 0;
    while (reader->at < reader->size) {
        uint64_t skipped = bytes_get_varint(reader);
        uint64_t times = bytes_get_varint(reader);
        if (reader->failed || skipped >= HISTOGRAM_COUNTS - step) return false;
        if (times == 0 || times > histogram->count - sum) return false;
        step += (size_t)skipped;
        histogram->counts[step++] = times;
        sum += times;
        if (step == HISTOGRAM_COUNTS) break;
    }
    return sum == histogram->count && reader->at == reader->size;
}

bool histogram_decode(
    struct histogram *histogram, const uint8_t *bytes, size_t length,
    struct error *err) {
    struct byte_reader reader = byte_reader_of(bytes, length);
    unsigned layout = bytes_get_u8(&reader);
    if (layout != HISTOGRAM_LAYOUT) {
        return error_set(err, ERROR_PROTOCOL, "histogram of layout %u", layout);
    }
    struct histogram read;
    histogram_init(&read);
    read.count = bytes_get_varint(&reader);
    read.sum_us = bytes_get_varint(&reader);
    read.min_us = bytes_get_varint(&reader);
    read.max_us = bytes_get_varint(&reader);
    bool ordered = read.min_us <= read.max_us;
    if (reader.failed || !ordered || !decode_steps(&read, &reader)) {
        return error_set(
            err, ERROR_PROTOCOL, "malformed histogram of %zu bytes", length);
    }
    *histogram = read;
    return true;
}
