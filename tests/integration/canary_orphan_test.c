/* Rollouts whose controller is dead,
 * out of reach or hung, and the way back from there. */
/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/text.h"
#include "core/exit_code.h"
#include "support/canary_ask.h"
#include "support/conductor.h"
#include "support/life.h"
#include "support/lone_demo.h"

enum { PATH_SIZE = 512, END_LIMIT_MS = 20000 };

static struct canary_ask ask;

static int set_up(void **state) {
    if (lone_demo_open(state) != 0) return -1;
    const struct lone_demo *stack = *state;
    ask.home = &stack->home;
    return 0;
}

static void expect(const char *const *args, int code, const char *said) {
    canary_ask_expect(&ask, args, code, said);
}

/* One that is watched at 5 %; its controller's pid. */
static pid_t begin(void) {
    struct lock_holder who = {0};
    conductor_leaves(ask.home);
    expect(
        CANARY("start", "--to", "v1.6.0", "--hold-each", "5m", "--detach"),
        EXIT_CODE_OK, "started: rollout");
    canary_ask_until_watched(&ask);
    assert_true(conductor_is_there(ask.home, &who));
    return who.pid;
}

static void begin_and_kill(void) {
    begin();
    conductor_kill(ask.home);
}

static void one_whose_controller_died_is_spoken_of_and_taken_back(void **state) {
    (void)state;
    begin_and_kill();
    expect(CANARY("status"), EXIT_CODE_PERSON, "flightdeck canary resume --target");
    expect(CANARY("wait"), EXIT_CODE_PERSON, "`flightdeck canary resume");
    expect(CANARY("hold"), EXIT_CODE_PERSON, "has gone");
    expect(CANARY("promote"), EXIT_CODE_PERSON, "has gone");
    expect(CANARY("abort"), EXIT_CODE_OK, "all on stable, verified");
    conductor_leaves(ask.home);
    expect(CANARY("status"), EXIT_CODE_ROLLED_BACK, "rolled back");
    expect(CANARY("abort"), EXIT_CODE_UNREACHABLE, "no rollout of demo is open");
}

/* Whether there was a hold to end or not:
 * it is conducted again, as it was asked for. */
static void one_whose_controller_died_is_taken_up(void **state) {
    struct lock_holder who;
    (void)state;
    begin_and_kill();
    expect(CANARY("resume"), EXIT_CODE_OK, "resume: taken up again; ");
    assert_true(conductor_is_there(ask.home, &who));
    expect(CANARY("abort"), EXIT_CODE_OK, "all on stable, verified");
    conductor_leaves(ask.home);
}

/* Its socket was removed, or is where somebody else's environment has it. */
static void one_whose_socket_is_gone_is_taken_back(void **state) {
    char socket[PATH_SIZE];
    struct text text = TEXT_IN(socket);
    (void)state;
    text_addf(&text, "%s/flightdeck/demos/demo/rollout.sock", ask.home->folder.path);
    begin();
    assert_int_equal(unlink(socket), 0);
    expect(CANARY("status"), EXIT_CODE_PERSON, "cannot be reached");
    expect(CANARY("resume"), EXIT_CODE_PERSON, "cannot be reached");
    expect(CANARY("takeover", "--confirm", "demo"), EXIT_CODE_OK, "takeover: it is");
    assert_int_equal(unlink(socket), 0);
    expect(CANARY("abort"), EXIT_CODE_OK, "all on stable, verified");
}

static void one_whose_controller_hangs_is_taken_back(void **state) {
    (void)state;
    pid_t pid = begin();
    assert_int_equal(kill(pid, SIGSTOP), 0);
    expect(CANARY("abort"), EXIT_CODE_OK, "all on stable, verified");
    /* It was ended, and what it was about to do with it. */
    assert_true(process_ends(pid, END_LIMIT_MS));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_whose_controller_died_is_spoken_of_and_taken_back),
        cmocka_unit_test(one_whose_controller_died_is_taken_up),
        cmocka_unit_test(one_whose_socket_is_gone_is_taken_back),
        cmocka_unit_test(one_whose_controller_hangs_is_taken_back),
    };
    return cmocka_run_group_tests(tests, set_up, lone_demo_close);
}
