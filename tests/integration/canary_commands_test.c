/* The canary commands against a real demo and a real controller. */
/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/exit_code.h"
#include "support/canary_ask.h"
#include "support/conductor.h"
#include "support/lone_demo.h"

static struct canary_ask ask;

static void expect(
    const struct lone_demo *stack, const char *const *args, int code,
    const char *said) {
    ask.home = &stack->home;
    canary_ask_expect(&ask, args, code, said);
}

static void start(const struct lone_demo *stack) {
    expect(
        stack,
        CANARY(
            "start", "--to", "v1.6.0", "--hold-each", "5m", "--detach", "--reason",
            "a try"),
        EXIT_CODE_OK, "started: rollout");
}

static void a_rollout_is_started_once_steered_and_taken_back(void **state) {
    struct lone_demo *stack = *state;
    expect(stack, CANARY("status"), EXIT_CODE_UNREACHABLE, "no rollout is under way");
    start(stack);
    expect(
        stack, CANARY("start", "--to", "v1.6.0"), EXIT_CODE_UNREACHABLE, "flightdeck");
    canary_ask_until_watched(&ask);
    expect(stack, CANARY("hold", "--reason", "looks odd"), EXIT_CODE_OK, "hold: ");
    expect(
        stack, CANARY("status", "-f", "json"), EXIT_CODE_INCONCLUSIVE,
        "\"phase\":\"hold\"");
    expect(stack, CANARY("wait"), EXIT_CODE_INCONCLUSIVE, "hold (operator)");
    expect(
        stack, CANARY("abort", "--dry-run"), EXIT_CODE_OK, "would tell the controller");
    expect(stack, CANARY("status"), EXIT_CODE_INCONCLUSIVE, "hold");
    expect(stack, CANARY("resume"), EXIT_CODE_OK, "resume: ");
    expect(stack, CANARY("resume"), EXIT_CODE_FAILED, "resume: it is not held");
    expect(
        stack, CANARY("abort", "--reason", "enough"), EXIT_CODE_OK,
        "all on stable, verified");
    /* Its controller still has the log, for a moment. */
    expect(
        stack, CANARY("monitor", "--duration", "1s", "-f", "json"),
        EXIT_CODE_INCONCLUSIVE, "\"source\":\"log\"");
    /* And again, perhaps before it has begun: it is over, and nothing is worse. */
    start(stack);
    canary_ask_until_watched(&ask);
    expect(stack, CANARY("abort"), EXIT_CODE_OK, "all on stable, verified");
    conductor_leaves(ask.home);
    expect(stack, CANARY("status"), EXIT_CODE_ROLLED_BACK, "it ended at 2");
    expect(stack, CANARY("wait"), EXIT_CODE_ROLLED_BACK, "rolled back");
    start(stack);
    canary_ask_until_watched(&ask);
    conductor_kill(ask.home);
    expect(
        stack, CANARY("status"), EXIT_CODE_PERSON, "flightdeck canary resume --target");
    expect(stack, CANARY("wait"), EXIT_CODE_PERSON, "has gone");
    expect(stack, CANARY("abort"), EXIT_CODE_OK, "all on stable, verified");
}

static void what_is_deployed_is_compared_and_nothing_is_done(void **state) {
    struct lone_demo *stack = *state;
    expect(
        stack, CANARY("plan", "--duration", "5s", "-f", "json"), EXIT_CODE_OK,
        "\"source\":\"log\"");
    assert_non_null(strstr(ask.words, "\"canary_requests\":"));
    /* Hardly any of stable's failed, and a second brings too few of the canary. */
    expect(
        stack, CANARY("monitor", "--duration", "1s", "-f", "json"),
        EXIT_CODE_INCONCLUSIVE, "\"decision\":\"hold\"");
    /* A thousand requests of stable say what is slow. */
    expect(
        stack, CANARY("monitor", "--duration", "35s", "--budget", "20%"), EXIT_CODE_OK,
        "demo: promote");
    expect(stack, CANARY("status"), EXIT_CODE_UNREACHABLE, "no rollout is under way");
}

static void tell_demo(
    const struct lone_demo *stack, const char *verb, const char *part) {
    const char *const args[] = {"demo", verb, part, NULL};
    assert_int_equal(test_demo_ask(&stack->home, args, ask.words), EXIT_CODE_OK);
}

/* Its traffic may show it, too: by the rule of the book not before the end. */
static void a_canary_that_is_gone_or_another_version_is_not_good(void **state) {
    struct lone_demo *stack = *state;
    expect(
        stack,
        CANARY(
            "monitor", "--duration", "3s", "--budget", "20%", "--to", "v9.9.9", "-f",
            "json"),
        EXIT_CODE_INCONCLUSIVE, "says that it is v");
    tell_demo(stack, "stop", "agent-canary");
    expect(
        stack, CANARY("monitor", "--duration", "5m", "--rule", "book"),
        EXIT_CODE_FAILED, "demo: roll back: no instance of the canary is ready: ");
    tell_demo(stack, "start", "agent-canary");
}

static void a_bad_canary_is_found_out(void **state) {
    static const char *const args[] = {"demo", "--stack-only", "--bad-canary", NULL};
    struct lone_demo stack;
    (void)state;
    test_demo_home_init(&stack.home);
    assert_true(test_demo_start(&stack.demo, &stack.home, args, NULL));
    test_demo_look(&stack.demo);
    expect(
        &stack, CANARY("monitor", "--duration", "50s", "-f", "junit"), EXIT_CODE_FAILED,
        "<failure type=\"FAIL\" message=\"evidence of harm");
    lone_demo_stop(&stack);
}

int main(void) {
    const struct CMUnitTest shared[] = {
        cmocka_unit_test(what_is_deployed_is_compared_and_nothing_is_done),
        cmocka_unit_test(a_canary_that_is_gone_or_another_version_is_not_good),
        cmocka_unit_test(a_rollout_is_started_once_steered_and_taken_back),
    };
    const struct CMUnitTest alone[] = {
        cmocka_unit_test(a_bad_canary_is_found_out),
    };
    int failed = cmocka_run_group_tests(shared, lone_demo_open, lone_demo_close);
    failed += cmocka_run_group_tests(alone, NULL, NULL);
    return failed;
}
