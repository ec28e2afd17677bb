/* How fast a scrape is read, beside a bare search for line ends, and what polling many
 * instances costs. */
/* SPDX-License-Identifier: MIT */
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/buffer.h"
#include "base/units.h"
#include "core/scrape.h"
#include "support/poll_cost.h"

enum {
    RUNS = 9,
    ROUNDS = 16, /* scrapes in a run: one alone is too short to time */
    SERIES = 10000,
    LINE_BYTES = 80,
    FAMILY_SERIES = 40, /* one comment each: 2.5 % of the lines */
    SCAN_BAR = 40,
    CPU_BAR_PERCENT = 5,
    BODY_MAX = 4 * 1024 * 1024,
};

/* Every allocation of this program is counted on its way to the C library. */
static size_t allocations;

void *libc_malloc(size_t size) __asm__("__libc_malloc");
void *libc_realloc(void *memory, size_t size) __asm__("__libc_realloc");

void *malloc(size_t size) {
    allocations++;
    return libc_malloc(size);
}

void *realloc(void *ptr, size_t size) {
    allocations++;
    return libc_realloc(ptr, size);
}

static uint64_t cpu_ns(void) {
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (uint64_t)now.tv_sec * NS_PER_S + (uint64_t)now.tv_nsec;
}

/* One line of about LINE_BYTES; the counters have grown in the second body. */
static void add_series(struct buffer *body, unsigned i, unsigned age) {
    static const char *const status[] = {"success", "error"};
    static const char *const bounds[] = {"0.1", "0.5", "1.0", "2.5", "5.0", "+Inf"};
    size_t start = body->length;
    if (i / FAMILY_SERIES % 2 == 0) {
        buffer_addf(
            body, "agent_requests_total{status=\"%s\",user_id=\"user_%u\"",
            status[i % 2], i);
    } else {
        buffer_addf(
            body, "agent_request_duration_seconds_bucket{le=\"%s\",user=\"u%u\"",
            bounds[i % 6], i / 6);
    }
    char value[32];
    int digits = snprintf(value, sizeof value, "} %u.0\n", i * 37 + age * (i % 9));
    size_t used = body->length - start + (size_t)digits;
    const char *filler = ",model=\"claude-sonnet-4-20250514\"";
    size_t room = used < LINE_BYTES ? LINE_BYTES - used : 0;
    size_t least = strlen(",m=\"\"");
    if (room > least) buffer_addf(body, ",m=\"%.*s\"", (int)(room - least), filler + 8);
    buffer_add_string(body, value);
}

static void make_body(struct buffer *body, unsigned series, unsigned age) {
    buffer_init(body, BODY_MAX);
    for (unsigned i = 0; i < series; i++) {
        if (i % FAMILY_SERIES == 0) {
            bool requests = i / FAMILY_SERIES % 2 == 0;
            buffer_add_string(
                body, requests ? "# TYPE agent_requests_total counter\n"
                               : "# TYPE agent_request_duration_seconds histogram\n");
        }
        add_series(body, i, age);
    }
}

static size_t count_lines(struct slice text) {
    size_t lines = 0;
    const char *at = text.data;
    const char *end = text.data + text.length;
    while (at < end && (at = memchr(at, '\n', (size_t)(end - at)))) {
        at++;
        lines++;
    }
    return lines;
}

static int compare(const void *a, const void *b) {
    const uint64_t *left = a;
    const uint64_t *right = b;
    return (*left > *right) - (*left < *right);
}

static uint64_t median(uint64_t *runs) {
    qsort(runs, RUNS, sizeof *runs, compare);
    return runs[RUNS / 2];
}

static double bytes_per_s(struct slice body, uint64_t run_ns) {
    return (double)body.length * ROUNDS / (double)run_ns * (double)NS_PER_S;
}

/* Over the same texts as the scrapes, which are too many for the processor's caches. */
static double measure_scan(const struct buffer *bodies) {
    uint64_t runs[RUNS];
    volatile size_t lines = 0; /* so that the search is not left out */
    for (size_t run = 0; run < RUNS; run++) {
        uint64_t start = cpu_ns();
        for (size_t i = 1; i <= ROUNDS; i++) {
            lines += count_lines(buffer_slice(&bodies[i]));
        }
        runs[run] = cpu_ns() - start;
    }
    return bytes_per_s(buffer_slice(&bodies[ROUNDS]), median(runs));
}

struct outcome {
    double bytes_per_s;
    double allocations;
    uint32_t known;
    double growth;
};

/* Counters only grow within a run; the first answer of each is not timed. */
static struct outcome measure_scrape(
    const struct aliases *aliases, const struct buffer *bodies) {
    uint64_t runs[RUNS];
    struct outcome outcome = {0};
    for (size_t run = 0; run < RUNS; run++) {
        struct meter *meter = meter_new(NS_PER_S);
        scrape_text(meter, aliases, buffer_slice(&bodies[0]), NS_PER_S);
        size_t allocated = allocations;
        uint64_t start = cpu_ns();
        for (size_t i = 1; i <= ROUNDS; i++) {
            const struct reading *reading = scrape_text(
                meter, aliases, buffer_slice(&bodies[i]), (i + 1) * NS_PER_S);
            outcome.known = reading->known;
            outcome.growth = reading->requests_per_s;
        }
        runs[run] = cpu_ns() - start;
        outcome.allocations += (double)(allocations - allocated);
        meter_free(meter);
    }
    outcome.bytes_per_s = bytes_per_s(buffer_slice(&bodies[ROUNDS]), median(runs));
    return outcome;
}

static void bar(const char *name, double value, double limit, bool ok) {
    printf("bar %s %.4g %.4g %s\n", name, value, limit, ok ? "ok" : "short");
}

int main(void) {
    cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET(0, &one);
    sched_setaffinity(0, sizeof one, &one);

    struct aliases aliases;
    aliases_init(&aliases);
    struct buffer bodies[ROUNDS + 1];
    for (unsigned i = 0; i <= ROUNDS; i++) make_body(&bodies[i], SERIES, i);

    struct slice body = buffer_slice(&bodies[ROUNDS]);
    double scan = measure_scan(bodies);
    struct outcome scrape = measure_scrape(&aliases, bodies);
    struct poll_cost cost = poll_cost_measure();

    printf("series          %u of %u understood\n", scrape.known, (unsigned)SERIES);
    printf("bytes per line  %.1f\n", (double)body.length / (double)count_lines(body));
    printf("newline scan    %.0f MB/s\n", scan / 1e6);
    printf("scrape          %.0f MB/s\n", scrape.bytes_per_s / 1e6);
    bar("series_understood", scrape.known, SERIES, scrape.known == SERIES);
    bar("growth_seen", scrape.growth, 1, scrape.growth >= 1);
    bar("scrape_share_of_scan", scrape.bytes_per_s / scan, 1.0 / SCAN_BAR,
        scrape.bytes_per_s / scan >= 1.0 / SCAN_BAR);
    bar("allocations", scrape.allocations, 0, scrape.allocations <= 0);
    bool answered = cost.answered >= cost.wanted && cost.failed == 0;
    bar("polls_answered", cost.answered, cost.wanted, answered);
    bar("cpu_percent_64_instances", cost.cpu_ratio * 100, CPU_BAR_PERCENT,
        cost.cpu_ratio * 100 <= CPU_BAR_PERCENT);
    for (size_t i = 0; i <= ROUNDS; i++) buffer_clear(&bodies[i]);
    return 0;
}
