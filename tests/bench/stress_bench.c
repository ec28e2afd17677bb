/* Whether 5,000 users are held: the demo is sent the stress profile for a minute by a
 * command, then by its cockpit, and all the while somebody presses keys in that
 * cockpit. Closes with one line per bar. */
/* SPDX-License-Identifier: MIT */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/text.h"
#include "base/units.h"
#include "core/document.h"
#include "core/node.h"
#include "io/json.h"
#include "support/bars.h"
#include "support/demo_seat.h"
#include "support/display.h"
#include "support/test_demo.h"
#include "support/tool_run.h"

enum {
    WIDTH = 120,
    HEIGHT = 40,
    UP_MS = 60000,
    ANSWER_MS = 5000, /* a key that takes longer was not answered */
    PAUSE_MS = 200,   /* between two keys */
    LEAVE_MS = 20000,
    KEYS_MAX = 1024,
    LIMIT_S = 180,
    REPORT_SIZE = JSON_BYTES_MAX,
    USERS = 5000,
    READ_MS = 2000, /* a file that has just changed is not started */
    HELD_S = 40,    /* by then they are all there */
};

struct bench {
    struct test_demo_home home;
    struct display *display;
    char report[TEST_PATH_SIZE], log[TEST_PATH_SIZE];
    double key_ms[KEYS_MAX];
    size_t key_count;
    bool silent; /* a key was not answered */
};

/* Keys */

static bool press(struct bench *bench, const char *key, bool shows) {
    static const char window[] = "last 5m";
    uint64_t start_ns = display_clock_ns();
    display_type(bench->display, key);
    bool answered = shows ? display_wait(bench->display, window, ANSWER_MS)
                          : display_wait_gone(bench->display, window, ANSWER_MS);
    uint64_t took_ns = display_clock_ns() - start_ns;
    bench->silent = bench->silent || !answered;
    if (bench->key_count < KEYS_MAX) {
        bench->key_ms[bench->key_count++] = (double)took_ns / (double)NS_PER_MS;
    }
    display_look_on(bench->display, PAUSE_MS);
    return answered;
}

/* The window of time: every graph is another one each time. */
static bool press_both(struct bench *bench) {
    return press(bench, "[", false) && press(bench, "]", true);
}

static void forget_keys(struct bench *bench) {
    bench->key_count = 0;
    bench->silent = false;
}

static int by_size(const void *a, const void *b) {
    double first = *(const double *)a, second = *(const double *)b;
    return (first > second) - (first < second);
}

/* The load */

static void start_load(struct bench *bench, struct test_process *load) {
    static const char program[] = BINARIES_FOLDER "/flightdeck";
    static const char command[] =
        "XDG_RUNTIME_DIR=$1 XDG_STATE_HOME=$2 XDG_CONFIG_HOME=$2 HOME=$2 exec "
        "\"$3\" load stress --spawn-rate 250 --run-time 60s --target demo --format "
        "json "
        "-o \"$4\"";
    test_folder_path(&bench->home.logs, "report.json", bench->report);
    test_folder_path(&bench->home.logs, "load.log", bench->log);
    const char *const words[] = {
        bench->home.folder.path, bench->home.logs.path, program, bench->report, NULL};
    tool_start(load, command, words, bench->log);
}

static struct document *read_report(const struct bench *bench) {
    static char bytes[REPORT_SIZE];
    struct error err;
    FILE *file = fopen(bench->report, "re");
    size_t length = file ? fread(bytes, 1, sizeof bytes, file) : 0;
    if (file) fclose(file);
    struct document *document = json_parse((struct slice){bytes, length}, &err);
    if (!document) printf("the report: %s\n", err.message);
    return document;
}

static double number(const struct node *map, const char *key) {
    double value = -1;
    if (map) node_number(map, key, &value);
    return value;
}

static double users_held(const struct node *root) {
    double most = 0;
    const struct node *seconds = node_get(root, "seconds");
    for (size_t i = 0; seconds && i < seconds->child_count; i++) {
        double users = number(node_at(seconds, i), "users");
        if (users > most) most = users;
    }
    return most;
}

/* The result */

static void tell_keys(struct bench *bench, const char *bar) {
    if (bench->key_count == 0 || bench->silent) {
        bar_unknown(bar, 100, "a key was not answered");
        return;
    }
    qsort(bench->key_ms, bench->key_count, sizeof bench->key_ms[0], by_size);
    double most = bench->key_ms[bench->key_count - 1];
    printf(
        "%zu keys: half of them answered within %.1f ms, 95 of 100 within %.1f ms, all "
        "within %.1f ms\n",
        bench->key_count, bench->key_ms[bench->key_count / 2],
        bench->key_ms[bench->key_count * 95 / 100], most);
    bar_at_most(bar, most, 100);
}

static void tell_load(const struct node *root) {
    const struct node *generator = node_get(root, "generator");
    const struct node *latency = node_get(root, "latency_ms");
    bool limited = true;
    char verdict[32] = "", why[128] = "";
    if (generator) node_bool(generator, "limited", &limited);
    if (generator) node_string(generator, "why", why, sizeof why);
    node_string(root, "verdict", verdict, sizeof verdict);
    printf(
        "%.0f requests, %.0f failed, p50 %.0f ms, p95 %.0f ms, p99 %.0f ms: %s; the "
        "generator: %s\n",
        number(root, "requests"), number(root, "failures"), number(latency, "p50"),
        number(latency, "p95"), number(latency, "p99"), verdict, why);
    bar_at_least("stress_users", users_held(root), USERS);
    bar_at_most("stress_generator_mb", number(generator, "rss_mb"), 64);
    bar_at_most("stress_generator_limited", limited, 0);
    bar_at_most("stress_error_ratio", number(root, "error_ratio"), 0.001);
}

static bool measure_command(struct bench *bench) {
    struct test_process load;
    start_load(bench, &load);
    while (test_process_runs(&load) && press_both(bench)) continue;
    if (load.pid != 0) tool_wait(&load, LIMIT_S * NS_PER_S);
    struct document *document = read_report(bench);
    if (!document) return false;
    tell_load(document_root(document));
    tell_keys(bench, "stress_key_ms");
    document_free(document);
    return true;
}

/* From the screens */

static bool write_scenario(const struct bench *bench) {
    static const char *const folders[] = {"flightdeck", "flightdeck/scenarios"};
    char path[TEST_PATH_SIZE];
    for (unsigned i = 0; i < 2; i++) {
        test_folder_path(&bench->home.logs, folders[i], path);
        mkdir(path, 0700);
    }
    test_folder_write(
        &bench->home.logs, "flightdeck/scenarios/crowd.yaml",
        "version: 1\nusers: 5000\nspawn_rate: 250\nthink: [1s, 3s]\nrun_time: 60s\n"
        "tasks:\n"
        "  - {name: chat, weight: 5, chat: What is 2 plus 2?}\n"
        "  - {name: health, get: /health}\n");
    return true;
}

static bool type(struct bench *bench, const char *keys, const char *then) {
    display_type(bench->display, keys);
    if (display_wait(bench->display, then, ANSWER_MS)) return true;
    printf("no \"%s\" on\n%s", then, display_text(bench->display));
    return false;
}

/* The cockpit that runs the load has more to do:
 * it merges and shows what comes of it. */
static bool measure_cockpit(struct bench *bench) {
    static const char runs[] = "LOAD crowd.yaml";
    forget_keys(bench);
    bool started = write_scenario(bench) && type(bench, "A", "Esc leaves") &&
                   type(bench, "y", " ARMED ") && type(bench, "L", "crowd.yaml") &&
                   type(bench, "\x1B[Z", "[crowd.yaml]");
    display_look_on(bench->display, READ_MS);
    started = started && type(bench, "y", runs) && type(bench, "go", "last 5m");
    if (!started) return false;
    uint64_t start_ns = display_clock_ns();
    bool held = false;
    while (display_shows(bench->display, runs) && press_both(bench)) {
        uint64_t lasted_ns = display_clock_ns() - start_ns;
        if (held || lasted_ns < HELD_S * NS_PER_S) continue;
        held = true;
        bar_at_most(
            "stress_cockpit_short",
            type(bench, "gl", "5000/5000 users") && type(bench, "go", "last 5m") ? 0
                                                                                 : 1,
            0);
    }
    tell_keys(bench, "stress_cockpit_key_ms");
    return true;
}

int main(void) {
    static struct bench bench;
    bench.display = demo_seat_start(&bench.home, WIDTH, HEIGHT);
    bool good = display_wait(bench.display, "parts answer", UP_MS);
    if (good) {
        good = measure_command(&bench) && measure_cockpit(&bench);
    } else {
        printf("the demo did not come up:\n%s", display_text(bench.display));
    }
    display_type(bench.display, "q");
    display_wait_exit(bench.display, LEAVE_MS);
    display_free(bench.display);
    test_demo_home_clear(&bench.home);
    return good ? 0 : 1;
}
