/* SPDX-License-Identifier: MIT */
#include "stage.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/text.h"
#include "core/random.h"
#include "guard.h"
#include "support/display.h"
#include "support/player.h"
#include "support/test_folder.h"

/* The test starts itself as the program in the terminal: a guarded player. */
enum { FUZZ_EVENTS = 1500, FUZZ_SEEDS = 3, STORMS = 9 };

static int run(void *owner, struct restore *restore) {
    const struct player_options options = {
        .restore = restore, .theme = owner, .past_s = 60};
    return player_run(&options);
}

static int play(char *theme) {
    const struct guard_work work = {.run = run, .owner = theme};
    return guard_run(&work);
}

static struct display *start_with(
    const char *const *env, const char *theme, int width, int height) {
    const char *const args[] = {"/proc/self/exe", "--play", theme, NULL};
    const struct display_options options = {
        .args = args, .env = env, .width = width, .height = height};
    return display_start(&options);
}

static struct display *start(void) {
    struct display *display = start_with(NULL, NULL, 120, 40);
    assert_true(display_wait(display, "agent-played", 10000));
    return display;
}

static void assert_ends_well(struct display *display) {
    char why[160] = "";
    display_wait_restored(display, why, sizeof why, 5000);
    assert_string_equal(why, "");
    display_free(display);
}

static void quit(struct display *display) {
    display_type(display, "q");
    assert_int_equal(display_wait_exit(display, 10000), 0);
    assert_ends_well(display);
}

static void draws_at_every_size_down_to_a_few_cells(void **state) {
    (void)state;
    static const int sizes[][2] = {{200, 60}, {80, 24}, {40, 10}, {120, 40}};
    struct display *display = start();
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        display_resize(display, 1, 1);
        display_resize(display, 5, 3);
        display_look_on(display, 20);
        display_resize(display, sizes[i][0], sizes[i][1]);
        assert_true(display_wait(display, "agent-played", 10000));
    }
    quit(display);
}

static void keys_lead_to_screens_and_back(void **state) {
    (void)state;
    struct display *display = start();
    display_type(display, "gt");
    assert_true(display_wait(display, "turn ", 5000));
    display_type(display, "go");
    display_type(display, "?");
    assert_true(display_wait(display, "leave the cockpit", 5000));
    display_type(display, "\033");
    assert_true(display_wait_gone(display, "leave the cockpit", 5000));
    quit(display);
}

static void frozen_it_sends_nothing(void **state) {
    (void)state;
    struct display *display = start();
    display_type(display, " ");
    assert_true(display_wait(display, "FROZEN", 5000));
    display_look_on(display, 300);
    uint64_t before = display_counts(display).bytes;
    display_look_on(display, 1500);
    assert_int_equal(display_counts(display).bytes, before);
    /* Scrubbing moves the picture, and going live moves it again. */
    display_type(display, "\033[D\033[D\033[D");
    assert_true(display_wait_bytes(display, before + 1, 5000));
    display_type(display, " ");
    assert_true(display_wait_gone(display, "FROZEN", 5000));
    before = display_counts(display).bytes;
    assert_true(display_wait_bytes(display, before + 2000, 5000));
    quit(display);
}

static void themes_change_on_the_spot(void **state) {
    (void)state;
    struct display *display = start();
    display_type(display, ":theme mono\r");
    display_look_on(display, 300);
    uint64_t before = display_counts(display).colors;
    display_look_on(display, 1000);
    assert_int_equal(display_counts(display).colors, before);
    display_type(display, ":theme night\r");
    display_look_on(display, 1000);
    assert_true(display_counts(display).colors > before);
    display_type(display, ":theme nope\r");
    assert_true(display_wait(display, "no theme is named nope", 5000));
    quit(display);
}

static void settings_change_on_the_spot(void **state) {
    (void)state;
    struct display *display = start();
    display_type(display, "\033OQ");
    assert_true(display_wait(display, "colours  256", 5000));
    display_type(display, "\033[B\r");
    assert_true(display_wait(display, "colours  16", 5000));
    display_type(display, "\r");
    assert_true(display_wait(display, "colours  mono", 5000));
    uint64_t before = display_counts(display).colors;
    display_look_on(display, 500);
    assert_int_equal(display_counts(display).colors, before);
    display_type(display, "\r");
    assert_true(display_wait(display, "colours  256", 5000));
    display_type(display, "\033[B\033[B\r");
    assert_true(display_wait(display, "sync     on", 5000));
    display_type(display, "\033");
    display_look_on(display, 150);
    display_type(display, ":colors 24\r");
    assert_true(display_wait(display, "does not have that many colours", 5000));
    quit(display);
}

static void expect_file(const struct test_folder *folder, const char *name) {
    char path[TEST_PATH_SIZE];
    char below[TEST_PATH_SIZE];
    struct text text = TEXT_IN(below);
    text_addf(&text, "flightdeck/%s", name);
    test_folder_path(folder, below, path);
    struct stat about;
    if (stat(path, &about) != 0 || about.st_size == 0) fail_msg("no %s", path);
}

static void copies_and_exports_stand_in_the_state_folder(void **state) {
    const struct test_folder *folder = *state;
    struct display *display = start();
    display_type(display, "8y");
    assert_true(display_wait(display, "copied to ", 5000));
    expect_file(folder, "copied.txt");
    display_type(display, "3e\025lat.json\r");
    assert_true(display_wait(display, "written to ", 5000));
    expect_file(folder, "exports/lat.json");
    display_type(display, ":export lat.json\r");
    assert_true(display_wait(display, "lat.json is not written: File exists", 5000));
    display_type(display, ":export ../lat.json\r");
    assert_true(display_wait(display, "not written: a file name", 5000));
    quit(display);
}

static void a_light_background_gets_the_light_theme(void **state) {
    (void)state;
    struct display *display = start();
    display_type(display, "\033]11;rgb:ffff/ffff/eeee\033\\");
    display_look_on(display, 500);
    struct display_cell cell = display_cell(display, 1, 0);
    assert_int_equal(cell.fg.kind, DISPLAY_INDEX);
    assert_int_equal(cell.fg.value, 235); /* day's fg, not night's 188 */
    quit(display);
}

static void a_theme_that_does_not_exist_is_said_and_done_without(void **state) {
    (void)state;
    struct display *display = start_with(NULL, "nope", 120, 40);
    assert_true(display_wait(display, "no theme is named nope", 10000));
    quit(display);
}

static void every_terminal_gets_what_it_can_show(void **state) {
    (void)state;
    static const struct {
        const char *env[3];
        bool colors;
    } cases[] = {
        {{"TERM=linux"}, true},
        {{"TERM=screen"}, true},
        {{"TERM=vt100"}, false},
        {{"TERM=xterm-256color", "NO_COLOR=1"}, false},
        {{"TERM=xterm-256color", "COLORTERM=truecolor"}, true},
        {{"TERM=xterm-256color", "LANG=C"}, true},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct display *display = start_with(cases[i].env, NULL, 120, 40);
        assert_true(display_wait(display, "agent-played", 10000));
        display_look_on(display, 300);
        assert_int_equal(display_counts(display).colors > 0, cases[i].colors);
        quit(display);
    }
}

static void a_dumb_terminal_is_refused_with_what_to_do(void **state) {
    (void)state;
    const char *const env[] = {"TERM=dumb", NULL};
    struct display *display = start_with(env, NULL, 120, 40);
    assert_int_equal(display_wait_exit(display, 10000), 2);
    assert_true(display_shows(display, "TERM=dumb"));
    assert_true(display_shows(display, "watch --plain"));
    assert_ends_well(display);
}

static void it_ends_by_every_signal(void **state) {
    (void)state;
    static const int numbers[] = {SIGTERM, SIGINT, SIGHUP, SIGKILL};
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        struct display *display = start();
        display_signal(display, numbers[i]);
        assert_int_equal(display_wait_exit(display, 10000), 128 + numbers[i]);
        assert_ends_well(display);
    }
}

/* Without its guard nobody else gives the terminal back, whatever comes meanwhile. */
static void a_storm_of_signals_leaves_the_terminal_as_it_was(void **state) {
    (void)state;
    static const int numbers[] = {SIGTERM, SIGHUP, SIGINT};
    for (unsigned i = 0; i < STORMS; i++) {
        struct display *display = start();
        pid_t group = display_pid(display);
        kill(group, SIGKILL);
        assert_int_equal(display_wait_exit(display, 10000), 128 + SIGKILL);
        while (kill(-group, numbers[i % 3]) == 0) continue;
        assert_ends_well(display);
    }
}

static void a_slow_line_drops_frames_and_answers_keys(void **state) {
    (void)state;
    struct display *display = start();
    display_throttle(display, 9600);
    display_type(display, "?");
    assert_true(display_wait(display, "leave the cockpit", 10000));
    display_type(display, "\033");
    assert_true(display_wait_gone(display, "leave the cockpit", 10000));
    display_throttle(display, 0);
    quit(display);
}

static const char *const pieces[] = {
    "\033",
    "\033[A",
    "\033[B",
    "\033[C",
    "\033[D",
    "\033[1;2D",
    "\033[1;2C",
    "\033OP",
    "\033[5~",
    "\033[6~",
    "\033[200~",
    "\033[201~",
    "\033[<0;9;9M",
    "\033[<65;3;3M",
    "\033[<32;40;20M",
    "\033[<0;9;9m",
    "\t",
    "\r",
    " ",
    "gt",
    "go",
    "ge",
    "gs",
    "z",
    "?",
    "/",
    ":",
    "\xc3",
    "\xe4\xb8",
    "\x80",
    "\033[",
    "\033]11;",
    "\x7f",
    "1",
    "9",
    "[",
    "]",
    "b",
    "t",
    "A",
    "S",
    "X",
    "y",
    "n",
    "\033[?2026;2$y",
    "\x0c",
    "hello",
    "\x1b[999;999H",
};

static uint64_t first_seed = 1;

static void send_random(struct display *display, struct random *random) {
    uint64_t which = random_below(random, sizeof pieces / sizeof *pieces + 4);
    if (which < sizeof pieces / sizeof *pieces) {
        display_type(display, pieces[which]);
    } else if (which % 2) {
        unsigned char byte = (unsigned char)random_below(random, 256);
        /* Not the keys that leave or stop. */
        if (byte != 'q' && byte != 3 && byte != 26) display_send(display, &byte, 1);
    } else {
        display_resize(
            display, (int)random_below(random, 300) + 1,
            (int)random_below(random, 90) + 1);
    }
}

static void lives_through_random_keys_and_sizes(void **state) {
    (void)state;
    for (uint64_t seed = first_seed; seed < first_seed + FUZZ_SEEDS; seed++) {
        struct display *display = start();
        struct random random;
        random_seed(&random, seed);
        for (unsigned i = 0; i < FUZZ_EVENTS; i++) {
            send_random(display, &random);
            display_look_on(display, 1);
        }
        /* Out of whatever was begun, then out. */
        display_resize(display, 120, 40);
        display_type(display, "\033[201~\033\\\x07");
        display_look_on(display, 300);
        int code = -1;
        for (int tries = 0; tries < 20 && code < 0; tries++) {
            display_type(display, "\033");
            display_look_on(display, 150);
            display_type(display, "q");
            code = display_wait_exit(display, 250);
        }
        if (code != 0) print_error("seed %u\n", (unsigned)seed);
        assert_int_equal(code, 0);
        assert_ends_well(display);
    }
}

/* What is copied and exported has to stay away from where people keep theirs. */
static int set_up(void **state) {
    static struct test_folder folder;
    test_folder_init(&folder);
    *state = &folder;
    return setenv("XDG_STATE_HOME", folder.path, 1);
}

static int tear_down(void **state) {
    test_folder_clear(*state);
    return 0;
}

/* Nothing but random keys, from that seed on. */
static int press_at_random(uint64_t seed) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lives_through_random_keys_and_sizes)};
    first_seed = seed;
    return cmocka_run_group_tests(tests, set_up, tear_down);
}

int main(int argc, char **argv) {
    if (argc > 1 && strcmp(argv[1], "--play") == 0) {
        return play(argc > 2 ? argv[2] : NULL);
    }
    if (argc > 1) return press_at_random(strtoull(argv[1], NULL, 10));
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(draws_at_every_size_down_to_a_few_cells),
        cmocka_unit_test(keys_lead_to_screens_and_back),
        cmocka_unit_test(frozen_it_sends_nothing),
        cmocka_unit_test(themes_change_on_the_spot),
        cmocka_unit_test(settings_change_on_the_spot),
        cmocka_unit_test(copies_and_exports_stand_in_the_state_folder),
        cmocka_unit_test(a_light_background_gets_the_light_theme),
        cmocka_unit_test(a_theme_that_does_not_exist_is_said_and_done_without),
        cmocka_unit_test(every_terminal_gets_what_it_can_show),
        cmocka_unit_test(a_dumb_terminal_is_refused_with_what_to_do),
        cmocka_unit_test(it_ends_by_every_signal),
        cmocka_unit_test(a_storm_of_signals_leaves_the_terminal_as_it_was),
        cmocka_unit_test(a_slow_line_drops_frames_and_answers_keys),
        cmocka_unit_test(lives_through_random_keys_and_sizes),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
