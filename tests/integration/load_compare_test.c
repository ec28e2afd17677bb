/* A scenario file chosen at the screens, run twice and compared: with the run before,
 * and with the knee that a search has found for it. */
/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "core/exit_code.h"
#include "support/demo_seat.h"
#include "support/display.h"
#include "support/test_demo.h"

enum {
    WIDTH = 200, /* all of the screen is to be seen */
    HEIGHT = 60,
    UP_MS = 60000,
    SEARCHES_MAX = 5,
    WAIT_MS = 30000,
};

/* The knee lies below 60 requests a second, whatever the machine can do. */
static const char scenario[] = "version: 1\n"
                               "users: 10\n"
                               "spawn_rate: 100\n"
                               "think: 100ms\n"
                               "run_time: 4s\n"
                               "thresholds: [rps<60, p50<20s]\n"
                               "tasks:\n"
                               "  - {name: look, get: /health}\n";

struct seat {
    struct test_demo_home home;
    struct display *display;
    char folder[TEST_PATH_SIZE + 64], file[TEST_PATH_SIZE + 96];
};

static void expect(struct seat *seat, const char *words) {
    if (display_wait(seat->display, words, WAIT_MS)) return;
    fail_msg("no \"%s\" on\n%s", words, display_text(seat->display));
}

static void write_file(const struct seat *seat, const char *words) {
    FILE *file = fopen(seat->file, "we");
    assert_non_null(file);
    fputs(words, file);
    assert_int_equal(fclose(file), 0);
}

static int sit_down(void **state) {
    static struct seat seat;
    seat = (struct seat){0};
    seat.display = demo_seat_start(&seat.home, WIDTH, HEIGHT);
    *state = &seat;
    const char *logs = seat.home.logs.path; /* the configuration lies there, too */
    snprintf(seat.folder, sizeof seat.folder, "%s/flightdeck", logs);
    mkdir(seat.folder, 0700);
    snprintf(seat.folder, sizeof seat.folder, "%s/flightdeck/scenarios", logs);
    snprintf(seat.file, sizeof seat.file, "%s/quick.yaml", seat.folder);
    if (mkdir(seat.folder, 0700) != 0) return -1;
    return display_wait(seat.display, "parts answer", UP_MS) ? 0 : -1;
}

static int get_up(void **state) {
    struct seat *seat = *state;
    display_free(seat->display);
    test_demo_home_clear(&seat->home);
    return 0;
}

static void arm(struct seat *seat) {
    display_type(seat->display, "A");
    expect(seat, "Esc leaves");
    display_type(seat->display, "y");
    expect(seat, " ARMED ");
}

static void search_knee(struct seat *seat) {
    static char words[TEST_DEMO_WORDS_SIZE];
    const char *const args[] = {"load",   "knee", seat->file,   "--target", "demo",
                                "--rate", "40",   "--run-time", "2s",       NULL};
    int code = EXIT_CODE_INCONCLUSIVE;
    /* On a busy machine the generator may be the limit, and says so. */
    for (int i = 0; i < SEARCHES_MAX && code == EXIT_CODE_INCONCLUSIVE; i++) {
        code = test_demo_ask(&seat->home, args, words);
    }
    if (code != EXIT_CODE_OK || !strstr(words, "knee: the gates hold up to")) {
        fail_msg("%d: %s", code, words);
    }
}

/* Shift-Tab from the first one leads to the last one, which is the file. */
static void choose(struct seat *seat) {
    display_type(seat->display, "L");
    expect(seat, "[baseline]");
    expect(seat, "quick.yaml");
    display_type(seat->display, "\x1B[Z");
    expect(seat, "[quick.yaml]");
}

static void run(struct seat *seat) {
    choose(seat);
    expect(seat, "GET /health");
    display_type(seat->display, "y");
    expect(seat, "LOAD quick.yaml");
    expect(seat, "● RUNNING");
    assert_true(display_wait_gone(seat->display, "● RUNNING", WAIT_MS));
    /* Of rps<60, which is the point of the knee; or the machine was too busy to say. */
    if (!display_shows(seat->display, "INCONCLUSIVE")) expect(seat, "✘ FAIL");
}

static void a_file_is_chosen_run_and_compared(void **state) {
    struct seat *seat = *state;
    arm(seat);
    write_file(seat, "version: 1\nusers: 0\n");
    choose(seat);
    expect(seat, "quick.yaml:2:8");
    write_file(seat, scenario);
    expect(seat, "GET /health"); /* the dialog follows the file */
    display_type(seat->display, "\x1B");
    search_knee(seat);
    run(seat);
    expect(seat, "no run of this scenario before");
    expect(seat, "(knee)");
    display_type(seat->display, "go");
    run(seat);
    expect(seat, "then");
    expect(seat, "delta");
    display_type(seat->display, "q");
    assert_int_equal(display_wait_exit(seat->display, WAIT_MS), EXIT_CODE_OK);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            a_file_is_chosen_run_and_compared, sit_down, get_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
