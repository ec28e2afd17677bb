/* SPDX-License-Identifier: MIT */
#include "own_path.h"

#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static void the_program_and_its_folder_are_found(void **state) {
    (void)state;
    char path[PATH_MAX], folder[PATH_MAX];
    struct error err = {0};
    assert_true(own_path(path, sizeof path, &err));
    assert_true(own_folder(folder, sizeof folder, &err));
    assert_memory_equal(path, folder, strlen(folder));
    assert_string_equal(path + strlen(folder), "/own_path_test");
}

static void a_path_that_does_not_fit_is_no_path(void **state) {
    (void)state;
    char path[PATH_MAX], small[PATH_MAX];
    struct error err = {0};
    assert_true(own_path(path, sizeof path, &err));
    assert_true(own_path(small, strlen(path) + 1, &err));
    assert_false(own_path(small, strlen(path), &err));
    assert_int_equal(err.code, ERROR_LIMIT);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_program_and_its_folder_are_found),
        cmocka_unit_test(a_path_that_does_not_fit_is_no_path),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
