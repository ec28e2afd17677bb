/* A real rollout from the keyboard: a real router,
 * agents and traffic, a controller that somebody else started,
 * and an operator who holds it, makes it his and takes it back. */
/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support/display.h"
#include "support/rollout_scene.h"

enum { LIMIT_MS = 30000, WIDTH = 120, HEIGHT = 40 };

struct seat {
    struct rollout_scene *scene; /* borrowed */
    struct display *display;
};

static void expect(struct seat *seat, const char *words) {
    if (display_wait(seat->display, words, LIMIT_MS)) return;
    fail_msg("no \"%s\" on\n%s", words, display_text(seat->display));
}

static void expect_gone(struct seat *seat, const char *words) {
    if (display_wait_gone(seat->display, words, LIMIT_MS)) return;
    fail_msg("still \"%s\" on\n%s", words, display_text(seat->display));
}

static struct display *open_cockpit(void) {
    const char *const args[] = {
        BINARIES_FOLDER "/flightdeck", "--target", "demo", NULL};
    const char *const env[] = {NULL};
    const struct display_options options = {
        .args = args, .env = env, .width = WIDTH, .height = HEIGHT};
    return display_start(&options);
}

static void arm(struct seat *seat) {
    display_type(seat->display, "A");
    expect(seat, "y yes");
    display_type(seat->display, "y");
    expect_gone(seat, "DISARMED");
}

/* A demo whose canary says its version, and nobody who lets it in. */
static void sit_down_alone(struct seat *seat) {
    seat->display = open_cockpit();
    expect(seat, "DISARMED");
    display_type(seat->display, "gc");
    expect(seat, "start a rollout");
    expect(seat, "v1.6.0");
}

/* Nothing is promoted by itself, so that the screen stands still. */
static void sit_down(struct seat *seat) {
    rollout_scene_start_manual(seat->scene);
    seat->display = open_cockpit();
    expect(seat, "DISARMED");
    display_type(seat->display, "gc");
    expect(seat, "asked 5%");
    expect(seat, "ann@ops1 epoch ");
    expect(seat, "lease ");
}

/* One that has gone blind on a slow machine is held already, which is as well. */
static void hold(struct seat *seat) {
    display_type(seat->display, "H");
    expect(seat, "~ HOLD ");
    expect(seat, "hold: ");
    assert_int_equal(rollout_scene_weight(seat->scene), 500);
}

static void take_over(struct seat *seat) {
    arm(seat);
    display_type(seat->display, "G");
    expect(seat, "take the rollout over");
    display_type(seat->display, "demo\r");
    expect(seat, "takeover: it is yours");
    expect_gone(seat, "ann@ops1");
}

static void somebody_elses_rollout_is_held_taken_over_and_taken_back(void **state) {
    struct seat seat = {.scene = *state};
    sit_down(&seat);
    hold(&seat);
    take_over(&seat);
    display_type(seat.display, "G");
    expect(&seat, "resume at 5%");
    display_type(seat.display, "y");
    expect(&seat, "resume: it goes on at 5.00 %");
    display_type(seat.display, "X");
    expect(&seat, "abort, 0% canary: all traffic goes back");
    display_type(seat.display, "y");
    expect(&seat, "✘ rolled back");
    assert_true(rollout_scene_weight(seat.scene) <= 0);
    expect(&seat, "over, said "); /* its controller has nothing left to do */
    display_free(seat.display);
}

/* Nobody is left who would keep the weight alive. */
static void a_controller_that_is_killed_leaves_a_screen_that_says_so(void **state) {
    struct seat seat = {.scene = *state};
    sit_down(&seat);
    rollout_scene_kill(seat.scene);
    expect(&seat, "!no controller any more, said ");
    expect(&seat, "!old");
    display_type(seat.display, "X");
    expect(&seat, "nothing runs");
    display_free(seat.display);
}

static void hold_what_was_started(struct seat *seat) {
    expect(seat, "start: ");
    expect(seat, "asked 5%");
    rollout_scene_wait_for_weight(seat->scene, 500);
    display_type(seat->display, "H");
    expect(seat, "~ HOLD ");
}

/* It is nobody's child: whoever comes next finds it. */
static void a_rollout_started_by_keyboard_outlives_the_cockpit(void **state) {
    struct seat seat = {.scene = *state};
    sit_down_alone(&seat);
    display_type(seat.display, "P");
    expect(&seat, "no start: it acts: arm first, with A");
    arm(&seat);
    display_type(seat.display, "P");
    expect(&seat, "v1.6.0, as the canary says");
    display_type(seat.display, "yy");
    hold_what_was_started(&seat);
    display_type(seat.display, "q");
    display_free(seat.display);
    assert_int_equal(rollout_scene_weight(seat.scene), 500);
    seat.display = open_cockpit();
    expect(&seat, "DISARMED");
    display_type(seat.display, "gc");
    expect(&seat, "asked 5%");
    display_type(seat.display, "Xy");
    expect(&seat, "✘ rolled back");
    expect(&seat, "over, said ");
    assert_true(rollout_scene_weight(seat.scene) <= 0);
    display_free(seat.display);
}

/* While one operator reads what would be sent, another one is faster. */
static void whoever_was_faster_is_named(void **state) {
    struct seat seat = {.scene = *state};
    sit_down_alone(&seat);
    arm(&seat);
    display_type(seat.display, "P");
    expect(&seat, "v1.6.0, as the canary says");
    rollout_scene_start_manual(seat.scene);
    expect(&seat, "one is under way, of ann@ops1");
    display_type(seat.display, "y");
    expect(&seat, "no start: one is under way, of ann@ops1");
    display_free(seat.display);
}

#define SHARED(test) cmocka_unit_test_setup(test, rollout_scene_renew)

int main(void) {
    const struct CMUnitTest tests[] = {
        SHARED(somebody_elses_rollout_is_held_taken_over_and_taken_back),
        SHARED(a_rollout_started_by_keyboard_outlives_the_cockpit),
        SHARED(whoever_was_faster_is_named),
        SHARED(a_controller_that_is_killed_leaves_a_screen_that_says_so),
    };
    return cmocka_run_group_tests(tests, rollout_scene_open, rollout_scene_close);
}
