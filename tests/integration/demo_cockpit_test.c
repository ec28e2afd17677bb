/* Every way in which the cockpit of a demo can end: the terminal is as it was, and of
 * the demo nothing stays: no process, no port, no file. */
/* SPDX-License-Identifier: MIT */
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/text.h"
#include "core/exit_code.h"
#include "support/demo_seat.h"
#include "support/display.h"
#include "support/test_demo.h"

enum {
    PARTS = 8,
    FAMILY = PARTS + 4, /* guard, cockpit, and the stack's keeper and supervisor */
    UP_MS = 60000,
    END_MS = 20000,
};

struct seat {
    struct test_demo_home home; /* what outlives a demo is in its logs */
    struct test_demo demo;
    struct display *display;
    pid_t guard, cockpit, keeper, supervisor;
};

static bool owns_stack(pid_t pid) {
    char path[64], words[256] = "";
    struct text text = TEXT_IN(path);
    text_addf(&text, "/proc/%d/cmdline", (int)pid);
    int file = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t length = file < 0 ? -1 : read(file, words, sizeof words);
    if (file >= 0) close(file);
    return length > 0 && memmem(words, (size_t)length, "--stack-only", 12) != NULL;
}

/* The stack has a session of its own, led by its keeper. */
static void tell_apart(struct seat *seat) {
    seat->guard = display_pid(seat->display);
    for (size_t i = 0; i < seat->demo.family.count; i++) {
        pid_t pid = seat->demo.family.members[i].pid;
        if (owns_stack(pid)) {
            *(getsid(pid) == pid ? &seat->keeper : &seat->supervisor) = pid;
        } else if (pid != seat->guard && getsid(pid) == getsid(seat->guard)) {
            seat->cockpit = pid;
        }
    }
    assert_true(seat->cockpit > 0 && seat->keeper > 0 && seat->supervisor > 0);
}

static void sit_down(struct seat *seat) {
    *seat = (struct seat){0};
    seat->display = demo_seat_start(&seat->home, 80, 24);
    assert_true(display_wait(seat->display, "parts answer", UP_MS));
    seat->demo.pid = display_pid(seat->display);
    assert_int_equal(test_demo_look(&seat->demo), FAMILY);
    assert_true(seat->demo.family.socket_count >= 4);
    seat->demo.pid = 0; /* the display waits for it */
    tell_apart(seat);
}

/* Back to the shell, with this exit code, and nothing else is left. */
static void expect_gone(struct seat *seat, int code) {
    char why[160] = "";
    assert_int_equal(display_wait_exit(seat->display, END_MS), code);
    display_wait_restored(seat->display, why, sizeof why, END_MS);
    assert_string_equal(why, "");
    assert_true(test_demo_is_gone(&seat->demo));
    test_demo_clear(&seat->demo);
    display_free(seat->display);
    test_demo_home_clear(&seat->home);
}

static void quitting_ends_all_of_it(void **state) {
    (void)state;
    struct seat seat;
    sit_down(&seat);
    display_type(seat.display, "q");
    expect_gone(&seat, EXIT_CODE_OK);
}

static void sigterm_ends_all_of_it(void **state) {
    (void)state;
    struct seat seat;
    sit_down(&seat);
    kill(seat.guard, SIGTERM);
    expect_gone(&seat, EXIT_CODE_TERMINATED);
}

static void killing_the_cockpit_ends_all_of_it(void **state) {
    (void)state;
    struct seat seat;
    sit_down(&seat);
    kill(seat.cockpit, SIGKILL);
    expect_gone(&seat, 128 + SIGKILL);
}

static void killing_the_guard_ends_all_of_it(void **state) {
    (void)state;
    struct seat seat;
    sit_down(&seat);
    kill(seat.guard, SIGKILL);
    expect_gone(&seat, 128 + SIGKILL);
}

/* The cockpit stays and shows what is gone; it can still be left. */
static void leave_without_stack(bool keeper) {
    struct seat seat;
    sit_down(&seat);
    kill(keeper ? seat.keeper : seat.supervisor, SIGKILL);
    assert_true(display_wait(seat.display, "redis silent", UP_MS));
    display_type(seat.display, "q");
    expect_gone(&seat, EXIT_CODE_OK);
}

static void a_cockpit_whose_keeper_was_killed_can_be_left(void **state) {
    (void)state;
    leave_without_stack(true);
}

static void a_cockpit_whose_supervisor_was_killed_can_be_left(void **state) {
    (void)state;
    leave_without_stack(false);
}

static void a_lost_terminal_ends_all_of_it(void **state) {
    (void)state;
    struct seat seat;
    sit_down(&seat);
    display_hang_up(seat.display);
    assert_int_equal(display_wait_exit(seat.display, END_MS), 128 + SIGHUP);
    assert_true(test_demo_is_gone(&seat.demo));
    test_demo_clear(&seat.demo);
    display_free(seat.display);
    test_demo_home_clear(&seat.home);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(quitting_ends_all_of_it),
        cmocka_unit_test(sigterm_ends_all_of_it),
        cmocka_unit_test(killing_the_cockpit_ends_all_of_it),
        cmocka_unit_test(killing_the_guard_ends_all_of_it),
        cmocka_unit_test(a_cockpit_whose_keeper_was_killed_can_be_left),
        cmocka_unit_test(a_cockpit_whose_supervisor_was_killed_can_be_left),
        cmocka_unit_test(a_lost_terminal_ends_all_of_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
