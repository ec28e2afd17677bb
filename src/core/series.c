/* SPDX-License-Identifier: MIT */
#include "core/series.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "base/panic.h"

/* The upper half of a float, rounded to nearest: enough for a graph, half the memory. */
static uint16_t pack(float value) {
    uint32_t bits = 0;
    memcpy(&bits, &value, sizeof bits);
    if (isnan(value)) return (uint16_t)(bits >> 16 | 0x40U);
    return (uint16_t)((bits + 0x7FFFU + (bits >> 16 & 1U)) >> 16);
}

static float unpack(uint16_t packed) {
    uint32_t bits = (uint32_t)packed << 16;
    float value = 0;
    memcpy(&value, &bits, sizeof value);
    return value;
}

/* Writes `value` into its slot and a gap into every slot that was skipped. False when the
 * slot is older than the newest one. */
static bool ring_put(
    struct series_ring *ring, uint16_t *values, size_t count, uint64_t slot,
    float value) {
    uint64_t wanted = slot + 1;
    if (ring->last == 0) ring->first = ring->last = wanted;
    if (wanted < ring->last) return false;

    uint64_t gap = ring->last + 1;
    if (wanted - ring->last > count) gap = wanted - count + 1;
    for (; gap < wanted; gap++) values[(gap - 1) % count] = pack(NAN);
    ring->last = wanted;
    if (ring->last - ring->first >= count) ring->first = ring->last - count + 1;
    values[slot % count] = pack(value);
    return true;
}

static bool ring_has(const struct series_ring *ring, uint64_t slot) {
    return ring->first != 0 && slot + 1 >= ring->first && slot + 1 <= ring->last;
}

static float ring_at(
    const struct series_ring *ring, const uint16_t *values, size_t count,
    uint64_t slot) {
    return ring_has(ring, slot) ? unpack(values[slot % count]) : NAN;
}

void series_init(struct series *series, uint64_t step_ns) {
    ensure(step_ns >= SERIES_STEP_MIN_NS);
    series->step_ns = step_ns;
    series->fine = (struct series_ring){0};
    series->coarse = (struct series_ring){0};
    series->coarse_sum = 0;
    series->coarse_count = 0;
}

/* The coarse slot holds the mean of what has come so far. */
static void put_coarse(struct series *series, uint64_t at_ns, float value) {
    uint64_t slot = at_ns / SERIES_COARSE_STEP_NS;
    if (series->coarse.last != slot + 1) {
        series->coarse_sum = 0;
        series->coarse_count = 0;
    }
    if (!isnan(value)) {
        series->coarse_sum += (double)value;
        series->coarse_count++;
    }
    float mean = NAN;
    if (series->coarse_count > 0) {
        mean = (float)(series->coarse_sum / series->coarse_count);
    }
    ring_put(&series->coarse, series->coarse_values, SERIES_COARSE_COUNT, slot, mean);
}

void series_put(struct series *series, uint64_t at_ns, float value) {
    ensure(series->step_ns > 0);
    uint64_t slot = at_ns / series->step_ns;
    if (!ring_put(&series->fine, series->fine_values, SERIES_FINE_COUNT, slot, value)) {
        return;
    }
    put_coarse(series, at_ns, value);
}

/* One ring and what its slots mean. */
struct ring_view {
    const struct series_ring *ring;
    const uint16_t *values;
    size_t count;
    uint64_t step_ns;
};

/* The mean of the slots that begin in [from_ns, until_ns). */
static float ring_mean(
    const struct ring_view *view, uint64_t from_ns, uint64_t until_ns) {
    uint64_t slot = from_ns / view->step_ns + (from_ns % view->step_ns > 0);
    uint64_t end = until_ns / view->step_ns + (until_ns % view->step_ns > 0);
    double sum = 0;
    uint32_t count = 0;
    if (slot + 1 < view->ring->first) slot = view->ring->first - 1;
    if (end > view->ring->last) end = view->ring->last;
    size_t at = slot % view->count; /* graphs read thousands: one division for all */
    for (; slot < end; slot++) {
        float value = unpack(view->values[at]);
        at = at + 1 < view->count ? at + 1 : 0;
        if (isnan(value)) continue;
        sum += (double)value;
        count++;
    }
    return count > 0 ? (float)(sum / count) : NAN;
}

/* Whether `at_ns` lies before the fine ring, and in time that the coarse one knows. */
static bool is_past_the_hour(const struct series *series, uint64_t at_ns) {
    uint64_t fine_ns = (series->fine.first - 1) * series->step_ns;
    bool reaches_further = series->coarse.first * SERIES_COARSE_STEP_NS <= fine_ns;
    return at_ns < fine_ns && reaches_further;
}

static struct ring_view ring_for(const struct series *series, uint64_t at_ns) {
    if (is_past_the_hour(series, at_ns)) {
        return (struct ring_view){
            &series->coarse, series->coarse_values, SERIES_COARSE_COUNT,
            SERIES_COARSE_STEP_NS};
    }
    return (struct ring_view){
        &series->fine, series->fine_values, SERIES_FINE_COUNT, series->step_ns};
}

float series_at(const struct series *series, uint64_t at_ns) {
    if (series->fine.first == 0) return NAN;
    struct ring_view view = ring_for(series, at_ns);
    uint64_t slot = at_ns / view.step_ns;
    bool to_come = slot > 0 && slot == view.ring->last;
    if (to_come) slot--;
    return ring_at(view.ring, view.values, view.count, slot);
}

void series_columns(
    const struct series *series, uint64_t from_ns, uint64_t until_ns, float *columns,
    size_t count) {
    double width_ns = (double)(until_ns - from_ns) / (double)count;
    for (size_t i = 0; i < count; i++) {
        columns[i] = NAN;
        if (series->fine.first == 0) continue;
        uint64_t start = from_ns + (uint64_t)(width_ns * (double)i);
        uint64_t end = from_ns + (uint64_t)(width_ns * (double)(i + 1));
        struct ring_view view = ring_for(series, start);
        bool wide = end - start >= view.step_ns;
        columns[i] = wide ? ring_mean(&view, start, end) : series_at(series, start);
    }
}
