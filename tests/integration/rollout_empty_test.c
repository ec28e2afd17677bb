/* Weight 0 is read back, and requests go to the canary all the same: that is no end,
 * and a person is called; when nobody comes there any more, it is one. */
/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "support/routed_rollout.h"

enum { USERS = 2000 };

static const struct users_options many = {.count = USERS};

/* As with connections that stay where they are:
 * some reach it whatever the weight is. */
static void leak(struct buffer *config) {
    static const char lot[] = " if { var(txn.d) -m int lt 0 }";
    static const char pinned[] =
        " if { var(txn.d) -m int lt 0 } or { rand(100) -m int lt 5 }";
    const char *at = strstr(buffer_string(config), lot);
    struct buffer spoilt;
    assert_non_null(at);
    buffer_init(&spoilt, config->limit);
    buffer_add(&spoilt, config->data, (size_t)(at - config->data));
    buffer_add_string(&spoilt, pinned);
    buffer_add_string(&spoilt, strchr(at, '\n')); /* with or without a salt */
    buffer_clear(config);
    *config = spoilt;
}

static void who_still_gets_there_is_seen(void **state) {
    const struct routed_options options = {.spoil = leak};
    struct routed_rollout routed;
    (void)state;
    routed_init(&routed, &options);
    struct rollout_scene *rollout = &routed.rollout;
    rollout->launch->plan.manual = true;
    routed_begin(&routed, &many);
    routed_wait_for(&routed, ROLLOUT_WATCHING, ROLLOUT_NOT_HELD, 1);
    rollout_scene_insist(rollout, ROLLOUT_ORDER_ABORT, "ann");
    routed_wait_for_weight(&routed, "0");
    while (!strstr(rollout->status.why_not_now, "requests have gone to the canary")) {
        rollout_scene_turn(rollout);
        assert_false(rollout->status.ended);
    }
    assert_int_equal(rollout->status.phase, ROLLOUT_ROLLING_BACK);
    routed_wait_for(&routed, ROLLOUT_STRANDED, ROLLOUT_NOT_HELD, 0);
    routed_expect_reason(&routed, "weight 0 is read back, and yet ");
    assert_false(rollout->status.ended);
    users_rest(routed.users);
    routed_wait_for(&routed, ROLLOUT_ROLLED_BACK, ROLLOUT_NOT_HELD, 0);
    routed_see_off(&routed);
    routed_expect_course(&routed, "0 500 0");
    routed_expect_no_failure(&routed);
    routed_clear(&routed);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_still_gets_there_is_seen),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
