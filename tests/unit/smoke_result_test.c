/* SPDX-License-Identifier: MIT */
#include "core/smoke_result.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* One check per letter: P pass, F fail, I inconclusive, E error, - not run. */
static struct smoke_result *conclude(const char *letters, enum smoke_end end) {
    static struct smoke_result result;
    memset(&result, 0, sizeof result);
    result.end = end;
    for (; *letters; letters++) {
        struct smoke_check *check = &result.checks[result.count++];
        check->done = *letters != '-';
        check->verdict = *letters == 'P'   ? VERDICT_PASS
                         : *letters == 'F' ? VERDICT_FAIL
                         : *letters == 'I' ? VERDICT_INCONCLUSIVE
                                           : VERDICT_ERROR;
        snprintf(check->name, sizeof check->name, "check %u", result.count);
        snprintf(check->detail, sizeof check->detail, "it said %c", *letters);
    }
    smoke_result_conclude(&result);
    return &result;
}

static void the_worst_check_decides(void **state) {
    (void)state;
    static const struct {
        const char *letters;
        enum smoke_end end;
        enum verdict verdict;
        const char *reason;
    } cases[] = {
        {"PPP", SMOKE_COMPLETE, VERDICT_PASS, "all 3 checks passed"},
        {"PFP", SMOKE_COMPLETE, VERDICT_FAIL, "check 2: it said F"},
        {"IPF", SMOKE_COMPLETE, VERDICT_FAIL, "check 3: it said F"},
        {"IPE", SMOKE_COMPLETE, VERDICT_ERROR, "check 3: it said E"},
        {"EFF", SMOKE_COMPLETE, VERDICT_FAIL, "check 2: it said F"},
        {"IPI", SMOKE_COMPLETE, VERDICT_INCONCLUSIVE, "check 1: it said I"},
        {"E--", SMOKE_UNREACHED, VERDICT_ERROR, "it said E"},
        {"PF-", SMOKE_CUT, VERDICT_FAIL, "check 2: it said F"},
        {"PI-", SMOKE_TIMED_OUT, VERDICT_INCONCLUSIVE, "check 2: it said I"},
        {"P--", SMOKE_STOPPED, VERDICT_INCONCLUSIVE, "2 checks were not run"},
        {"", SMOKE_COMPLETE, VERDICT_INCONCLUSIVE, "there was nothing to check"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct smoke_result *result = conclude(cases[i].letters, cases[i].end);
        assert_string_equal(
            verdict_name(result->verdict), verdict_name(cases[i].verdict));
        assert_string_equal(result->reason, cases[i].reason);
    }
}

static void checks_are_counted_by_what_they_said(void **state) {
    (void)state;
    struct smoke_result *result = conclude("PPFIE--", SMOKE_CUT);
    assert_int_equal(result->passed, 2);
    assert_int_equal(result->failed, 1);
    assert_int_equal(result->inconclusive, 1);
    assert_int_equal(result->errors, 1);
    assert_int_equal(result->not_run, 2);
    result->checks[0].flaky = true;
    result->checks[1].degraded = true;
    smoke_result_conclude(result);
    assert_int_equal(result->passed, 2);
    assert_int_equal(result->flaky, 1);
    assert_int_equal(result->degraded, 1);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_worst_check_decides),
        cmocka_unit_test(checks_are_counted_by_what_they_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
