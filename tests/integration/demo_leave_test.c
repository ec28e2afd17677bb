/* Every way in which a demo can end, and that nothing of it stays: no process, no port,
 * no file. */
/* SPDX-License-Identifier: MIT */
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/exit_code.h"
#include "support/lone_demo.h"

enum { PARTS = 8, FAMILY = PARTS + 2 /* the supervisor and its keeper */ };

/* The process that owns the parts: the only child of the one in front. */
static pid_t supervisor_of(const struct test_demo *demo) {
    assert_true(demo->family.count >= 2);
    return demo->family.members[1].pid;
}

static void start(struct test_demo *demo, const struct test_demo_home *home) {
    assert_true(test_demo_start(demo, home, stack_only_args, NULL));
    assert_int_equal(test_demo_look(demo), FAMILY);
    assert_true(demo->family.socket_count >= 4); /* two agents, the model, the router */
}

static void expect_gone(struct test_demo *demo, struct test_demo_home *home) {
    assert_true(test_demo_is_gone(demo));
    test_demo_clear(demo);
    test_demo_home_clear(home);
}

static void leave_by_signal(int number, enum exit_code code) {
    struct test_demo_home home;
    struct test_demo demo;
    test_demo_home_init(&home);
    start(&demo, &home);
    kill(demo.pid, number);
    assert_true(test_demo_is_gone(&demo));
    assert_true(WIFEXITED(demo.status));
    assert_int_equal(WEXITSTATUS(demo.status), code);
    expect_gone(&demo, &home);
}

static void sigterm_ends_all_of_it(void **state) {
    (void)state;
    leave_by_signal(SIGTERM, EXIT_CODE_TERMINATED);
}

static void sigint_ends_all_of_it(void **state) {
    (void)state;
    leave_by_signal(SIGINT, EXIT_CODE_INTERRUPTED);
}

static void a_lost_terminal_ends_all_of_it(void **state) {
    (void)state;
    leave_by_signal(SIGHUP, EXIT_CODE_TERMINATED);
}

static void killing_the_keeper_ends_all_of_it(void **state) {
    (void)state;
    struct test_demo_home home;
    struct test_demo demo;
    test_demo_home_init(&home);
    start(&demo, &home);
    kill(demo.pid, SIGKILL);
    expect_gone(&demo, &home);
}

static void killing_the_supervisor_ends_all_of_it(void **state) {
    (void)state;
    struct test_demo_home home;
    struct test_demo demo;
    test_demo_home_init(&home);
    start(&demo, &home);
    kill(supervisor_of(&demo), SIGKILL);
    expect_gone(&demo, &home);
}

static void killing_both_leaves_files_that_the_next_one_sweeps(void **state) {
    (void)state;
    struct test_demo_home home;
    struct test_demo demo;
    test_demo_home_init(&home);
    start(&demo, &home);
    /* Stopped first, so that neither can notice the other. */
    kill(demo.pid, SIGSTOP);
    kill(supervisor_of(&demo), SIGSTOP);
    kill(demo.pid, SIGKILL);
    kill(supervisor_of(&demo), SIGKILL);
    assert_true(test_demo_is_gone(&demo));
    test_demo_clear(&demo);
    char left[TEST_PATH_SIZE];
    test_folder_path(&home.folder, "flightdeck/demos/demo/router.cfg", left);
    assert_int_equal(access(left, F_OK), 0);

    start(&demo, &home);
    char name[16];
    test_demo_value(&demo, "name", name, sizeof name);
    assert_string_equal(name, "demo");
    kill(demo.pid, SIGTERM);
    expect_gone(&demo, &home);
}

static void what_any_dead_demo_left_is_swept(void **state) {
    (void)state;
    struct test_demo_home home;
    struct test_demo first, second;
    char left[TEST_PATH_SIZE];
    test_demo_home_init(&home);
    start(&first, &home);
    start(&second, &home);
    pid_t keeper = second.pid, supervisor = supervisor_of(&second);
    kill(keeper, SIGSTOP);
    kill(supervisor, SIGSTOP);
    kill(keeper, SIGKILL);
    kill(supervisor, SIGKILL);
    assert_true(test_demo_is_gone(&second));
    test_demo_clear(&second);
    kill(first.pid, SIGTERM);
    assert_true(test_demo_is_gone(&first));
    test_demo_clear(&first);
    test_folder_path(&home.folder, "flightdeck/demos/demo-2", left);
    assert_int_equal(access(left, F_OK), 0);

    start(&first, &home); /* takes the name "demo" */
    assert_int_not_equal(access(left, F_OK), 0);
    kill(first.pid, SIGTERM);
    expect_gone(&first, &home);
}

/* The supervisor has tidied up and is gone; its keeper
 * notices only when somebody else has taken the name. */
static void a_keeper_that_comes_late_leaves_the_next_one_alone(void **state) {
    (void)state;
    struct test_demo_home home;
    struct test_demo first, second;
    char name[16], file[TEST_PATH_SIZE];
    test_demo_home_init(&home);
    start(&first, &home);
    test_folder_path(&home.folder, "flightdeck/demos/demo/target.yaml", file);
    kill(first.pid, SIGSTOP);
    kill(supervisor_of(&first), SIGTERM);
    while (access(file, F_OK) == 0) sched_yield();

    assert_true(test_demo_start(&second, &home, stack_only_args, NULL));
    assert_int_equal(test_demo_look(&second), FAMILY);
    test_demo_value(&second, "name", name, sizeof name);
    kill(first.pid, SIGCONT);
    assert_true(test_demo_is_gone(&first));
    test_demo_clear(&first);
    if (strcmp(name, "demo") == 0) assert_int_equal(access(file, F_OK), 0);
    kill(second.pid, SIGTERM);
    expect_gone(&second, &home);
}

static void a_signal_while_starting_ends_all_of_it(void **state) {
    (void)state;
    struct test_demo_home home;
    struct test_demo demo;
    test_demo_home_init(&home);
    /* The word that it is up goes nowhere: it is told to end on its way there. */
    for (unsigned i = 0; i < 3; i++) {
        test_demo_launch(&demo, &home, stack_only_args, NULL);
        while (test_demo_look(&demo) < 3 + i) continue;
        kill(demo.pid, SIGTERM);
        assert_true(test_demo_is_gone(&demo));
        test_demo_clear(&demo);
    }
    test_demo_home_clear(&home);
}

/* The command that owns a stack as its child: here without a terminal. */
static void leave_headless(int number) {
    static const char *const headless[] = {"demo", "--headless", NULL};
    struct test_demo_home home;
    struct test_demo demo;
    test_demo_home_init(&home);
    assert_true(test_demo_start(&demo, &home, headless, NULL));
    assert_true(test_demo_look(&demo) > FAMILY);
    kill(demo.pid, number);
    expect_gone(&demo, &home);
}

static void ending_the_command_in_front_ends_its_stack(void **state) {
    (void)state;
    leave_headless(SIGTERM);
}

static void killing_the_command_in_front_ends_its_stack(void **state) {
    (void)state;
    leave_headless(SIGKILL);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sigterm_ends_all_of_it),
        cmocka_unit_test(sigint_ends_all_of_it),
        cmocka_unit_test(a_lost_terminal_ends_all_of_it),
        cmocka_unit_test(killing_the_keeper_ends_all_of_it),
        cmocka_unit_test(killing_the_supervisor_ends_all_of_it),
        cmocka_unit_test(killing_both_leaves_files_that_the_next_one_sweeps),
        cmocka_unit_test(what_any_dead_demo_left_is_swept),
        cmocka_unit_test(a_keeper_that_comes_late_leaves_the_next_one_alone),
        cmocka_unit_test(a_signal_while_starting_ends_all_of_it),
        cmocka_unit_test(ending_the_command_in_front_ends_its_stack),
        cmocka_unit_test(killing_the_command_in_front_ends_its_stack),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
