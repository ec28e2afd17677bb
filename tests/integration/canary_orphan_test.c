/* Rollouts whose controller is dead, out of reach or hung, and the way back from there. */
/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/text.h"
#include "core/exit_code.h"
#include "history/lock.h"
#include "io/rollout_place.h"
#include "support/lone_demo.h"

#define CANARY(...)                                     \
    (const char *const[]) {                             \
        "canary", __VA_ARGS__, "--target", "demo", NULL \
    }

enum { ASKED_MAX = 1000, PATH_SIZE = 512 };

static struct lone_demo stack;
static char words[TEST_DEMO_WORDS_SIZE];

static int set_up(void **state) {
    (void)state;
    lone_demo_start(&stack);
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    lone_demo_stop(&stack);
    return 0;
}

static void expect(const char *const *args, int code, const char *said) {
    int ended = test_demo_ask(&stack.home, args, words);
    if (ended == code && strstr(words, said)) return;
    fail_msg("%s: %d, wanted %d with \"%s\"\n%s", args[1], ended, code, said, words);
}

static bool is_conducted(pid_t *pid) {
    char folder[PATH_SIZE], name[ROLLOUT_LOCK_SIZE];
    struct lock_holder who = {.pid = 0};
    struct text text = TEXT_IN(folder);
    text_addf(&text, "%s/flightdeck", stack.home.logs.path);
    rollout_lock_name("demo", name);
    bool held = lock_is_held(folder, name, &who);
    *pid = who.pid;
    return held;
}

/* A moment; false when it has been asked for too often. */
static bool again(unsigned *asked) {
    const struct timespec moment = {.tv_nsec = 20000000L};
    nanosleep(&moment, NULL);
    return ++*asked < ASKED_MAX;
}

static void wait_until_left(void) {
    unsigned asked = 0;
    pid_t pid;
    while (is_conducted(&pid)) {
        if (!again(&asked)) fail_msg("its controller stays: %d", (int)pid);
    }
}

/* One that is watched at 5 %; its controller's pid. */
static pid_t begin(void) {
    unsigned asked = 0;
    pid_t pid = 0;
    wait_until_left();
    expect(
        CANARY("start", "--to", "v1.6.0", "--hold-each", "5m", "--detach"),
        EXIT_CODE_OK, "started: rollout");
    do {
        test_demo_ask(&stack.home, CANARY("status", "-f", "json"), words);
        if (strstr(words, "\"phase\":\"watching\"")) break;
    } while (again(&asked));
    if (!strstr(words, "\"phase\":\"watching\"")) fail_msg("not watched: %s", words);
    assert_true(is_conducted(&pid));
    return pid;
}

static void one_whose_controller_died_is_spoken_of_and_taken_back(void **state) {
    pid_t pid;
    (void)state;
    assert_int_equal(kill(begin(), SIGKILL), 0);
    while (is_conducted(&pid)) continue; /* the kernel's part: no time at all */
    expect(CANARY("status"), EXIT_CODE_PERSON, "flightdeck canary resume --target");
    expect(CANARY("wait"), EXIT_CODE_PERSON, "`flightdeck canary resume");
    expect(CANARY("hold"), EXIT_CODE_PERSON, "has gone");
    expect(CANARY("promote"), EXIT_CODE_PERSON, "has gone");
    expect(CANARY("abort"), EXIT_CODE_OK, "all on stable, verified");
    wait_until_left();
    expect(CANARY("status"), EXIT_CODE_ROLLED_BACK, "rolled back");
    expect(CANARY("abort"), EXIT_CODE_UNREACHABLE, "no rollout of demo is open");
}

/* Whether there was a hold to end or not: it is conducted again, as it was asked for. */
static void one_whose_controller_died_is_taken_up(void **state) {
    pid_t pid;
    (void)state;
    assert_int_equal(kill(begin(), SIGKILL), 0);
    while (is_conducted(&pid)) continue;
    expect(CANARY("resume"), EXIT_CODE_OK, "resume: taken up again; ");
    assert_true(is_conducted(&pid));
    expect(CANARY("abort"), EXIT_CODE_OK, "all on stable, verified");
    wait_until_left();
}

/* Its socket was removed, or is where somebody else's environment has it. */
static void one_whose_socket_is_gone_is_taken_back(void **state) {
    char socket[PATH_SIZE];
    struct text text = TEXT_IN(socket);
    (void)state;
    text_addf(&text, "%s/flightdeck/demos/demo/rollout.sock", stack.home.folder.path);
    begin();
    assert_int_equal(unlink(socket), 0);
    expect(CANARY("status"), EXIT_CODE_PERSON, "cannot be reached");
    expect(CANARY("resume"), EXIT_CODE_PERSON, "cannot be reached");
    expect(CANARY("takeover", "--confirm", "demo"), EXIT_CODE_OK, "takeover: it is");
    assert_int_equal(unlink(socket), 0);
    expect(CANARY("abort"), EXIT_CODE_OK, "all on stable, verified");
}

static void one_whose_controller_hangs_is_taken_back(void **state) {
    unsigned asked = 0;
    (void)state;
    pid_t pid = begin();
    assert_int_equal(kill(pid, SIGSTOP), 0);
    expect(CANARY("abort"), EXIT_CODE_OK, "all on stable, verified");
    /* It was ended, and what it was about to do with it. */
    while (kill(pid, 0) == 0) {
        if (!again(&asked)) fail_msg("the one before stays");
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_whose_controller_died_is_spoken_of_and_taken_back),
        cmocka_unit_test(one_whose_controller_died_is_taken_up),
        cmocka_unit_test(one_whose_socket_is_gone_is_taken_back),
        cmocka_unit_test(one_whose_controller_hangs_is_taken_back),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
