/* SPDX-License-Identifier: MIT */
#include "core/gate_window.h"

#include <stdlib.h>

#include "base/memory.h"
#include "base/panic.h"

/* What came in during one step of the window. */
struct gate_slice {
    uint32_t counts[HISTOGRAM_COUNTS];
    uint64_t sum_us;
    uint64_t requests, failures;
    double seconds;
};

struct gate_window {
    uint32_t slice_s, slice_count; /* together the window, or a little more */
    uint32_t seen_s;               /* no more than a window */
    uint32_t in_slice_s;           /* of the newest slice */
    uint32_t newest;
    struct histogram sum; /* of all slices */
    uint64_t requests, failures;
    double seconds;
    struct gate_slice slices[GATE_WINDOW_SLICES];
};

struct gate_window *gate_window_new(uint32_t window_s) {
    ensure(window_s >= 1 && window_s <= GATE_WINDOW_MOST_S);
    struct gate_window *window = memory_new(sizeof *window);
    window->slice_s = (window_s + GATE_WINDOW_SLICES - 1) / GATE_WINDOW_SLICES;
    window->slice_count = (window_s + window->slice_s - 1) / window->slice_s;
    return window;
}

void gate_window_free(struct gate_window *window) {
    free(window);
}

static void forget(struct gate_window *window, struct gate_slice *slice) {
    for (size_t i = 0; i < HISTOGRAM_COUNTS; i++) {
        window->sum.counts[i] -= slice->counts[i];
        window->sum.count -= slice->counts[i];
    }
    window->sum.sum_us -= slice->sum_us;
    window->requests -= slice->requests;
    window->failures -= slice->failures;
    window->seconds -= slice->seconds;
    *slice = (struct gate_slice){0};
}

static void add_latencies(
    struct gate_window *window, struct gate_slice *slice,
    const struct histogram *latency) {
    for (size_t i = 0; i < HISTOGRAM_COUNTS; i++) {
        uint64_t room = UINT32_MAX - slice->counts[i];
        uint64_t added = latency->counts[i] < room ? latency->counts[i] : room;
        slice->counts[i] += (uint32_t)added;
        window->sum.counts[i] += added;
        window->sum.count += added;
    }
    slice->sum_us += latency->sum_us;
    window->sum.sum_us += latency->sum_us;
}

/* The extremes of what has left the window are not to stay in it. */
static void find_extremes(struct histogram *sum) {
    sum->min_us = 0;
    sum->max_us = 0;
    if (sum->count == 0) return;
    size_t low = 0;
    size_t high = HISTOGRAM_COUNTS - 1;
    while (sum->counts[low] == 0) low++;
    while (sum->counts[high] == 0) high--;
    sum->min_us = histogram_step_low(low);
    sum->max_us = histogram_step_high(high);
}

void gate_window_add(struct gate_window *window, const struct gate_figures *second) {
    if (window->in_slice_s == window->slice_s) {
        window->newest = (window->newest + 1) % window->slice_count;
        window->in_slice_s = 0;
        forget(window, &window->slices[window->newest]);
    }
    struct gate_slice *slice = &window->slices[window->newest];
    add_latencies(window, slice, second->latency);
    slice->requests += second->requests;
    slice->failures += second->failures;
    slice->seconds += second->seconds;
    window->requests += second->requests;
    window->failures += second->failures;
    window->seconds += second->seconds;
    window->in_slice_s++;
    if (window->seen_s < window->slice_s * window->slice_count) window->seen_s++;
    find_extremes(&window->sum);
}

bool gate_window_is_full(const struct gate_window *window) {
    return window->seen_s == window->slice_s * window->slice_count;
}

struct gate_figures gate_window_figures(const struct gate_window *window) {
    return (struct gate_figures){
        .latency = &window->sum,
        .requests = window->requests,
        .failures = window->failures,
        .seconds = window->seconds,
    };
}
