/* Measures the cockpit beside btop and htop: a real demo behind it, a terminal emulator
 * of 120x40 in front of each. Closes with one line per bar. */
/* SPDX-License-Identifier: MIT */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/text.h"
#include "base/units.h"
#include "config.h"
#include "guard.h"
#include "io/loop.h"
#include "session.h"
#include "support/display.h"
#include "support/meter.h"
#include "support/player.h"
#include "support/test_folder.h"

enum {
    WIDTH = 120,
    HEIGHT = 40,
    FIRST_RUNS = 9,
    WARM_UP_MS = 5000,
    WINDOW_MS = 30000,
    SLICE_MS = 20,
    KEY_PRESSES = 60,
    QUIET_MS = 25,      /* a frame is complete when so long nothing follows */
    FRAME_BYTES = 1000, /* less is not a picture */
    PAST_S = 3600,
    SLOW_BYTES_PER_S = 9600,
    SLOW_MS = 15000,
    TICK_MS = 10,
    WAIT_MS = 60000,
};

static const char cockpit_program[] = BINARIES_FOLDER "/flightdeck";

struct clocked {
    struct session *session;
    uint64_t last_ns, worst_ns;
};

static void recall(void *owner, const struct event *event) {
    session_recall(((struct clocked *)owner)->session, event);
}

static void on_tick(void *owner, uint64_t now_ns) {
    struct clocked *clocked = owner;
    now_ns = loop_clock_ns();
    uint64_t gap_ns = clocked->last_ns ? now_ns - clocked->last_ns : 0;
    if (gap_ns > clocked->worst_ns) clocked->worst_ns = gap_ns;
    clocked->last_ns = now_ns;
}

static int run_session(void *owner, struct restore *restore) {
    struct error err = {0};
    const struct session_options options = {
        .target = config_target(owner), .user = "bench", .stage = {.restore = restore}};
    const struct session_owner nobody = {0};
    struct loop *loop = loop_new();
    struct clocked clocked = {.session = session_new(loop, &options, &nobody, &err)};
    if (!clocked.session) return 2;
    player_past(loop_clock_ns(), PAST_S, recall, &clocked);
    struct loop_timer *tick = loop_every(loop, TICK_MS * NS_PER_MS, on_tick, &clocked);
    int code = session_run(clocked.session);
    loop_timer_free(tick);
    session_free(clocked.session);
    loop_free(loop);
    printf("gap_us=%u .\n", (unsigned)(clocked.worst_ns / NS_PER_US));
    return code;
}

static int run_clocked(const char *config_file) {
    struct error err = {0};
    struct config *config = config_read(config_file, &err);
    if (!config || !config_choose(config, NULL, NULL, &err)) {
        fprintf(stderr, "%s\n", err.message);
        return 2;
    }
    const struct guard_work work = {.run = run_session, .owner = config};
    int code = guard_run(&work);
    config_free(config);
    return code;
}

struct contender {
    const char *name;
    const char *args[6];
    struct display *display;
    struct meter before, after;
    struct display_counts counts_before, counts_after;
    double first_ms;
};

struct bench {
    struct test_folder folder;
    char config[TEST_PATH_SIZE];
    char runtime[TEST_PATH_SIZE + 32], state[TEST_PATH_SIZE + 32];
    char user_config[TEST_PATH_SIZE + 32];
    const char *env[8];
};

static struct display *start(const struct bench *bench, const char *const *args) {
    const struct display_options options = {
        .args = args, .env = bench->env, .width = WIDTH, .height = HEIGHT};
    return display_start(&options);
}

static void stop(struct display *display) {
    display_type(display, "q");
    if (display_wait_exit(display, 3000) < 0) display_signal(display, SIGTERM);
    display_wait_exit(display, 3000);
    display_free(display);
}

static int by_size(const void *a, const void *b) {
    double first = *(const double *)a, second = *(const double *)b;
    return (first > second) - (first < second);
}

/* Waits for the first picture: the end of its bracket,
 * or of what comes without a pause. */
static uint64_t first_picture_ns(struct display *display) {
    display_wait_bytes(display, FRAME_BYTES, WAIT_MS);
    uint64_t last_ns = display_clock_ns();
    uint64_t seen = display_counts(display).bytes;
    while (display_counts(display).ended == 0 &&
           display_wait_bytes(display, seen + 1, QUIET_MS)) {
        seen = display_counts(display).bytes;
        last_ns = display_clock_ns();
    }
    return last_ns;
}

static double first_frame_ms(const struct bench *bench, const char *const *args) {
    uint64_t start_ns = display_clock_ns();
    struct display *display = start(bench, args);
    uint64_t end_ns = first_picture_ns(display);
    stop(display);
    return (double)(end_ns - start_ns) / (double)NS_PER_MS;
}

/* In turn, so that whatever else the machine does falls on all of them. */
static void measure_first_frames(
    const struct bench *bench, struct contender *contenders, size_t count) {
    double times[3][FIRST_RUNS];
    for (size_t run = 0; run < FIRST_RUNS; run++) {
        for (size_t i = 0; i < count; i++) {
            times[i][run] = first_frame_ms(bench, contenders[i].args);
        }
    }
    for (size_t i = 0; i < count; i++) {
        qsort(times[i], FIRST_RUNS, sizeof times[i][0], by_size);
        contenders[i].first_ms = times[i][FIRST_RUNS / 2];
    }
}

static void look_on(struct contender *contenders, size_t count, unsigned time_ms) {
    uint64_t start_ns = display_clock_ns();
    while (display_clock_ns() - start_ns < time_ms * NS_PER_MS) {
        for (size_t i = 0; i < count; i++) {
            display_look_on(contenders[i].display, SLICE_MS);
        }
    }
}

static void measure_steady(
    const struct bench *bench, struct contender *contenders, size_t count) {
    for (size_t i = 0; i < count; i++) {
        contenders[i].display = start(bench, contenders[i].args);
    }
    look_on(contenders, count, WARM_UP_MS);
    for (size_t i = 0; i < count; i++) {
        struct contender *one = &contenders[i];
        one->before = meter_read(display_pid(one->display));
        one->counts_before = display_counts(one->display);
    }
    look_on(contenders, count, WINDOW_MS);
    for (size_t i = 0; i < count; i++) {
        struct contender *one = &contenders[i];
        one->after = meter_read(display_pid(one->display));
        one->counts_after = display_counts(one->display);
    }
}

/* From a key to the first byte of the frame that answers it; frozen, so that no other
 * frame comes between. The 95th percentile. */
static double key_to_frame_ms(struct display *display) {
    double times[KEY_PRESSES];
    display_type(display, " ");
    display_look_on(display, 500);
    for (size_t i = 0; i < KEY_PRESSES; i++) {
        uint64_t seen = display_counts(display).bytes;
        uint64_t start_ns = display_clock_ns();
        display_type(display, "\t");
        display_wait_bytes(display, seen + 1, 1000);
        times[i] = (double)(display_clock_ns() - start_ns) / (double)NS_PER_MS;
        display_look_on(display, 60);
    }
    qsort(times, KEY_PRESSES, sizeof times[0], by_size);
    return times[KEY_PRESSES * 95 / 100];
}

struct loaded {
    struct meter memory;
    double worst_gap_ms;
};

/* An hour of samples behind it, then a line that carries little. */
static struct loaded measure_loaded(const struct bench *bench) {
    const char *const args[] = {"/proc/self/exe", "--clocked", bench->config, NULL};
    struct loaded loaded = {.worst_gap_ms = 1e9};
    struct display *display = start(bench, args);
    display_look_on(display, WARM_UP_MS);
    loaded.memory = meter_read(display_pid(display));
    display_throttle(display, SLOW_BYTES_PER_S);
    display_look_on(display, SLOW_MS);
    display_throttle(display, 0);
    display_type(display, "q");
    display_wait_exit(display, 5000);
    const char *words = strstr(display_text(display), "gap_us=");
    if (words) loaded.worst_gap_ms = strtod(words + strlen("gap_us="), NULL) / 1000;
    display_free(display);
    return loaded;
}

static double per_second(uint64_t before, uint64_t after) {
    return (double)(after - before) * 1000 / WINDOW_MS;
}

static double cpu_percent(const struct contender *one) {
    return per_second(one->before.cpu_ns, one->after.cpu_ns) / (double)NS_PER_S * 100;
}

static void print_contender(const struct contender *one) {
    double bytes = per_second(one->counts_before.bytes, one->counts_after.bytes);
    printf(
        "%-11s %6.2f %% CPU %8.0f B/s %5.1f frames/s %6.1f ms first frame "
        "%5.1f MiB RssAnon %5.1f MiB RSS\n",
        one->name, cpu_percent(one), bytes,
        per_second(one->counts_before.frames, one->counts_after.frames), one->first_ms,
        (double)one->after.rss_anon_bytes / (1 << 20),
        (double)one->after.rss_bytes / (1 << 20));
}

static void bar(const char *name, double value, double limit, bool at_most) {
    bool good = at_most ? value <= limit : value >= limit;
    printf("bar %s %.2f %.2f %s\n", name, value, limit, good ? "ok" : "short");
}

static void print_bars(
    const struct contender *cockpit, const struct contender *btop, double key_ms,
    const struct loaded *loaded) {
    double bytes =
        per_second(cockpit->counts_before.bytes, cockpit->counts_after.bytes);
    double frames =
        per_second(cockpit->counts_before.frames, cockpit->counts_after.frames);
    bar("ui_cpu_percent", cpu_percent(cockpit), cpu_percent(btop), true);
    bar("ui_first_frame_ms", cockpit->first_ms, 1.5 * btop->first_ms, true);
    bar("ui_frames_per_s", frames, 8, false);
    bar("ui_kilobytes_per_s", bytes / 1000, 25, true);
    bar("ui_rss_anon_mib", (double)loaded->memory.rss_anon_bytes / (1 << 20), 8, true);
    bar("ui_key_to_frame_ms", key_ms, 10, true);
    bar("ui_worst_gap_ms", loaded->worst_gap_ms, 150, true);
}

static void set_variable(
    struct bench *bench, size_t place, char *words, size_t size, const char *name) {
    struct text text = text_in(words, size);
    text_addf(&text, "%s=%s", name, bench->folder.path);
    bench->env[place] = words;
}

static void make_world(struct bench *bench) {
    test_folder_init(&bench->folder);
    test_folder_path(&bench->folder, "target.yaml", bench->config);
    set_variable(bench, 0, bench->runtime, sizeof bench->runtime, "XDG_RUNTIME_DIR");
    set_variable(bench, 1, bench->state, sizeof bench->state, "XDG_STATE_HOME");
    set_variable(
        bench, 2, bench->user_config, sizeof bench->user_config, "XDG_CONFIG_HOME");
    bench->env[3] = "COLORTERM=truecolor";
    bench->env[4] = "FLIGHTDECK_SYNC=1";
}

/* btop draws every 2 s unless it is told otherwise. */
static void set_btop(const struct bench *bench) {
    char command[TEST_PATH_SIZE * 2];
    struct text text = TEXT_IN(command);
    text_addf(&text, "%s/btop", bench->folder.path);
    mkdir(command, 0700);
    test_folder_write(&bench->folder, "btop/btop.conf", "update_ms = 1000\n");
}

static struct display *start_demo(const struct bench *bench) {
    const char *const args[] = {cockpit_program,  "demo",        "--stack-only",
                                "--write-config", bench->config, NULL};
    struct display *demo = start(bench, args);
    if (display_wait(demo, "traffic          running", WAIT_MS)) return demo;
    fprintf(stderr, "the demo did not come up:\n%s", display_text(demo));
    display_free(demo);
    return NULL;
}

static bool poll_faster(const struct bench *bench) {
    FILE *file = fopen(bench->config, "ae");
    if (!file) return false;
    fputs("poll: {health: 250ms, metrics: 250ms, redis: 250ms}\n", file);
    return fclose(file) == 0;
}

static void measure(const struct bench *bench) {
    struct contender contenders[] = {
        {.name = "flightdeck",
         .args = {cockpit_program, "--config", bench->config, NULL}},
        {.name = "btop", .args = {"btop", NULL}},
        {.name = "htop", .args = {"htop", "-d", "10", NULL}},
    };
    size_t count = sizeof contenders / sizeof *contenders;
    measure_first_frames(bench, contenders, count);
    measure_steady(bench, contenders, count);
    double key_ms = key_to_frame_ms(contenders[0].display);
    for (size_t i = 0; i < count; i++) stop(contenders[i].display);
    struct loaded loaded = measure_loaded(bench);
    printf("%dx%d, polls of 250 ms, %d s\n", WIDTH, HEIGHT, WINDOW_MS / 1000);
    for (size_t i = 0; i < count; i++) print_contender(&contenders[i]);
    printf(
        "with an hour of samples: %.1f MiB RssAnon, %.1f MiB RSS; %u processes have "
        "%.1f MiB of anonymous memory together\n",
        (double)loaded.memory.rss_anon_bytes / (1 << 20),
        (double)loaded.memory.rss_bytes / (1 << 20), loaded.memory.processes,
        (double)loaded.memory.pss_anon_bytes / (1 << 20));
    print_bars(&contenders[0], &contenders[1], key_ms, &loaded);
}

int main(int argc, char **argv) {
    if (argc == 3 && strcmp(argv[1], "--clocked") == 0) return run_clocked(argv[2]);
    struct bench bench = {0};
    make_world(&bench);
    set_btop(&bench);
    struct display *demo = start_demo(&bench);
    bool good = demo && poll_faster(&bench);
    if (good) measure(&bench);
    if (demo) {
        display_signal(demo, SIGTERM);
        display_wait_exit(demo, WAIT_MS);
        display_free(demo);
    }
    test_folder_clear(&bench.folder);
    return good ? 0 : 1;
}
