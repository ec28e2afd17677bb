/* SPDX-License-Identifier: MIT */
#include "guard.h"

#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/scan.h"
#include "base/text.h"
#include "support/display.h"
#include "support/painter.h"

/* The test starts itself as the guarded program in the terminal. */

static int run(void *owner, struct restore *restore) {
    (void)owner;
    return painter_run(restore);
}

static void after(void *owner) {
    (void)owner;
    printf("cleaned up\n");
}

static int guarded(void) {
    struct guard_work work = {.run = run, .after = after};
    return guard_run(&work);
}

static struct display *start(void) {
    const char *const args[] = {"/proc/self/exe", "--guarded", NULL};
    const struct display_options options = {.args = args, .width = 80, .height = 24};
    struct display *display = display_start(&options);
    assert_true(display_wait(display, "corner", 5000));
    return display;
}

/* The only child of a process, 0 for none. */
static pid_t child_of(pid_t parent) {
    char path[64], list[64] = "";
    struct text text = TEXT_IN(path);
    text_addf(&text, "/proc/%d/task/%d/children", (int)parent, (int)parent);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return 0;
    ssize_t length = read(fd, list, sizeof list - 1);
    close(fd);
    struct scan scan = scan_of((struct slice){list, length > 0 ? (size_t)length : 0});
    struct slice word;
    uint64_t pid;
    return scan_word(&scan, &word) && slice_u64(word, &pid) ? (pid_t)pid : 0;
}

/* Nobody may be there to reap it. */
static bool runs(pid_t pid) {
    char path[64], line[128] = "";
    struct text text = TEXT_IN(path);
    text_addf(&text, "/proc/%d/stat", (int)pid);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return false;
    ssize_t length = read(fd, line, sizeof line - 1);
    close(fd);
    return length > 0 && !strstr(line, ") Z");
}

static bool is_gone(struct display *display, pid_t pid) {
    for (int turns = 0; turns < 600 && runs(pid); turns++) {
        display_look_on(display, 20);
    }
    return !runs(pid);
}

static void assert_restored(struct display *display) {
    char why[160] = "";
    display_wait_restored(display, why, sizeof why, 5000);
    assert_string_equal(why, "");
}

static void passes_the_exit_code_on(void **state) {
    (void)state;
    static const struct {
        const char *key;
        int status;
    } cases[] = {{"q", 0}, {"p", 70}, {"s", 128 + SIGSEGV}, {"o", 128 + SIGSEGV}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct display *display = start();
        display_type(display, cases[i].key);
        int status = display_wait_exit(display, 20000);
#ifndef __SANITIZE_ADDRESS__ /* which reports the crash and exits with 1 */
        assert_int_equal(status, cases[i].status);
#endif
        assert_int_equal(status == 0, cases[i].status == 0);
        assert_true(display_shows(display, "cleaned up"));
        assert_restored(display);
        display_free(display);
    }
}

static void a_killed_child_leaves_the_terminal_as_it_was(void **state) {
    (void)state;
    struct display *display = start();
    pid_t child = child_of(display_pid(display));
    assert_true(child > 0);
    kill(child, SIGKILL);
    assert_int_equal(display_wait_exit(display, 5000), 128 + SIGKILL);
    assert_true(display_shows(display, "cleaned up"));
    assert_restored(display);
    display_free(display);
}

static void a_killed_guard_takes_the_child_along(void **state) {
    (void)state;
    struct display *display = start();
    pid_t child = child_of(display_pid(display));
    display_signal(display, SIGKILL);
    assert_int_equal(display_wait_exit(display, 5000), 128 + SIGKILL);
    assert_true(is_gone(display, child));
    assert_restored(display);
    display_free(display);
}

static void a_killed_guard_ends_even_a_child_that_hangs(void **state) {
    (void)state;
    struct display *display = start();
    pid_t child = child_of(display_pid(display));
    display_type(display, "h");
    display_look_on(display, 50);
    display_signal(display, SIGKILL);
    display_wait_exit(display, 5000);
    assert_true(is_gone(display, child));
    assert_restored(display);
    display_free(display);
}

static void signals_reach_the_child_and_end_both(void **state) {
    (void)state;
    static const int numbers[] = {SIGTERM, SIGHUP, SIGINT};
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        struct display *display = start();
        pid_t child = child_of(display_pid(display));
        display_signal(display, numbers[i]);
        assert_int_equal(display_wait_exit(display, 5000), 128 + numbers[i]);
        assert_true(is_gone(display, child));
        assert_restored(display);
        display_free(display);
    }
}

static void a_lost_terminal_ends_both(void **state) {
    (void)state;
    struct display *display = start();
    pid_t child = child_of(display_pid(display));
    display_hang_up(display);
    assert_int_equal(display_wait_exit(display, 5000), 128 + SIGHUP);
    assert_true(is_gone(display, child));
    display_free(display);
}

/* Under a real shell with job control. */
static void stops_and_continues_as_one_job(void **state) {
    (void)state;
    char self[256] = "";
    assert_true(readlink("/proc/self/exe", self, sizeof self - 1) > 0);
    char path[280];
    struct text text = TEXT_IN(path);
    text_addf(&text, "PAINTER=%s", self);
    const char *const args[] = {"bash", "--norc", "--noprofile", "-i", NULL};
    const char *const env[] = {path, "PS1=ready> ", "HISTFILE", NULL};
    const struct display_options options = {
        .args = args, .env = env, .width = 80, .height = 24};
    struct display *display = display_start(&options);
    assert_true(display_wait(display, "ready>", 5000));
    display_type(display, "$PAINTER --guarded\r");
    assert_true(display_wait(display, "corner", 5000));
    for (int turns = 0; turns < 3; turns++) {
        display_type(display, "z");
        assert_true(display_wait(display, "Stopped", 5000));
        assert_false(display_shows(display, "corner"));
        display_type(display, "clear; fg; echo code=$?\r");
        assert_true(display_wait(display, "corner", 5000));
    }
    display_type(display, "q");
    assert_true(display_wait(display, "code=0\nready>", 5000));
    display_type(display, "exit\r");
    assert_int_equal(display_wait_exit(display, 5000), 0);
    display_free(display);
}

static void a_stopped_child_stops_the_guard_and_frees_the_terminal(void **state) {
    (void)state;
    struct display *display = start();
    pid_t child = child_of(display_pid(display));
    kill(child, SIGSTOP);
    assert_true(display_wait_gone(display, "corner", 5000));
    assert_restored(display);
    display_signal(display, SIGCONT);
    assert_true(display_wait(display, "corner", 5000));
    display_type(display, "q");
    assert_int_equal(display_wait_exit(display, 5000), 0);
    assert_restored(display);
    display_free(display);
}

int main(int argc, char **argv) {
    if (argc > 1 && strcmp(argv[1], "--guarded") == 0) return guarded();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(passes_the_exit_code_on),
        cmocka_unit_test(a_killed_child_leaves_the_terminal_as_it_was),
        cmocka_unit_test(a_killed_guard_takes_the_child_along),
        cmocka_unit_test(a_killed_guard_ends_even_a_child_that_hangs),
        cmocka_unit_test(signals_reach_the_child_and_end_both),
        cmocka_unit_test(a_lost_terminal_ends_both),
        cmocka_unit_test(stops_and_continues_as_one_job),
        cmocka_unit_test(a_stopped_child_stops_the_guard_and_frees_the_terminal),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
