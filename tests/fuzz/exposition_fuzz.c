/* SPDX-License-Identifier: MIT */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/panic.h"
#include "base/units.h"
#include "core/exposition.h"
#include "core/heat_column.h"
#include "core/line_memory.h"
#include "core/scrape.h"
#include "fuzz/fuzz.h"

static void check_inside(struct slice part, struct slice whole) {
    if (part.length == 0) return;
    ensure(part.data >= whole.data);
    ensure(part.data + part.length <= whole.data + whole.length);
}

/* Labels come to an end, and none is longer without its escapes. */
static void check_labels(struct slice labels) {
    struct exposition_label label;
    while (exposition_label(&labels, &label)) {
        char value[16];
        struct slice plain = exposition_unescape(&label, value, sizeof value);
        ensure(plain.length <= sizeof value && plain.length <= label.value.length);
    }
    ensure(labels.length == 0);
}

/* Whatever is read points into the text. */
static void check_sample(const struct exposition_sample *sample, struct slice text) {
    ensure(sample->name.length > 0);
    check_inside(sample->name, text);
    check_inside(sample->series, text);
    check_inside(sample->exemplar, text);
    check_inside(sample->labels, sample->series);
    check_labels(sample->labels);
}

static void check_samples(struct slice text) {
    struct exposition reader = exposition_of(text);
    struct exposition_sample sample;
    uint32_t count = 0;
    while (exposition_next(&reader, &sample)) {
        count++;
        check_sample(&sample, text);
        exposition_type(&reader, &sample);
    }
    ensure(count == reader.sample_count);
    ensure(reader.bad_lines <= reader.line);
    ensure((reader.bad_lines > 0) == (reader.first_bad > 0));
}

/* Numbers are numbers or missing, never negative where that makes no sense. */
static void check_values(const float values[METRIC_COUNT]) {
    static const enum metric ratios[] = {
        METRIC_ERROR_RATIO, METRIC_THROTTLED, METRIC_TOOL_ERRORS, METRIC_CACHE_HITS};
    for (size_t i = 0; i < sizeof ratios / sizeof ratios[0]; i++) {
        ensure(isnan(values[ratios[i]]) || values[ratios[i]] >= 0);
    }
    ensure(isnan(values[METRIC_ERROR_RATIO]) || values[METRIC_ERROR_RATIO] <= 1);
    ensure(isnan(values[METRIC_TOKENS]) || values[METRIC_TOKENS] >= 0);
}

/* The same lines with other values here and there, as the next answer has them. */
static void change_digits(char *text, size_t size, uint64_t seed) {
    for (size_t i = 0; i < size; i++) {
        seed = seed * UINT64_C(6364136223846793005) + 1;
        bool digit = text[i] >= '0' && text[i] <= '9';
        if (digit && seed >> 61 == 0) text[i] = (char)('0' + (text[i] - '0' + 1) % 10);
    }
}

/* What was remembered of the lines before must not change what is read. */
static void check_memory(
    struct meter *meters[2], const struct aliases *aliases, struct slice text,
    uint64_t at_ns) {
    const struct reading *reading = scrape_text(meters[0], aliases, text, at_ns);
    line_memory_forget(meter_lines(meters[1]));
    const struct reading *plain = scrape_text(meters[1], aliases, text, at_ns);
    /* Every reading is zeroed before it is filled, and missing is one kind of NaN. */
    /* NOLINTNEXTLINE(bugprone-suspicious-memory-comparison) */
    ensure(memcmp(reading, plain, sizeof *reading) == 0);

    float values[METRIC_COUNT];
    uint16_t rows[HEAT_BUCKETS];
    readings_sum(&reading, 1, values);
    check_values(values);
    heat_column(&reading->latest, rows);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    /* A copy of just that size, so that a read past its end is seen. */
    char *copy = memory_copy_bytes(data, size);
    copy = memory_resize(copy, size);
    struct slice text = {.data = copy, .length = size};
    check_samples(text);

    struct aliases aliases;
    aliases_init(&aliases);
    struct meter *meters[2] = {meter_new(NS_PER_S), meter_new(NS_PER_S)};
    /* The first half and the whole: counters grow, appear and begin again. */
    const struct slice answers[] = {
        {copy, size / 2}, text, {copy, size / 2}, text, text, text, text};
    for (uint64_t i = 0; i < sizeof answers / sizeof answers[0]; i++) {
        check_memory(meters, &aliases, answers[i], (i + 1) * NS_PER_S);
        if (i >= 3) change_digits(copy, size, i);
    }
    meter_free(meters[0]);
    meter_free(meters[1]);
    free(copy);
    return 0;
}
