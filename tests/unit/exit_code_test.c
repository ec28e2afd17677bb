/* SPDX-License-Identifier: MIT */
#include "core/exit_code.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void the_code_that_comes_first_wins_in_either_order(void **state) {
    (void)state;
    static const enum exit_code order[] = {
        EXIT_CODE_PERSON,     EXIT_CODE_INTERNAL,    EXIT_CODE_INTERRUPTED,
        EXIT_CODE_TERMINATED, EXIT_CODE_USAGE,       EXIT_CODE_ROLLED_BACK,
        EXIT_CODE_FAILED,     EXIT_CODE_UNREACHABLE, EXIT_CODE_INCONCLUSIVE,
        EXIT_CODE_OK,
    };
    for (size_t i = 0; i < sizeof order / sizeof *order; i++) {
        for (size_t j = i; j < sizeof order / sizeof *order; j++) {
            assert_int_equal(exit_code_worse(order[i], order[j]), order[i]);
            assert_int_equal(exit_code_worse(order[j], order[i]), order[i]);
        }
    }
}

static void codes_have_names(void **state) {
    (void)state;
    assert_string_equal(exit_code_name(EXIT_CODE_OK), "passed");
    assert_string_equal(exit_code_name(EXIT_CODE_PERSON), "needs a person");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_code_that_comes_first_wins_in_either_order),
        cmocka_unit_test(codes_have_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
