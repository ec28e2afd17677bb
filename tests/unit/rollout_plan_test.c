/* SPDX-License-Identifier: MIT */
#include "core/rollout_plan.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void a_version_is_one_plain_short_word(void **state) {
    (void)state;
    static const char *const good[] = {
        "v1.6.0", "8a1d0b3", "2026-11-27_rc.1+b", "12345678901234567890123"};
    static const char *const bad[] = {
        "",
        "v 1",
        "v1\n",
        "\"v1\"",
        "'v1'",
        "$(x)",
        "${env}",
        "`x`",
        "v\\1",
        "v\xc3\xa9",
        "123456789012345678901234"};
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        if (!rollout_plan_is_version(good[i])) fail_msg("refused: %s", good[i]);
    }
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        if (rollout_plan_is_version(bad[i])) fail_msg("accepted: %s", bad[i]);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_version_is_one_plain_short_word)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
