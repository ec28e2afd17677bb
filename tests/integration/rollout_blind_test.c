/* A rollout that sees nothing any more: it holds, says why, and raises no weight. */
/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/units.h"
#include "support/routed_rollout.h"

enum { USERS = 2000, STATUSES = 3 };

static const struct users_options many = {.count = USERS};
static const struct rollout_goal blind = {ROLLOUT_HOLD, ROLLOUT_HELD_BLIND, 1};

/* Both may be what is noticed first. */
static void expect_either(
    const struct routed_rollout *routed, const char *words, const char *other) {
    const char *reason = routed->rollout.status.reason;
    if (strstr(reason, words) || strstr(reason, other)) return;
    fail_msg("\"%s\" says nothing of: %s, %s", reason, words, other);
}

/* Who asks goes on asking. */
static void without_its_log_it_holds(void **state) {
    const struct routed_options options = {.relayed = true};
    struct routed_rollout routed;
    (void)state;
    routed_init(&routed, &options);
    routed.rollout.launch->plan.hold_each_ns = 4 * NS_PER_S;
    routed_begin(&routed, &many);
    routed_wait_for(&routed, ROLLOUT_WATCHING, ROLLOUT_NOT_HELD, 1);
    routed_wait_for_weight(&routed, "500");
    log_relay_freeze(&routed.relay);
    routed_stay(&routed, &blind, STATUSES);
    expect_either(
        &routed, " old, at most 2.00s is fresh",
        "the router's log is silent, but the instances counted ");
    routed_expect_course(&routed, "0 500");
    routed_expect_no_failure(&routed);
    log_relay_thaw(&routed.relay);
    routed_abort(&routed);
    routed_clear(&routed);
}

/* What stable would have told is not known.
 * Nothing else keeps it from going on: once it is, it does. */
static void without_stables_metrics_it_holds_until_they_are_back(void **state) {
    const struct routed_options options = {.counted = true};
    struct routed_rollout routed;
    (void)state;
    routed_init(&routed, &options);
    routed.rollout.launch->plan.hold_each_ns = 5 * NS_PER_S;
    routed.rollout.launch->plan.stale_ns = 3 * NS_PER_S;
    routed_begin(&routed, &many);
    routed_wait_for(&routed, ROLLOUT_WATCHING, ROLLOUT_NOT_HELD, 1);
    routed_wait_for_weight(&routed, "500");
    pid_t stable = routed.stack.serves[TRACK_STABLE].pid;
    kill(stable, SIGSTOP);
    routed_stay(&routed, &blind, STATUSES);
    expect_either(&routed, " old, at most 3.00s is fresh", "does not tell its metrics");
    routed_expect_course(&routed, "0 500");
    kill(stable, SIGCONT);
    routed_wait_for(&routed, ROLLOUT_WATCHING, ROLLOUT_NOT_HELD, 2);
    routed_expect_course(&routed, "0 500 2500");
    routed_clear(&routed);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_its_log_it_holds),
        cmocka_unit_test(without_stables_metrics_it_holds_until_they_are_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
