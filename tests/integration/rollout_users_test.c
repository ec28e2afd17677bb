/* What users feel of a rollout of a sound version, and that a few of them decide
 * nothing: the forecast says so beforehand. */
/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/wait.h>

#include <cmocka.h>

#include "base/text.h"
#include "base/units.h"
#include "core/exit_code.h"
#include "support/routed_rollout.h"
#include "support/test_program.h"

enum { COMMAND_SIZE = 256 };

static struct routed_rollout routed;
static struct rollout_plan *plan;

static const struct users_options many = {.count = 2000}, few = {.count = 4};

static void a_sound_version_gets_all_of_them_and_fails_none(void **state) {
    (void)state;
    routed_begin(&routed, &many);
    routed_wait_for(&routed, ROLLOUT_DONE, ROLLOUT_NOT_HELD, 4);
    routed_expect_course(&routed, "0 500 2500 5000 10000");
    rollout_scene_insist(&routed.rollout, ROLLOUT_ORDER_UNDO, "ann");
    routed_wait_for(&routed, ROLLOUT_ROLLED_BACK, ROLLOUT_NOT_HELD, 0);
    routed_see_off(&routed);
    routed_expect_course(&routed, "0 500 2500 5000 10000 0");
    routed_expect_no_failure(&routed);
}

/* The command runs while the users ask. */
static int forecast(const struct users_options *users, struct test_program *program) {
    char words[COMMAND_SIZE];
    struct text text = TEXT_IN(words);
    siginfo_t ended = {0};
    routed_change_users(&routed, users);
    test_program_init(program);
    text_addf(
        &text,
        "flightdeck canary plan --target " ROUTED_TARGET
        " --config %s --budget 19%% --duration 2s",
        routed.rollout.launch->config);
    test_program_start(program, words);
    while (ended.si_pid == 0) {
        routed_turn(&routed, NS_PER_S / 20);
        waitid(P_PID, (id_t)program->pid, &ended, WEXITED | WNOHANG | WNOWAIT);
    }
    return test_program_wait(program);
}

static void that_few_users_decide_nothing_is_known_before(void **state) {
    struct test_program program;
    (void)state;
    int code = forecast(&many, &program);
    if (code != EXIT_CODE_OK) fail_msg("%d: %s%s", code, program.out, program.err);
    test_program_clear(&program);
    code = forecast(&few, &program);
    const char *words = "cannot decide: too few users on the canary to show harm";
    if (code != EXIT_CODE_INCONCLUSIVE || !strstr(program.out, words)) {
        fail_msg("%d: %s%s", code, program.out, program.err);
    }
    test_program_clear(&program);

    /* And so it is. */
    plan->max_each_ns = 2 * NS_PER_S;
    routed_begin(&routed, &few);
    routed_wait_for(&routed, ROLLOUT_HOLD, ROLLOUT_HELD_TIME, 1);
    routed_expect_reason(&routed, " canary users");
    routed_expect_course(&routed, "0 500");
    routed_expect_no_failure(&routed);
    routed_abort(&routed);
}

static int set_up(void **state) {
    (void)state;
    routed_init(&routed, &(struct routed_options){0});
    plan = &routed.rollout.launch->plan;
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    routed_clear(&routed);
    return 0;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_sound_version_gets_all_of_them_and_fails_none),
        cmocka_unit_test(that_few_users_decide_nothing_is_known_before),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
