/* SPDX-License-Identifier: MIT */
#include "ui/role.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void every_role_is_found_by_its_name(void **state) {
    (void)state;
    for (unsigned i = ROLE_NONE + 1; i < ROLE_COUNT; i++) {
        enum role found = ROLE_NONE;
        assert_true(strlen(role_name((enum role)i)) > 0);
        assert_true(role_from_name(role_name((enum role)i), &found));
        assert_int_equal(found, i);
    }
}

static void an_unknown_name_leaves_the_role_alone(void **state) {
    (void)state;
    enum role role = ROLE_KEY;
    assert_false(role_from_name("status.fine", &role));
    assert_false(role_from_name("", &role));
    assert_int_equal(role, ROLE_KEY);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_role_is_found_by_its_name),
        cmocka_unit_test(an_unknown_name_leaves_the_role_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
