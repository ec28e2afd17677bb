/* Two operators on one target: one of them acts, the other sees who. */
/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/text.h"
#include "history/lock.h"
#include "io/bound_socket.h"
#include "support/display.h"
#include "support/test_folder.h"

enum { LIMIT_MS = 20000, LOOK_MS = 10, VARIABLE_SIZE = TEST_PATH_SIZE + 32 };

struct pair {
    struct test_folder folder;
    const char *url;
    struct display *first, *second;
};

/* A target that does not answer is enough to be held. */
static const char nobody[] = "http://127.0.0.1:1";
static const char nobody_name[] = "127.0.0.1:1";

static struct display *sit_down(const struct pair *pair) {
    static const char *const names[] = {
        "XDG_RUNTIME_DIR", "XDG_STATE_HOME", "XDG_CONFIG_HOME", "HOME"};
    enum { NAMES = sizeof names / sizeof *names };
    char variables[NAMES][VARIABLE_SIZE];
    const char *env[NAMES + 1] = {NULL};
    for (unsigned i = 0; i < NAMES; i++) {
        struct text text = TEXT_IN(variables[i]);
        text_addf(&text, "%s=%s", names[i], pair->folder.path);
        env[i] = variables[i];
    }
    const char *const args[] = {BINARIES_FOLDER "/flightdeck", pair->url, NULL};
    const struct display_options options = {
        .args = args, .env = env, .width = 120, .height = 40};
    struct display *display = display_start(&options);
    assert_true(display_wait(display, "DISARMED", LIMIT_MS));
    return display;
}

static void sit_down_both(struct pair *pair, const char *url) {
    test_folder_init(&pair->folder);
    pair->url = url;
    pair->first = sit_down(pair);
    pair->second = sit_down(pair);
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

/* Opens the dialog that says who holds the target. */
static void ask_for_it(struct display *display) {
    display_type(display, "A");
    assert_true(display_wait(display, "take over", LIMIT_MS));
}

static void think_better_of_it(struct display *display) {
    display_type(display, "\033");
    assert_true(display_wait_gone(display, "take over", LIMIT_MS));
}

static bool take_over(struct display *display, const char *target) {
    ask_for_it(display);
    display_type(display, target);
    display_type(display, "\r");
    return display_wait_gone(display, "DISARMED", LIMIT_MS);
}

/* Noticed within a poll or two, and told by whom. */
static void expect_lost(struct display *display) {
    assert_true(display_wait(display, "took the target over", LIMIT_MS));
    assert_true(display_wait(display, "DISARMED", LIMIT_MS));
    display_type(display, "S");
    assert_true(display_wait(display, "arm first", LIMIT_MS));
}

static void the_second_one_sees_who_holds_the_target(void **state) {
    (void)state;
    struct pair pair;
    char pid[32];
    sit_down_both(&pair, nobody);
    assert_true(arm(pair.first));
    ask_for_it(pair.second);
    assert_true(display_shows(pair.second, "held by"));
    assert_true(display_shows(pair.second, ", cockpit)"));
    assert_true(display_shows(pair.second, "Z, for "));
    struct lock_holder who;
    char folder[TEST_PATH_SIZE];
    test_folder_path(&pair.folder, "flightdeck", folder);
    assert_true(lock_is_held(folder, nobody_name, &who));
    snprintf(pid, sizeof pid, "(pid %d,", (int)who.pid);
    assert_true(display_shows(pair.second, pid));

    /* Neither a yes nor another name takes anything. */
    display_type(pair.second, "y\r");
    assert_true(display_wait(pair.second, "Enter: y", LIMIT_MS));
    think_better_of_it(pair.second);
    assert_true(display_shows(pair.second, "DISARMED"));
    assert_false(display_shows(pair.first, "DISARMED"));
    leave(&pair);
}

static void the_name_of_the_target_takes_it_over(void **state) {
    (void)state;
    struct pair pair;
    sit_down_both(&pair, nobody);
    assert_true(arm(pair.first));
    assert_true(take_over(pair.second, nobody_name));
    assert_true(display_wait(pair.second, "taken over from", LIMIT_MS));
    expect_lost(pair.first);

    assert_true(take_over(pair.first, nobody_name)); /* and back the same way */
    expect_lost(pair.second);
    leave(&pair);
}

/* The kernel takes the lock of a process away that ends a little after its guard. */
static void wait_until_free(const struct pair *pair, struct display *looker) {
    char folder[TEST_PATH_SIZE];
    struct lock_holder who;
    test_folder_path(&pair->folder, "flightdeck", folder);
    for (unsigned waited_ms = 0; waited_ms < LIMIT_MS; waited_ms += LOOK_MS) {
        if (!lock_is_held(folder, nobody_name, &who)) return;
        display_look_on(looker, LOOK_MS);
    }
    fail_msg("still held by pid %d", (int)who.pid);
}

static void expect_free_after_kill(struct pair *pair, struct display **killed) {
    struct display *other = killed == &pair->first ? pair->second : pair->first;
    display_signal(*killed, SIGKILL);
    assert_int_equal(display_wait_exit(*killed, LIMIT_MS), 128 + SIGKILL);
    wait_until_free(pair, other);
    assert_true(arm(other));
}

static void kill_9_of_who_took_it_leaves_no_lock(void **state) {
    (void)state;
    struct pair pair;
    sit_down_both(&pair, nobody);
    assert_true(arm(pair.first));
    assert_true(take_over(pair.second, nobody_name));
    expect_lost(pair.first);
    expect_free_after_kill(&pair, &pair.second);
    leave(&pair);
}

static void kill_9_of_who_lost_it_changes_nothing(void **state) {
    (void)state;
    struct pair pair;
    sit_down_both(&pair, nobody);
    assert_true(arm(pair.first));
    assert_true(take_over(pair.second, nobody_name));
    display_signal(pair.first, SIGKILL);
    assert_int_equal(display_wait_exit(pair.first, LIMIT_MS), 128 + SIGKILL);
    display_free(pair.first);
    pair.first = sit_down(&pair);
    ask_for_it(pair.first);
    think_better_of_it(pair.first);
    expect_free_after_kill(&pair, &pair.second);
    leave(&pair);
}

/* He is gone before the name is typed: then it is taken from nobody. */
static void a_holder_who_is_killed_meanwhile_is_no_obstacle(void **state) {
    (void)state;
    struct pair pair;
    sit_down_both(&pair, nobody);
    assert_true(arm(pair.first));
    ask_for_it(pair.second);
    display_signal(pair.first, SIGKILL);
    assert_int_equal(display_wait_exit(pair.first, LIMIT_MS), 128 + SIGKILL);
    display_free(pair.first);
    pair.first = NULL;
    display_type(pair.second, "127.0.0.1:1\r");
    assert_true(display_wait_gone(pair.second, "DISARMED", LIMIT_MS));
    leave(&pair);
}

/* Whom the dialog names is meant: not somebody who came meanwhile. */
static void a_holder_who_came_meanwhile_keeps_the_target(void **state) {
    (void)state;
    struct pair pair;
    char folder[TEST_PATH_SIZE];
    struct error err = {0};
    sit_down_both(&pair, nobody);
    assert_true(arm(pair.first));
    ask_for_it(pair.second);
    test_folder_path(&pair.folder, "flightdeck", folder);
    const struct lock_holder bob = {.holder = "bob", .purpose = "canary"};
    struct lock *lock = lock_take_over(folder, nobody_name, &bob, NULL, &err);
    assert_non_null(lock);
    display_type(pair.second, "127.0.0.1:1\r");
    assert_true(display_wait(pair.second, "held by bob", LIMIT_MS));
    assert_true(display_shows(pair.second, "DISARMED"));
    assert_true(lock_is_mine(lock));
    lock_free(lock);
    leave(&pair);
}

/* A smoke test of his waits for an answer of /health that never comes. */
static void what_runs_is_stopped_when_the_target_is_lost(void **state) {
    (void)state;
    struct pair pair;
    struct error err;
    uint16_t port = 0;
    char url[64];
    int listener = bound_socket_open("127.0.0.1", 0, &port, &err);
    assert_true(listener >= 0);
    snprintf(url, sizeof url, "http://127.0.0.1:%u", (unsigned)port);
    sit_down_both(&pair, url);
    assert_true(arm(pair.first));
    display_type(pair.first, "S");
    assert_true(display_wait(pair.first, "y yes", LIMIT_MS));
    display_type(pair.first, "y");
    assert_true(display_wait(pair.first, "Health check", LIMIT_MS));
    assert_true(take_over(pair.second, url + strlen("http://")));
    assert_true(display_wait(pair.first, "the run is stopped", LIMIT_MS));
    assert_true(display_wait(pair.first, "INCONCLUSIVE", LIMIT_MS));
    expect_lost(pair.first);
    close(listener);
    leave(&pair);
}

static void disarming_gives_the_target_back(void **state) {
    (void)state;
    struct pair pair;
    sit_down_both(&pair, nobody);
    assert_true(arm(pair.first));
    display_type(pair.first, "A");
    assert_true(display_wait(pair.first, "DISARMED", LIMIT_MS));
    assert_true(arm(pair.second));
    leave(&pair);
}

static void a_killed_operator_holds_nothing(void **state) {
    (void)state;
    struct pair pair;
    sit_down_both(&pair, nobody);
    assert_true(arm(pair.first));
    display_signal(pair.first, SIGTERM);
    assert_int_equal(display_wait_exit(pair.first, LIMIT_MS), 128 + SIGTERM);
    assert_true(arm(pair.second));
    leave(&pair);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_second_one_sees_who_holds_the_target),
        cmocka_unit_test(the_name_of_the_target_takes_it_over),
        cmocka_unit_test(kill_9_of_who_took_it_leaves_no_lock),
        cmocka_unit_test(kill_9_of_who_lost_it_changes_nothing),
        cmocka_unit_test(a_holder_who_is_killed_meanwhile_is_no_obstacle),
        cmocka_unit_test(a_holder_who_came_meanwhile_keeps_the_target),
        cmocka_unit_test(what_runs_is_stopped_when_the_target_is_lost),
        cmocka_unit_test(disarming_gives_the_target_back),
        cmocka_unit_test(a_killed_operator_holds_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
