/* SPDX-License-Identifier: MIT */
#include "core/exit_code.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/verdict.h"

static void the_worse_code_is_the_first_in_the_table(void **state) {
    (void)state;
    static const enum exit_code order[] = {
        EXIT_CODE_PERSON,     EXIT_CODE_INTERNAL,    EXIT_CODE_INTERRUPTED,
        EXIT_CODE_TERMINATED, EXIT_CODE_USAGE,       EXIT_CODE_ROLLED_BACK,
        EXIT_CODE_FAILED,     EXIT_CODE_UNREACHABLE, EXIT_CODE_INCONCLUSIVE,
        EXIT_CODE_OK};
    enum { COUNT = sizeof order / sizeof *order };
    for (unsigned a = 0; a < COUNT; a++) {
        for (unsigned b = 0; b < COUNT; b++) {
            assert_int_equal(exit_code_worse(order[a], order[b]), order[a < b ? a : b]);
        }
    }
}

static void verdicts_have_names_and_exit_codes(void **state) {
    (void)state;
    enum verdict verdict = VERDICT_PASS;
    assert_true(verdict_from_name("INCONCLUSIVE", &verdict));
    assert_int_equal(verdict, VERDICT_INCONCLUSIVE);
    assert_false(verdict_from_name("pass", &verdict));
    assert_int_equal(verdict_exit_code(VERDICT_FAIL), 1);
    assert_int_equal(verdict_exit_code(VERDICT_INCONCLUSIVE), 4);
    assert_int_equal(
        verdict_worse(VERDICT_PASS, VERDICT_INCONCLUSIVE), VERDICT_INCONCLUSIVE);
    assert_int_equal(verdict_worse(VERDICT_FAIL, VERDICT_ERROR), VERDICT_FAIL);
    assert_string_equal(verdict_name(VERDICT_ERROR), "ERROR");
    assert_string_equal(exit_code_name(EXIT_CODE_PERSON), "needs a person");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_worse_code_is_the_first_in_the_table),
        cmocka_unit_test(verdicts_have_names_and_exit_codes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
