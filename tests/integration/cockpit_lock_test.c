/* Two operators on one target: one of them acts, the other sees who. */
/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/text.h"
#include "history/lock.h"
#include "support/display.h"
#include "support/test_folder.h"

enum { LIMIT_MS = 20000, VARIABLE_SIZE = TEST_PATH_SIZE + 32 };

struct pair {
    struct test_folder folder;
    struct display *first, *second;
};

/* A target that does not answer is enough to be held. */
static struct display *sit_down(const struct test_folder *folder) {
    static const char *const names[] = {
        "XDG_RUNTIME_DIR", "XDG_STATE_HOME", "XDG_CONFIG_HOME", "HOME"};
    enum { NAMES = sizeof names / sizeof *names };
    char variables[NAMES][VARIABLE_SIZE];
    const char *env[NAMES + 1] = {NULL};
    for (unsigned i = 0; i < NAMES; i++) {
        struct text text = TEXT_IN(variables[i]);
        text_addf(&text, "%s=%s", names[i], folder->path);
        env[i] = variables[i];
    }
    static const char *const args[] = {
        BINARIES_FOLDER "/flightdeck", "http://127.0.0.1:1", NULL};
    const struct display_options options = {
        .args = args, .env = env, .width = 120, .height = 40};
    struct display *display = display_start(&options);
    assert_true(display_wait(display, "DISARMED", LIMIT_MS));
    return display;
}

static void sit_down_both(struct pair *pair) {
    test_folder_init(&pair->folder);
    pair->first = sit_down(&pair->folder);
    pair->second = sit_down(&pair->folder);
}

static void leave(struct pair *pair) {
    display_free(pair->first);
    display_free(pair->second);
    test_folder_clear(&pair->folder);
}

static bool arm(struct display *display) {
    display_type(display, "A");
    assert_true(display_wait(display, "y yes", LIMIT_MS));
    display_type(display, "y");
    return display_wait_gone(display, "DISARMED", LIMIT_MS);
}

static void expect_refused(struct display *display) {
    display_type(display, "A");
    assert_true(display_wait(display, "y yes", LIMIT_MS));
    display_type(display, "y");
    assert_true(display_wait(display, "held by", LIMIT_MS));
    assert_true(display_shows(display, "DISARMED"));
}

static void the_second_one_sees_who_holds_the_target(void **state) {
    (void)state;
    struct pair pair;
    sit_down_both(&pair);
    assert_true(arm(pair.first));
    expect_refused(pair.second);
    leave(&pair);
}

static void disarming_gives_the_target_back(void **state) {
    (void)state;
    struct pair pair;
    sit_down_both(&pair);
    assert_true(arm(pair.first));
    display_type(pair.first, "A");
    assert_true(display_wait(pair.first, "DISARMED", LIMIT_MS));
    assert_true(arm(pair.second));
    leave(&pair);
}

static void a_killed_operator_holds_nothing(void **state) {
    (void)state;
    struct pair pair;
    sit_down_both(&pair);
    assert_true(arm(pair.first));
    display_signal(pair.first, SIGTERM);
    assert_int_equal(display_wait_exit(pair.first, LIMIT_MS), 128 + SIGTERM);
    assert_true(arm(pair.second));
    leave(&pair);
}

/* A lock that somebody else takes away is noticed before anything is sent. */
static void who_lost_the_target_sends_nothing(void **state) {
    (void)state;
    struct pair pair;
    char folder[TEST_PATH_SIZE];
    struct error err = {0};
    struct lock_holder who;
    sit_down_both(&pair);
    assert_true(arm(pair.first));
    test_folder_path(&pair.folder, "flightdeck", folder);
    const struct lock_holder bob = {.holder = "bob", .purpose = "canary"};
    struct lock *lock = lock_take_over(folder, "127.0.0.1:1", &bob, &who, &err);
    assert_non_null(lock);
    assert_true(who.pid > 0);
    display_type(pair.first, "S");
    assert_true(display_wait(pair.first, "y yes", LIMIT_MS));
    display_type(pair.first, "y");
    assert_true(display_wait(pair.first, "held by bob", LIMIT_MS));
    assert_true(display_wait(pair.first, "DISARMED", LIMIT_MS));
    lock_free(lock);
    leave(&pair);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_second_one_sees_who_holds_the_target),
        cmocka_unit_test(disarming_gives_the_target_back),
        cmocka_unit_test(a_killed_operator_holds_nothing),
        cmocka_unit_test(who_lost_the_target_sends_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
