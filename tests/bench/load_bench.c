/* Measures the load generator beside those that Debian has,
 * in one run and in turn: the generators on one processor,
 * nginx on the other; then what they say about a target that stands still,
 * and how well ours keeps its times. Closes with one line per bar. */
/* SPDX-License-Identifier: MIT */
#include <math.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/units.h"
#include "io/loop.h"
#include "support/bars.h"
#include "support/leaving.h"
#include "support/load_nginx.h"
#include "support/load_tools.h"
#include "support/odd_server.h"
#include "support/test_load.h"
#include "support/tool_run.h"

enum {
    ROUNDS = 3,       /* that are kept */
    TRIES_MAX = 4,    /* for them; all count when none was quiet */
    CONNECTIONS = 64, /* of a schedule */
    STALL_CONNECTIONS = 10,
    STALL_RATE = 200,
    STALL_SECONDS = 30,
    SCHEDULE_ROUNDS = 3,
    SCHEDULE_SECONDS = 2,
    LINE_SIZE = 256,
};

static const char locust_file[] = TESTS_FOLDER "/bench/load_locust.py";

struct bench {
    struct load_nginx nginx;
    struct processors processors; /* near: the generators; far: nginx */
};

/* Comparing */

struct series {
    struct load_figure figures[TRIES_MAX];
    unsigned count;
};

struct scene {
    const char *title;
    struct load_ask ask;
    struct series series[LOAD_TOOL_COUNT];
    struct spread cpu_to_wrk, rss_to_wrk; /* ours, round by round */
    unsigned kept;                        /* rounds that these are of; 0: no figure */
};

static void measure(struct bench *bench, struct scene *scene, enum load_tool tool) {
    struct series *series = &scene->series[tool];
    series->figures[series->count++] =
        load_tool_measure(tool, &scene->ask, &bench->nginx, &bench->processors);
}

static void print_series(const struct scene *scene, enum load_tool tool) {
    const struct series *series = &scene->series[tool];
    double cpu[TRIES_MAX], rss[TRIES_MAX], rate[TRIES_MAX];
    unsigned valid = 0, quiet = 0;
    for (unsigned i = 0; i < series->count; i++) {
        const struct load_figure *figure = &series->figures[i];
        if (!figure->valid) {
            printf("  %-8s ended with %d\n", load_tool_name(tool), figure->code);
            continue;
        }
        cpu[valid] = figure->cpu_s;
        rss[valid] = figure->rss_mib;
        rate[valid++] = figure->per_second;
        quiet += figure->quiet;
    }
    if (valid == 0) return;
    struct spread spread = spread_of(cpu, valid);
    printf(
        "  %-8s %8.3f s of CPU per %d requests (%.3f to %.3f), %6.1f MiB, %7.0f "
        "requests/s; %u of %u runs were quiet\n",
        load_tool_name(tool), spread.median, LOAD_TOOL_PER, spread.least, spread.most,
        spread_of(rss, valid).median, spread_of(rate, valid).median, quiet, valid);
}

static bool is_good(const struct scene *scene, unsigned round, bool must_be_quiet) {
    const struct load_figure *ours = &scene->series[LOAD_TOOL_OURS].figures[round];
    const struct load_figure *wrk = &scene->series[LOAD_TOOL_WRK].figures[round];
    return ours->valid && wrk->valid && (!must_be_quiet || (ours->quiet && wrk->quiet));
}

static unsigned count_good(const struct scene *scene, bool must_be_quiet) {
    unsigned count = 0;
    for (unsigned i = 0; i < scene->series[LOAD_TOOL_WRK].count; i++) {
        count += is_good(scene, i, must_be_quiet);
    }
    return count;
}

static void find_ratios(struct scene *scene) {
    double cpu[TRIES_MAX], rss[TRIES_MAX];
    bool any_quiet = count_good(scene, true) > 0;
    for (unsigned i = 0; i < scene->series[LOAD_TOOL_WRK].count; i++) {
        if (!is_good(scene, i, any_quiet)) continue;
        const struct load_figure *ours = &scene->series[LOAD_TOOL_OURS].figures[i];
        const struct load_figure *wrk = &scene->series[LOAD_TOOL_WRK].figures[i];
        cpu[scene->kept] = ours->cpu_s / wrk->cpu_s;
        rss[scene->kept++] = ours->rss_mib / wrk->rss_mib;
    }
    if (scene->kept == 0) return;
    scene->cpu_to_wrk = spread_of(cpu, scene->kept);
    scene->rss_to_wrk = spread_of(rss, scene->kept);
    printf(
        "  ours to wrk: CPU %.3f (%.3f to %.3f), memory %.3f (%.3f to %.3f), of %u "
        "%s\n",
        scene->cpu_to_wrk.median, scene->cpu_to_wrk.least, scene->cpu_to_wrk.most,
        scene->rss_to_wrk.median, scene->rss_to_wrk.least, scene->rss_to_wrk.most,
        scene->kept, any_quiet ? "quiet rounds" : "rounds, none of them quiet");
}

/* In turn, the other way round every other time; the slow ones once. */
static void compare(struct bench *bench, struct scene *scene) {
    printf("%s, %u s each\n", scene->title, scene->ask.seconds);
    fflush(stdout);
    bool wrk_is_here = load_tool_is_here(LOAD_TOOL_WRK);
    for (unsigned i = 0; i < TRIES_MAX && count_good(scene, true) < ROUNDS; i++) {
        if (wrk_is_here && i % 2 == 1) measure(bench, scene, LOAD_TOOL_WRK);
        measure(bench, scene, LOAD_TOOL_OURS);
        if (wrk_is_here && i % 2 == 0) measure(bench, scene, LOAD_TOOL_WRK);
    }
    for (enum load_tool tool = LOAD_TOOL_HEY; tool < LOAD_TOOL_COUNT; tool++) {
        if (!scene->ask.tls && load_tool_is_here(tool)) measure(bench, scene, tool);
    }
    for (enum load_tool tool = 0; tool < LOAD_TOOL_COUNT; tool++) {
        print_series(scene, tool);
    }
    find_ratios(scene);
    fflush(stdout);
}

static void set_bar(
    const char *name, const struct scene *scene, double ratio, double limit) {
    if (scene->kept > 0) {
        bar_at_most(name, ratio, limit);
    } else {
        bar_unknown(name, limit, "there is no round with both");
    }
}

static void set_locust_bar(const struct scene *scene) {
    static const char name[] = "load_cpu_to_locust";
    static const double limit = 0.1;
    const struct series *ours = &scene->series[LOAD_TOOL_OURS];
    const struct load_figure *locust = &scene->series[LOAD_TOOL_LOCUST].figures[0];
    double cpu[TRIES_MAX];
    unsigned count = 0;
    for (unsigned i = 0; i < ours->count; i++) {
        if (ours->figures[i].valid) cpu[count++] = ours->figures[i].cpu_s;
    }
    if (count > 0 && locust->valid) {
        bar_at_most(name, spread_of(cpu, count).median / locust->cpu_s, limit);
    } else {
        bar_unknown(name, limit, "one of the two has no figure");
    }
}

/* Making 5,000 connections takes a fifth of a
 * second of CPU: the longer, the less it is. */
static void compare_all(struct bench *bench) {
    struct scene few = {"64 connections", {64, 5, false, locust_file}, .kept = 0};
    struct scene many = {"1000 connections", {1000, 4, false, locust_file}, .kept = 0};
    struct scene most = {"5000 connections", {5000, 10, false, locust_file}, .kept = 0};
    struct scene secured = {
        "64 connections with TLS", {64, 5, true, locust_file}, .kept = 0};
    compare(bench, &few);
    compare(bench, &many);
    compare(bench, &most);
    compare(bench, &secured);
    set_bar("load_cpu_64", &few, few.cpu_to_wrk.median, 0.95);
    set_bar("load_cpu_5000", &most, most.cpu_to_wrk.median, 0.75);
    set_bar("load_rss_5000", &most, most.rss_to_wrk.median, 1.0 / 3);
    set_locust_bar(&few);
    set_bar("load_tls_cpu", &secured, secured.cpu_to_wrk.median, 0.9);
}

/* A target that stands still */

/* What a tool's summary says behind "  95%", in its unit; NaN when it does not. */
static double percentile_in(const char *log, const char *percent) {
    char line[LINE_SIZE];
    double value = NAN;
    FILE *file = fopen(log, "re");
    while (file && fgets(line, sizeof line, file)) {
        const char *found = strstr(line, percent);
        if (found && strspn(line, " ") == (size_t)(found - line)) {
            const char *rest = found + strlen(percent);
            value = strtod(rest + strcspn(rest, "0123456789"), NULL);
        }
    }
    if (file) fclose(file);
    return value;
}

/* One of Debian's, with a target of its own. */
struct stalled {
    const char *name, *path, *command; /* connections, seconds, URL */
    double unit_ms;                    /* of its summary */
    struct odd_server server;
    struct test_process process;
    char log[TEST_PATH_SIZE];
};

static void start_stalled(struct stalled *one, const struct test_folder *folder) {
    char url[LINE_SIZE], connections[LINE_SIZE], seconds[LINE_SIZE];
    if (access(one->path, X_OK) != 0) return;
    odd_server_start(&one->server, ODD_FREEZING);
    test_folder_path(folder, one->name, one->log);
    snprintf(url, sizeof url, "http://127.0.0.1:%u/", one->server.port);
    snprintf(connections, sizeof connections, "%d", STALL_CONNECTIONS);
    snprintf(seconds, sizeof seconds, "%d", STALL_SECONDS);
    const char *const words[] = {connections, seconds, url, NULL};
    tool_start(&one->process, one->command, words, one->log);
}

static void finish_stalled(struct stalled *one) {
    if (one->process.pid == 0) {
        printf("  %-8s %s is not installed\n", one->name, one->path);
        return;
    }
    struct tool_use use = tool_wait(&one->process, STALL_SECONDS * NS_PER_S);
    odd_server_stop(&one->server);
    printf(
        "  %-8s p95 %8.2f ms, p99 %8.2f ms, ended with %d\n", one->name,
        percentile_in(one->log, "95%") * one->unit_ms,
        percentile_in(one->log, "99%") * one->unit_ms, use.code);
}

static void set_stall_bar(const char *name, double value_ms, double truth_ms) {
    static const double percent_most = 2;
    if (isfinite(value_ms)) {
        bar_at_most(name, fabs(value_ms - truth_ms) / truth_ms * 100, percent_most);
    } else {
        bar_unknown(name, percent_most, "nothing was measured");
    }
}

/* All of them at once, each with a target of its own: there is little to do. ab keeps
 * its processor busy, and has the other one. */
static void stand_still(struct bench *bench) {
    struct stalled hey = {
        .name = "hey",
        .path = "/usr/bin/hey",
        .command = "exec /usr/bin/hey -c $1 -q 20 -z ${2}s -t 20 $3",
        .unit_ms = 1000};
    struct stalled ab = {
        .name = "ab",
        .path = "/usr/bin/ab",
        .command = "exec /usr/bin/ab -q -k -c $1 -t $2 -n 10000000 -s 20 $3",
        .unit_ms = 1};
    const struct test_folder *folder = &bench->nginx.peer.folder;
    struct odd_server server;
    struct test_load load;
    printf(
        "a target that stands still for 1 s of 10, %d requests/s for %d s: the truth "
        "is "
        "500 and 900 ms\n",
        STALL_RATE, STALL_SECONDS);
    fflush(stdout);
    processors_take(&bench->processors.far);
    start_stalled(&ab, folder);
    processors_take(&bench->processors.near);
    start_stalled(&hey, folder);
    odd_server_start(&server, ODD_FREEZING);
    test_load_init(&load, server.port, "/");
    load.plan->model = LOAD_ARRIVALS;
    load.plan->level = STALL_RATE;
    load.plan->connections_max = STALL_CONNECTIONS;
    load.plan->run_time_ns = STALL_SECONDS * NS_PER_S;
    load.plan->report_ns = NS_PER_S;
    int code = test_load_run(&load);
    const struct load_row *row = &load.sum->rows[0];
    double p95_ms = histogram_quantile(&row->response, 0.95) / 1000;
    double p99_ms = histogram_quantile(&row->response, 0.99) / 1000;
    printf(
        "  %-8s p95 %8.2f ms, p99 %8.2f ms (service p99 %.2f ms), ended with %d\n",
        "ours", p95_ms, p99_ms, histogram_quantile(&row->service, 0.99) / 1000, code);
    finish_stalled(&hey);
    finish_stalled(&ab);
    test_load_clear(&load);
    odd_server_stop(&server);
    set_stall_bar("load_stall_p95", p95_ms, 500);
    set_stall_bar("load_stall_p99", p99_ms, 900);
}

/* Schedule */

struct delays {
    double p50_us, p99_us;
};

static struct delays keep_schedule(struct bench *bench, unsigned rate) {
    struct test_load load;
    test_load_init(&load, bench->nginx.peer.port, "/");
    load.plan->model = LOAD_ARRIVALS;
    load.plan->level = rate;
    load.plan->connections_max = CONNECTIONS;
    load.plan->run_time_ns = SCHEDULE_SECONDS * NS_PER_S;
    load.plan->report_ns = NS_PER_S;
    test_load_run(&load);
    const struct histogram *delay = &load.sum->health.delay;
    struct delays delays = {
        histogram_quantile(delay, 0.5), histogram_quantile(delay, 0.99)};
    test_load_clear(&load);
    return delays;
}

/* A loop whose timer has milliseconds, as that of wrk2: at each turn it starts whatever
 * is due. Nothing is sent. */
static struct delays keep_ticks(unsigned rate) {
    struct histogram *delay = memory_new(sizeof *delay);
    uint64_t start_ns = loop_clock_ns(), number = 0;
    while (number < (uint64_t)rate * SCHEDULE_SECONDS) {
        poll(NULL, 0, 1);
        uint64_t now_ns = loop_clock_ns();
        for (;; number++) {
            uint64_t due_ns = start_ns + number * NS_PER_S / rate;
            if (due_ns > now_ns) break;
            histogram_record(delay, (now_ns - due_ns) / 1000, 1);
        }
    }
    struct delays delays = {
        histogram_quantile(delay, 0.5), histogram_quantile(delay, 0.99)};
    free(delay);
    return delays;
}

static void schedule(struct bench *bench, unsigned rate, const char *bar) {
    double p50[SCHEDULE_ROUNDS], p99[SCHEDULE_ROUNDS];
    processors_take(&bench->processors.near);
    for (unsigned i = 0; i < SCHEDULE_ROUNDS; i++) {
        struct delays delays = keep_schedule(bench, rate);
        p50[i] = delays.p50_us;
        p99[i] = delays.p99_us;
    }
    struct delays ticks = keep_ticks(rate);
    struct spread spread = spread_of(p50, SCHEDULE_ROUNDS);
    printf(
        "%u starts/s, actual minus intended start\n"
        "  %-8s p50 %8.0f us (%.0f to %.0f), p99 %8.0f us\n"
        "  %-8s p50 %8.0f us, p99 %8.0f us\n",
        rate, "ours", spread.median, spread.least, spread.most,
        spread_of(p99, SCHEDULE_ROUNDS).median, "1 ms", ticks.p50_us, ticks.p99_us);
    if (!bar) return;
    if (isfinite(spread.median)) {
        bar_at_most(bar, spread.median, 200);
    } else {
        bar_unknown(bar, 200, "nothing was started");
    }
}

int main(void) {
    struct bench bench = {0};
    struct error err = {0};
    leave_tidily();
    processors_find(&bench.processors);
    processors_take(&bench.processors.far);
    bool is_here = load_nginx_start(&bench.nginx, &err);
    processors_take(&bench.processors.near);
    if (!is_here) printf("nginx: %s\n", err.message);
    compare_all(&bench);
    stand_still(&bench);
    schedule(&bench, 200, "load_schedule_200");
    schedule(&bench, 2000, "load_schedule_2000");
    schedule(&bench, 20000, NULL);
    load_nginx_stop(&bench.nginx);
    return 0;
}
