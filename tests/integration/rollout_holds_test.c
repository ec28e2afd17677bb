/* A rollout whose traffic is not divided as asked for, or whose router somebody else
 * has changed: it holds, says why, and raises no weight. */
/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/units.h"
#include "support/routed_rollout.h"

enum { USERS = 2000, STATUSES = 3 };

static const struct users_options many = {.count = USERS};

static void nobodys_weight_is_raised(void **state) {
    const struct routed_options options = {0};
    const struct rollout_goal drift = {ROLLOUT_HOLD, ROLLOUT_HELD_DRIFT, 1};
    struct routed_rollout routed;
    (void)state;
    routed_init(&routed, &options);
    routed.rollout.launch->plan.manual = true;
    routed_begin(&routed, &many);
    routed_wait_for(&routed, ROLLOUT_WATCHING, ROLLOUT_NOT_HELD, 1);
    routed_wait_for_weight(&routed, "500");
    rollout_scene_meddle(&routed.rollout, 777);
    routed_stay(&routed, &drift, 1);
    routed_expect_reason(&routed, "the router says 7.77 %, asked for were 5.00 %");
    routed_expect_reason(&routed, "somebody else changed it");
    routed_wait_for_weight(&routed, "0"); /* nor kept alive */
    routed_expect_course(&routed, "0 500 777 0");
    routed_expect_no_failure(&routed);
    routed_clear(&routed);
}

/* Whoever comes from one address is pinned to one side, as behind a balancer that sees
 * connections and no requests. */
static void pin_by_address(struct buffer *config) {
    static const char lot[] = "var(txn.uid),concat(:,txn.salt),xxh32(42)";
    const char *at = strstr(buffer_string(config), lot);
    struct buffer pinned;
    assert_non_null(at);
    buffer_init(&pinned, config->limit);
    buffer_add(&pinned, config->data, (size_t)(at - config->data));
    buffer_add_string(&pinned, "src,xxh32(42)");
    buffer_add_string(&pinned, at + sizeof lot - 1);
    buffer_clear(config);
    *config = pinned;
}

static void a_pinned_connection_is_told_from_a_share(void **state) {
    const struct routed_options options = {.spoil = pin_by_address};
    const struct rollout_goal split = {ROLLOUT_HOLD, ROLLOUT_HELD_SPLIT, 1};
    struct routed_rollout routed;
    (void)state;
    routed_init(&routed, &options);
    struct rollout_plan *plan = &routed.rollout.launch->plan;
    *plan->steps = (struct rollout_step){2500};
    plan->steps[1] = (struct rollout_step){10000};
    plan->step_count = 2;
    plan->hold_each_ns = 4 * NS_PER_S;
    routed_begin(&routed, &many);
    routed_stay(&routed, &split, STATUSES);
    routed_expect_reason(&routed, "the canary gets ");
    routed_expect_reason(&routed, " users instead of 25 %");
    routed_expect_course(&routed, "0 2500");
    routed_expect_no_failure(&routed);
    routed_clear(&routed);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nobodys_weight_is_raised),
        cmocka_unit_test(a_pinned_connection_is_told_from_a_share),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
