/* SPDX-License-Identifier: MIT */
#include "core/series.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "base/panic.h"

/* The upper half of a float, rounded to nearest:
 * enough for a graph, half the memory. */
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

/* Writes `value` into its slot and a gap into every slot that was skipped. False when
 * the slot is older than the newest one. */
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

/* The first slot that begins at or after `at_ns`. */
static uint64_t slot_from(const struct ring_view *view, uint64_t at_ns) {
    return (at_ns + view->step_ns - 1) / view->step_ns;
}

/* Where one column ended and the next begins. Graphs read thousands of slots: a
 * division for each column is the most they cost. */
struct ring_cursor {
    uint64_t slot;
    uint64_t known_slot; /* stands at `at` among the values, as does the first of all */
    size_t at;
};

/* The mean of the slots from the cursor up to `end`, which it moves to. */
static float ring_mean(
    const struct ring_view *view, struct ring_cursor *cursor, uint64_t end) {
    uint64_t slot = cursor->slot;
    cursor->slot = end;
    double sum = 0;
    uint32_t count = 0;
    if (slot + 1 < view->ring->first) slot = view->ring->first - 1;
    if (end > view->ring->last) end = view->ring->last;
    if (slot >= end) return NAN;
    size_t at = slot == cursor->known_slot ? cursor->at : slot % view->count;
    for (; slot < end; slot++) {
        float value = unpack(view->values[at]);
        at = at + 1 < view->count ? at + 1 : 0;
        if (isnan(value)) continue;
        sum += (double)value;
        count++;
    }
    cursor->known_slot = end;
    cursor->at = at;
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

struct window {
    uint64_t from_ns;
    double width_ns; /* of a column */
    size_t count;
};

static uint64_t column_ns(const struct window *window, size_t column) {
    return window->from_ns + (uint64_t)(window->width_ns * (double)column);
}

/* Columns [*at, count) as far as they begin in the ring of the first of them. */
static void read_columns(
    const struct series *series, const struct window *window, size_t *at,
    float *columns) {
    uint64_t start = column_ns(window, *at);
    struct ring_view view = ring_for(series, start);
    struct ring_cursor cursor = {.slot = slot_from(&view, start)};
    for (size_t i = *at; i < window->count; i++) {
        uint64_t end = column_ns(window, i + 1);
        if (ring_for(series, start).ring != view.ring) return;
        if (end - start >= view.step_ns) {
            columns[i] = ring_mean(&view, &cursor, slot_from(&view, end));
        } else {
            columns[i] = series_at(series, start);
            cursor.slot = slot_from(&view, end);
        }
        start = end;
        *at = i + 1;
    }
}

void series_columns(
    const struct series *series, uint64_t from_ns, uint64_t until_ns, float *columns,
    size_t count) {
    const struct window window = {
        .from_ns = from_ns,
        .width_ns = (double)(until_ns - from_ns) / (double)count,
        .count = count,
    };
    bool empty = series->fine.first == 0;
    for (size_t i = 0; empty && i < count; i++) columns[i] = NAN;
    for (size_t at = 0; !empty && at < count;) {
        read_columns(series, &window, &at, columns);
    }
}
