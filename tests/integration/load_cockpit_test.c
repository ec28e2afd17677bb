/* A load run from the keyboard: armed, chosen, started, made larger and stopped in the
 * cockpit of a real demo, and of its generators nothing stays. */
/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

#include "core/exit_code.h"
#include "support/demo_seat.h"
#include "support/display.h"
#include "support/test_demo.h"

enum {
    WIDTH = 200, /* all of the screen is to be seen */
    HEIGHT = 60,
    UP_MS = 60000,
    WAIT_MS = 30000,
};

#define BACK_10_S "\x1B[1;2D"

struct seat {
    struct test_demo_home home;
    struct test_demo demo;
    struct display *display;
};

static void expect(struct seat *seat, const char *words) {
    if (display_wait(seat->display, words, WAIT_MS)) return;
    fail_msg("no \"%s\" on\n%s", words, display_text(seat->display));
}

static void expect_gone(struct seat *seat, const char *words) {
    if (display_wait_gone(seat->display, words, WAIT_MS)) return;
    fail_msg("still \"%s\" on\n%s", words, display_text(seat->display));
}

static int sit_down(void **state) {
    static struct seat seat;
    seat = (struct seat){0};
    seat.display = demo_seat_start(&seat.home, WIDTH, HEIGHT);
    *state = &seat;
    return display_wait(seat.display, "parts answer", UP_MS) ? 0 : -1;
}

static int get_up(void **state) {
    struct seat *seat = *state;
    display_free(seat->display);
    test_demo_home_clear(&seat->home);
    return 0;
}

static void start(struct seat *seat) {
    display_type(seat->display, "L");
    expect(seat, "load acts: arm first, with A");
    display_type(seat->display, "A");
    expect(seat, "Esc leaves");
    display_type(seat->display, "y");
    expect(seat, " ARMED ");
    display_type(seat->display, "L");
    expect(seat, "[baseline]");
    expect(seat, "100 users");
    expect(seat, "free: no paid model");
    display_type(seat->display, "\t");
    expect(seat, "[spike]");
    display_type(seat->display, "\x1B[Z"); /* back */
    expect(seat, "[baseline]");
    display_type(seat->display, "y");
    expect(seat, "● RUNNING");
    expect(seat, "LOAD baseline");
}

static void look_for_all(struct seat *seat) {
    seat->demo.home = &seat->home;
    seat->demo.pid = display_pid(seat->display);
    assert_true(test_demo_look(&seat->demo) > 0);
    seat->demo.pid = 0; /* the display waits for it */
}

static void leave(struct seat *seat) {
    assert_int_equal(display_wait_exit(seat->display, WAIT_MS), EXIT_CODE_OK);
    assert_true(test_demo_is_gone(&seat->demo));
    test_demo_clear(&seat->demo);
}

static void a_run_is_started_grown_and_stopped_with_keys(void **state) {
    struct seat *seat = *state;
    start(seat);
    expect(seat, "100/100 users");
    expect(seat, " 200 ");
    expect(seat, "generator healthy");
    look_for_all(seat);
    display_type(seat->display, "+");
    expect(seat, "110 users, until the end of the run");
    display_type(seat->display, "y");
    expect(seat, "110/110 users");
    display_type(seat->display, "-");
    expect(seat, "99 users, until the end of the run");
    display_type(seat->display, "y");
    expect(seat, "99/99 users");
    display_type(seat->display, "L");
    expect(seat, "a load run goes on; X stops it");
    display_type(seat->display, "X");
    expect(seat, "● load baseline");
    display_type(seat->display, "y");
    expect(seat, "~ INCONCLUSIVE");
    expect(seat, "stopped before its end");
    expect_gone(seat, "LOAD baseline");
    display_type(seat->display, BACK_10_S); /* the recording holds the run */
    expect(seat, " FROZEN ");
    expect(seat, "● RUNNING");
    display_type(seat->display, " ");
    expect(seat, "~ INCONCLUSIVE");
    display_type(seat->display, "go");
    expect(seat, "~ load     INCONCLUSIVE");
    display_type(seat->display, "q");
    leave(seat);
}

static void leaving_ends_what_runs(void **state) {
    struct seat *seat = *state;
    start(seat);
    expect(seat, " 200 ");
    look_for_all(seat);
    display_type(seat->display, "q");
    expect(seat, "stops what runs");
    display_type(seat->display, "y");
    leave(seat);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            a_run_is_started_grown_and_stopped_with_keys, sit_down, get_up),
        cmocka_unit_test_setup_teardown(leaving_ends_what_runs, sit_down, get_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
