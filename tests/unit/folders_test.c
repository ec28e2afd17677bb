/* SPDX-License-Identifier: MIT */
#include "io/folders.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static int make_base(void **state) {
    char *base = strdup("/tmp/folders-test-XXXXXX");
    *state = base;
    return base && mkdtemp(base) ? 0 : -1;
}

static int remove_base(void **state) {
    struct error err = {0};
    bool removed = folder_remove(*state, &err);
    free(*state);
    return removed ? 0 : -1;
}

static unsigned mode_of(const char *path) {
    struct stat about;
    assert_int_equal(stat(path, &about), 0);
    return about.st_mode & 0777U;
}

static void xdg_folders_are_made_private(void **state) {
    setenv("XDG_STATE_HOME", *state, 1);
    setenv("XDG_RUNTIME_DIR", *state, 1);
    setenv("XDG_CONFIG_HOME", *state, 1);
    char path[FOLDER_PATH_SIZE];
    char wanted[FOLDER_PATH_SIZE];
    struct error err = {0};
    snprintf(wanted, sizeof wanted, "%s/flightdeck", (const char *)*state);

    assert_true(folder_config(path, &err));
    assert_int_not_equal(access(path, F_OK), 0);
    assert_true(folder_state(path, &err));
    assert_string_equal(path, wanted);
    assert_int_equal(mode_of(path), 0700);
    assert_int_equal(chmod(path, 0777), 0);
    assert_true(folder_runtime(path, &err));
    assert_int_equal(mode_of(path), 0700);
}

static void a_link_instead_of_a_folder_is_refused(void **state) {
    char link_path[FOLDER_PATH_SIZE];
    snprintf(link_path, sizeof link_path, "%s/flightdeck", (const char *)*state);
    assert_int_equal(symlink("/tmp", link_path), 0);
    setenv("XDG_STATE_HOME", *state, 1);
    char path[FOLDER_PATH_SIZE];
    struct error err = {0};
    assert_false(folder_state(path, &err));
    assert_non_null(strstr(err.message, "not a folder"));
}

static void relative_variables_do_not_count(void **state) {
    setenv("XDG_CONFIG_HOME", "somewhere", 1);
    setenv("HOME", *state, 1);
    char path[FOLDER_PATH_SIZE];
    char wanted[FOLDER_PATH_SIZE];
    struct error err = {0};
    assert_true(folder_config(path, &err));
    snprintf(wanted, sizeof wanted, "%s/.config/flightdeck", (const char *)*state);
    assert_string_equal(path, wanted);
    unsetenv("HOME");
    assert_false(folder_config(path, &err));
    assert_non_null(strstr(err.message, "XDG_CONFIG_HOME"));
}

static void removing_stays_inside(void **state) {
    char inner[FOLDER_PATH_SIZE];
    char kept[FOLDER_PATH_SIZE];
    char link_path[FOLDER_PATH_SIZE + 8];
    struct error err = {0};
    snprintf(inner, sizeof inner, "%s/a/b", (const char *)*state);
    snprintf(kept, sizeof kept, "%s/kept", (const char *)*state);
    snprintf(link_path, sizeof link_path, "%s/link", inner);
    assert_true(folder_make(inner, &err));
    assert_true(folder_make(kept, &err));
    assert_int_equal(symlink(kept, link_path), 0);

    inner[strlen(inner) - 2] = '\0';
    assert_true(folder_remove(inner, &err));
    assert_int_not_equal(access(inner, F_OK), 0);
    assert_int_equal(access(kept, F_OK), 0);
    assert_true(folder_remove(inner, &err));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            xdg_folders_are_made_private, make_base, remove_base),
        cmocka_unit_test_setup_teardown(
            a_link_instead_of_a_folder_is_refused, make_base, remove_base),
        cmocka_unit_test_setup_teardown(
            relative_variables_do_not_count, make_base, remove_base),
        cmocka_unit_test_setup_teardown(removing_stays_inside, make_base, remove_base),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
