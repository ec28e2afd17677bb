/* Smoke tests against targets that are not there, hang, lie or try to get out. */
/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/units.h"
#include "support/smoked.h"

static void secrets_and_escapes_do_not_come_out(void **state) {
    struct smoked *smoked = *state;
    assert_true(redactor_add(smoked->redactor, slice_of("hunter2-hunter2")));
    service_answer(
        smoked->service, "/x", 200, "text/plain",
        "he said hunter2-hunter2 and t0ken-of-the-file \x1b]0;owned\x07\n::error::x");
    const struct smoke_result *result = smoked_run(
        smoked, "version: 1\nchecks:\n  - name: a\n    get: /x\n"
                "    headers: {X-Token: '${env:TOKEN}'}\n"
                "    expect: {body: {contains: well}}\n");
    smoked_expect(result, VERDICT_FAIL, SMOKE_COMPLETE);
    const char *detail = result->checks[0].detail;
    assert_null(strstr(detail, "hunter2"));
    assert_null(strstr(detail, "t0ken"));
    assert_non_null(strstr(detail, "he said *** and *** "));
    assert_null(strpbrk(detail, "\x1b\x07\n"));
}

static void a_target_that_is_not_there_is_judged_no_further(void **state) {
    struct smoked *smoked = *state;
    assert_true(target_from_url(&smoked->target, "http://127.0.0.1:1", &smoked->err));
    smoked_expect(smoked_run(smoked, NULL), VERDICT_ERROR, SMOKE_UNREACHED);
    assert_int_equal(smoked->result.not_run, 2);
    assert_string_equal(smoked->result.reason, "127.0.0.1:1: Connection refused");
}

static void the_time_for_the_run_is_kept(void **state) {
    struct smoked *smoked = *state;
    smoked_use_hostile(smoked);
    struct smoke_plan *plan = smoked_plan(
        smoked, "version: 1\nchecks:\n"
                "  - {name: a, get: /empty-200, expect: {status: 200}}\n"
                "  - {name: b, get: /never-answers, expect: {status: 200}}\n"
                "  - {name: c, get: /empty-200, expect: {status: 200}}\n");
    struct smoke_options options = smoked_options(smoked, plan);
    options.limit_ns = 300 * NS_PER_MS;
    const struct smoke_result *result = smoked_run_with(smoked, &options);
    smoked_expect(result, VERDICT_INCONCLUSIVE, SMOKE_TIMED_OUT);
    assert_int_equal(result->passed, 1);
    assert_int_equal(result->inconclusive, 1);
    assert_int_equal(result->not_run, 1);
    assert_in_range(result->duration_ns / NS_PER_MS, 300, 300 + SMOKED_GRACE_MS);
    smoke_plan_free(plan);

    plan = smoked_plan(
        smoked, "version: 1\nchecks:\n"
                "  - {name: b, get: /never-answers, expect: {status: 200}}\n");
    options = smoked_options(smoked, plan);
    options.limit_ns = 300 * NS_PER_MS;
    smoked_expect(smoked_run_with(smoked, &options), VERDICT_ERROR, SMOKE_UNREACHED);
    smoke_plan_free(plan);
}

/* What may pass: these say that they are healthy, only with odd bytes around it. */
static bool says_healthy(const char *name) {
    return strcmp(name, "json-escapes") == 0 || strcmp(name, "header-escapes") == 0;
}

static void no_hostile_case_looks_healthy(void **state) {
    struct smoked *smoked = *state;
    smoked_use_hostile(smoked);
    for (size_t i = 0; hostile_case(i); i++) {
        const char *name = hostile_case(i);
        char yaml[512];
        snprintf(
            yaml, sizeof yaml,
            "version: 1\ndefaults: {timeout: 300ms}\nchecks:\n"
            "  - {name: a, get: /%s, expect: {status: 200, healthy: true}}\n",
            name);
        const struct smoke_result *result = smoked_run(smoked, yaml);
        printf("%s: %s\n", name, result->checks[0].detail);
        assert_int_equal(result->verdict == VERDICT_PASS, says_healthy(name));
        assert_true(result->checks[0].detail[0] != '\0');
        assert_null(strpbrk(result->checks[0].detail, "\x1b\x07\n"));
        assert_in_range(result->duration_ns / NS_PER_MS, 0, 300 + SMOKED_GRACE_MS);
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, smoked_start, smoked_stop)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(secrets_and_escapes_do_not_come_out),
        TEST(a_target_that_is_not_there_is_judged_no_further),
        TEST(the_time_for_the_run_is_kept),
        TEST(no_hostile_case_looks_healthy),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
