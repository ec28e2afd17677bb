/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/scan.h"
#include "base/text.h"
#include "support/display.h"
#include "support/painter.h"
#include "ui/restore.h"

enum { EXIT_MS = 30000 }; /* that it ends, and not how soon, on a busy machine */

/* The test starts itself as the program in the terminal. */
static struct display *start(const char *const *env) {
    const char *const args[] = {"/proc/self/exe", "--paint", NULL};
    const struct display_options options = {
        .args = args, .env = env, .width = 80, .height = 24};
    return display_start(&options);
}

static void assert_restored(struct display *display) {
    char why[160] = "";
    display_wait_restored(display, why, sizeof why, 5000);
    assert_string_equal(why, "");
}

static void shows_text_colours_and_wide_characters(void **state) {
    (void)state;
    const char *const env[] = {"COLORTERM=truecolor", NULL};
    struct display *display = start(env);
    assert_true(display_wait(display, "corner", 5000));
    assert_true(display_shows(display, "size 80x24"));
    assert_true(display_shows(display, "caf\u00e9 \u2714 \u4e2d\u6587 end"));
    struct display_cell cell = display_cell(display, 0, 1);
    assert_int_equal(cell.fg.kind, DISPLAY_RGB);
    assert_int_equal(cell.fg.value, 0x56B4E9);
    assert_true(cell.bold);
    cell = display_cell(display, 0, 2);
    assert_int_equal(cell.bg.value, 0x56B4E9);
    assert_int_equal(cell.fg.value, 0x000003); /* not the palette's third */
    assert_int_equal(display_cell(display, 79, 23).rune, 'r');
    display_type(display, "q");
    assert_int_equal(display_wait_exit(display, EXIT_MS), 0);
    assert_restored(display);
    display_free(display);
}

static void is_as_large_as_the_terminal_whatever_the_environment_says(void **state) {
    (void)state;
    static const char *const sizes[][3] = {
        {"COLUMNS=-5", "LINES=99999999"}, {"COLUMNS=40", "LINES=10"}, {"LINES=x"}};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        struct display *display = start(sizes[i]);
        assert_true(display_wait(display, "corner", 5000));
        assert_true(display_shows(display, "size 80x24"));
        assert_int_equal(display_cell(display, 79, 23).rune, 'r');
        display_type(display, "q");
        assert_int_equal(display_wait_exit(display, EXIT_MS), 0);
        assert_restored(display);
        display_free(display);
    }
}

static void has_fewer_colours_where_the_terminal_has(void **state) {
    (void)state;
    static const struct {
        const char *env[3];
        enum display_color_kind kind;
        uint32_t value;
    } cases[] = {
        {{"TERM=xterm-256color"}, DISPLAY_INDEX, 74},
        {{"TERM=tmux-256color"}, DISPLAY_INDEX, 74},
        {{"TERM=linux"}, DISPLAY_INDEX, 6},
        {{"TERM=screen"}, DISPLAY_INDEX, 6},
        {{"TERM=vt100"}, DISPLAY_DEFAULT, 0},
        {{"TERM=xterm-256color", "NO_COLOR=1"}, DISPLAY_DEFAULT, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct display *display = start(cases[i].env);
        assert_true(display_wait(display, "corner", 5000));
        struct display_cell cell = display_cell(display, 0, 1);
        assert_int_equal(cell.fg.kind, cases[i].kind);
        assert_int_equal(cell.fg.value, cases[i].value);
        cell = display_cell(display, 0, 2);
        assert_int_equal(cell.reverse, cases[i].kind == DISPLAY_DEFAULT);
        if (cases[i].kind == DISPLAY_DEFAULT) {
            assert_int_equal(display_counts(display).colors, 0);
        }
        display_type(display, "q");
        assert_int_equal(display_wait_exit(display, EXIT_MS), 0);
        assert_restored(display);
        display_free(display);
    }
}

static void an_unknown_terminal_is_taken_for_xterm_with_a_warning(void **state) {
    (void)state;
    const char *const env[] = {"TERM=xterm-kitty-of-tomorrow", NULL};
    struct display *display = start(env);
    assert_true(display_wait(display, "corner", 5000));
    assert_int_equal(display_cell(display, 0, 1).fg.value, 74);
    display_type(display, "q");
    assert_int_equal(display_wait_exit(display, EXIT_MS), 0);
    assert_true(display_shows(display, "is not described on this machine"));
    display_free(display);
}

static void a_dumb_terminal_is_refused(void **state) {
    (void)state;
    const char *const env[] = {"TERM=dumb", NULL};
    struct display *display = start(env);
    assert_int_equal(display_wait_exit(display, EXIT_MS), 2);
    assert_true(display_shows(display, "refused: TERM=dumb cannot show the cockpit"));
    assert_restored(display);
    display_free(display);
}

static void a_locale_without_utf8_gets_ascii(void **state) {
    (void)state;
    const char *const env[] = {"LANG=C", NULL};
    struct display *display = start(env);
    assert_true(display_wait(display, "corner", 5000));
    const char *text = display_text(display);
    for (const char *c = text; *c; c++) assert_true((unsigned char)*c < 0x80);
    display_type(display, "q");
    assert_int_equal(display_wait_exit(display, EXIT_MS), 0);
    display_free(display);
}

static void follows_every_size(void **state) {
    (void)state;
    static const int sizes[][2] = {{120, 40}, {1, 1},   {40, 10}, {300, 90},
                                   {2, 60},   {81, 25}, {3, 2},   {200, 60}};
    struct display *display = start(NULL);
    assert_true(display_wait(display, "corner", 5000));
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        int width = sizes[i][0], height = sizes[i][1];
        display_resize(display, width, height);
        if (width < 20 || height < 5) {
            display_look_on(display, 20);
            continue;
        }
        char words[32];
        struct text text = TEXT_IN(words);
        text_addf(&text, "size %dx%d", width, height);
        assert_true(display_wait(display, words, 5000));
        assert_true(display_wait(display, "corner", 5000));
        assert_int_equal(display_cell(display, width - 1, height - 1).rune, 'r');
    }
    display_type(display, "q");
    assert_int_equal(display_wait_exit(display, EXIT_MS), 0);
    assert_restored(display);
    display_free(display);
}

static void a_crash_or_a_panic_gives_the_terminal_back(void **state) {
    (void)state;
    static const struct {
        const char *key;
        int status;
    } cases[] = {
        {"s", 128 + SIGSEGV}, {"a", 128 + SIGABRT}, {"o", 128 + SIGSEGV}, {"p", 70}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct display *display = start(NULL);
        assert_true(display_wait(display, "corner", 5000));
        display_type(display, cases[i].key);
        int status = display_wait_exit(display, 20000);
#ifndef __SANITIZE_ADDRESS__ /* which reports the crash and exits with 1 */
        assert_int_equal(status, cases[i].status);
#endif
        assert_true(status > 0);
        assert_restored(display);
        display_free(display);
    }
}

static void suspending_gives_it_back_and_takes_it_again(void **state) {
    (void)state;
    struct display *display = start(NULL);
    assert_true(display_wait(display, "corner", 5000));
    display_type(display, "z");
    assert_true(display_wait_gone(display, "corner", 5000));
    assert_restored(display);
    display_signal(display, SIGCONT);
    assert_true(display_wait(display, "corner", 5000));
    char why[160];
    assert_false(display_is_restored(display, why, sizeof why));
    display_type(display, "q");
    assert_int_equal(display_wait_exit(display, EXIT_MS), 0);
    assert_restored(display);
    display_free(display);
}

static uint64_t number_behind(struct display *display, const char *words) {
    const char *found = strstr(display_text(display), words);
    assert_non_null(found);
    struct scan scan = scan_of(slice_of(found + strlen(words)));
    struct slice word;
    uint64_t number = 0;
    assert_true(scan_word(&scan, &word) && slice_u64(word, &number));
    return number;
}

static void a_slow_line_gets_fewer_frames_and_holds_nothing_up(void **state) {
    (void)state;
    struct display *display = start(NULL);
    assert_true(display_wait(display, "corner", 5000));
    display_throttle(display, 9600);
    uint64_t before = display_counts(display).bytes;
    display_type(display, "f");
    assert_true(display_wait_bytes(display, before + 20000, 10000));
    display_throttle(display, 0);
    display_type(display, "q");
    assert_int_equal(display_wait_exit(display, EXIT_MS), 0);
    assert_true(number_behind(display, "dropped=") > 20);
    /* Were the line waited for, nearly every turn
     * would be slow; a busy machine stalls few. */
    assert_true(number_behind(display, "slow=") < 5);
    assert_restored(display);
    display_free(display);
}

static void quitting_on_a_dead_line_does_not_hang(void **state) {
    (void)state;
    struct display *display = start(NULL);
    assert_true(display_wait(display, "corner", 5000));
    display_listen(display, false);
    display_type(display, "f");
    display_look_on(display, 300);
    display_type(display, "q");
    assert_int_equal(display_wait_exit(display, EXIT_MS), 0);
    display_free(display);
}

static void frames_are_bracketed_when_told_to(void **state) {
    (void)state;
    const char *const env[] = {"FLIGHTDECK_SYNC=1", NULL};
    struct display *display = start(env);
    assert_true(display_wait(display, "corner", 5000));
    assert_true(display_counts(display).frames > 0);
    display_type(display, "q");
    assert_int_equal(display_wait_exit(display, EXIT_MS), 0);
    assert_restored(display);
    display_free(display);
}

int main(int argc, char **argv) {
    if (argc > 1 && strcmp(argv[1], "--paint") == 0) {
        struct restore restore = {0};
        return painter_run(&restore);
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shows_text_colours_and_wide_characters),
        cmocka_unit_test(is_as_large_as_the_terminal_whatever_the_environment_says),
        cmocka_unit_test(has_fewer_colours_where_the_terminal_has),
        cmocka_unit_test(an_unknown_terminal_is_taken_for_xterm_with_a_warning),
        cmocka_unit_test(a_dumb_terminal_is_refused),
        cmocka_unit_test(a_locale_without_utf8_gets_ascii),
        cmocka_unit_test(follows_every_size),
        cmocka_unit_test(a_crash_or_a_panic_gives_the_terminal_back),
        cmocka_unit_test(suspending_gives_it_back_and_takes_it_again),
        cmocka_unit_test(a_slow_line_gets_fewer_frames_and_holds_nothing_up),
        cmocka_unit_test(quitting_on_a_dead_line_does_not_hang),
        cmocka_unit_test(frames_are_bracketed_when_told_to),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
