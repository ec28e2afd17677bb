/* SPDX-License-Identifier: MIT */
#include "base/units.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { NUMBER_SIZE = 40, MS_PER_S = 1000 };

struct unit {
    const char *name;
    double factor;
};

/* The number in front and what follows it. Nothing but digits, a point and digits. */
static bool split_number(struct slice from, double *number, struct slice *rest) {
    size_t length = 0;
    size_t digits = 0;
    size_t points = 0;
    for (; length < from.length; length++) {
        char c = from.data[length];
        if (c >= '0' && c <= '9') {
            digits++;
        } else if (c == '.' && points == 0) {
            points++;
        } else {
            break;
        }
    }
    if (digits == 0 || length >= NUMBER_SIZE) return false;

    char copy[NUMBER_SIZE];
    memcpy(copy, from.data, length);
    copy[length] = '\0';
    *number = strtod(copy, NULL);
    *rest = (struct slice){.data = from.data + length, .length = from.length - length};
    return true;
}

static bool find_unit(
    const struct unit *units, size_t count, struct slice name, double *factor) {
    for (size_t i = 0; i < count; i++) {
        if (slice_equals(name, units[i].name)) {
            *factor = units[i].factor;
            return true;
        }
    }
    return false;
}

bool units_parse_duration(struct slice from, uint64_t *duration_ns) {
    static const struct unit units[] = {
        {"ns", 1},   {"us", 1e3},   {"ms", 1e6},    {"s", 1e9},
        {"m", 60e9}, {"h", 3600e9}, {"d", 86400e9},
    };
    double number = 0;
    double factor = 0;
    struct slice rest;
    if (!split_number(from, &number, &rest)) return false;
    if (!find_unit(units, sizeof units / sizeof *units, rest, &factor)) return false;
    double ns = number * factor;
    if (!(ns <= 1e18)) return false; /* thirty years: a typing mistake */
    *duration_ns = (uint64_t)llround(ns);
    return true;
}

bool units_parse_bytes(struct slice from, uint64_t *bytes) {
    static const struct unit units[] = {
        {"", 1},     {"B", 1},      {"kB", 1e3},      {"KB", 1e3},         {"MB", 1e6},
        {"GB", 1e9}, {"KiB", 1024}, {"MiB", 1048576}, {"GiB", 1073741824},
    };
    double number = 0;
    double factor = 0;
    struct slice rest;
    if (!split_number(from, &number, &rest)) return false;
    if (!find_unit(units, sizeof units / sizeof *units, rest, &factor)) return false;
    double value = number * factor;
    if (!(value <= 1e18)) return false;
    *bytes = (uint64_t)llround(value);
    return true;
}

bool units_parse_ratio(struct slice from, double *ratio) {
    double number = 0;
    struct slice rest;
    if (!split_number(from, &number, &rest)) return false;
    if (slice_equals(rest, "%")) {
        number /= 100;
    } else if (rest.length > 0) {
        return false;
    }
    if (number > 1) return false;
    *ratio = number;
    return true;
}

uint64_t units_whole(double value) {
    static const double too_large = 18446744073709551616.0;
    if (!(value > 0)) return 0;
    return value < too_large ? (uint64_t)value : UINT64_MAX;
}

/* As printf's "%.2f" for what is shown here, at a tenth of its cost: a screen has a few
 * hundred numbers, many times a second. */
static void add_fixed(struct text *text, double value, unsigned decimals) {
    static const uint64_t powers[] = {1, 10, 100};
    char digits[32];
    size_t at = sizeof digits;
    double size = fabs(value) * (double)powers[decimals];
    if (!(size < 1e15)) {
        text_addf(text, "%.*f", (int)decimals, value);
        return;
    }
    uint64_t left = (uint64_t)llrint(size);
    if (value < 0 && left > 0) text_add_char(text, '-');
    for (unsigned i = 0; i <= decimals || left > 0; i++, left /= 10) {
        if (i == decimals && decimals > 0) digits[--at] = '.';
        digits[--at] = (char)('0' + left % 10);
    }
    text_add_slice(text, (struct slice){digits + at, sizeof digits - at});
}

void units_add_duration(struct text *text, uint64_t duration_ns) {
    double ms = (double)duration_ns / (double)NS_PER_MS;
    uint64_t seconds = duration_ns / NS_PER_S;
    bool whole_ms = duration_ns % NS_PER_MS == 0;
    if (ms < 9.95 && !whole_ms) {
        add_fixed(text, ms, 1);
        text_add(text, "ms");
    } else if (ms < 999.5) {
        add_fixed(text, ms, 0);
        text_add(text, "ms");
    } else if (ms < 9995) {
        add_fixed(text, ms / MS_PER_S, 2);
        text_add(text, "s");
    } else if (ms < 59950) {
        add_fixed(text, ms / MS_PER_S, 1);
        text_add(text, "s");
    } else if (seconds < 3600) {
        text_addf(text, "%um%02us", (unsigned)(seconds / 60), (unsigned)(seconds % 60));
    } else if (seconds < 36000) {
        text_addf(
            text, "%uh%02um", (unsigned)(seconds / 3600),
            (unsigned)(seconds / 60 % 60));
    } else if (seconds < UINT64_C(3) * 86400) {
        text_addf(text, "%uh", (unsigned)(seconds / 3600));
    } else {
        text_addf(text, "%llud", (unsigned long long)(seconds / 86400));
    }
}

/* Three digits that count, and the suffix of the power of `step` that leaves them. */
static void add_scaled(
    struct text *text, double value, double step, const char *const *suffixes) {
    double size = fabs(value);
    size_t power = 0;
    while (size >= step * 0.9995 && suffixes[power + 1]) {
        size /= step;
        value /= step;
        power++;
    }
    const char *suffix = suffixes[power];
    if (size >= 99.95 || (power == 0 && size == floor(size))) {
        add_fixed(text, value, 0);
    } else if (size >= 9.995) {
        add_fixed(text, value, 1);
    } else {
        add_fixed(text, value, power == 0 && size >= 1 ? 1 : 2);
    }
    text_add(text, suffix);
}

void units_add_count(struct text *text, double count) {
    static const char *const suffixes[] = {"", "k", "M", "G", "T", NULL};
    if (!isfinite(count)) {
        text_add(text, "-");
        return;
    }
    add_scaled(text, count, 1000, suffixes);
}

void units_add_bytes(struct text *text, double bytes) {
    static const char *const suffixes[] = {"B", "K", "M", "G", "T", NULL};
    if (!isfinite(bytes)) {
        text_add(text, "-");
        return;
    }
    add_scaled(text, bytes, 1024, suffixes);
}

void units_add_percent(struct text *text, double ratio) {
    double percent = ratio * 100;
    if (!isfinite(percent)) {
        text_add(text, "-");
    } else if (percent >= 99.95) {
        add_fixed(text, percent, 0);
    } else if (percent >= 9.995) {
        add_fixed(text, percent, 1);
    } else {
        add_fixed(text, percent, 2);
    }
}

static struct tm utc_of(int64_t wall_ms) {
    time_t seconds = (time_t)(wall_ms / MS_PER_S);
    struct tm utc = {0};
    gmtime_r(&seconds, &utc);
    return utc;
}

void units_add_timestamp(struct text *text, int64_t wall_ms) {
    struct tm utc = utc_of(wall_ms);
    text_addf(
        text, "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ", utc.tm_year + 1900, utc.tm_mon + 1,
        utc.tm_mday, utc.tm_hour, utc.tm_min, utc.tm_sec, (int)(wall_ms % MS_PER_S));
}

void units_add_clock(struct text *text, int64_t wall_ms) {
    struct tm utc = utc_of(wall_ms);
    text_addf(text, "%02d:%02d:%02d", utc.tm_hour, utc.tm_min, utc.tm_sec);
}
