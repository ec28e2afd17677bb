/* SPDX-License-Identifier: MIT */
#include "agent/latency.h"

#include <stdlib.h>
#include <string.h>

#include "base/scan.h"
#include "base/text.h"
#include "base/units.h"

/* clang-format off */
/*    name       median            sigma  token */
#define LATENCIES(X) \
    X("instant", 0,                0,     0), \
    X("fast",    40 * NS_PER_MS,   0.3,   1 * NS_PER_MS), \
    X("demo",    450 * NS_PER_MS,  0.35,  8 * NS_PER_MS) /* most between 300 and 800 ms */, \
    X("slow",    2000 * NS_PER_MS, 0.5,   30 * NS_PER_MS)
/* clang-format on */

static const uint64_t longest_ns = 60 * NS_PER_S;
static const double sigma_max = 3;

static const struct {
    const char *name;
    struct latency latency;
} named[] = {
#define X(name, median, sigma, token)  \
    {                                  \
        (name), {                      \
            (median), (sigma), (token) \
        }                              \
    }
    LATENCIES(X)
#undef X
};

static bool parse_sigma(struct slice from, double *sigma) {
    char number[32];
    struct text text = TEXT_IN(number);
    text_add_slice(&text, from);
    char *end = NULL;
    double value = strtod(number, &end);
    if (from.length == 0 || text.truncated || *end != '\0') return false;
    if (!(value >= 0 && value <= sigma_max)) return false;
    *sigma = value;
    return true;
}

bool latency_parse(struct latency *latency, const char *from, struct error *err) {
    for (size_t i = 0; i < sizeof named / sizeof named[0]; i++) {
        if (strcmp(named[i].name, from) != 0) continue;
        *latency = named[i].latency;
        return true;
    }
    struct latency parsed = {0};
    struct scan scan = scan_of(slice_of(from));
    bool is_good = false;
    if (scan_literal(&scan, "fixed:")) {
        is_good = units_parse_duration(scan_rest(&scan), &parsed.median_ns);
    } else if (scan_literal(&scan, "lognormal:")) {
        is_good = units_parse_duration(scan_until(&scan, ':'), &parsed.median_ns) &&
                  parse_sigma(scan_rest(&scan), &parsed.sigma);
    }
    if (!is_good || parsed.median_ns > longest_ns) {
        return error_set(
            err, ERROR_USAGE,
            "latency \"%s\": instant, fast, demo, slow, fixed:5ms or "
            "lognormal:400ms:0.5, at most a minute",
            from);
    }
    *latency = parsed;
    return true;
}

uint64_t latency_draw(const struct latency *latency, struct random *random) {
    if (latency->sigma == 0) return latency->median_ns;
    double drawn = random_lognormal(random, (double)latency->median_ns, latency->sigma);
    return drawn < (double)longest_ns ? (uint64_t)drawn : longest_ns;
}
