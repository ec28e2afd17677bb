/* SPDX-License-Identifier: MIT */
#include "trust.h"

#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/sha256.h"
#include "support/test_folder.h"

static struct test_folder folder;
static char file[TEST_PATH_SIZE];
static char digest[SHA256_HEX_SIZE];
static char other_digest[SHA256_HEX_SIZE];

static int set_up(void **state) {
    (void)state;
    test_folder_init(&folder);
    setenv("XDG_STATE_HOME", folder.path, 1);
    test_folder_write(&folder, "flightdeck.yaml", "version: 1\n");
    test_folder_path(&folder, "flightdeck.yaml", file);
    sha256_hex(slice_of("version: 1\n"), digest);
    sha256_hex(slice_of("version: 1\n#\n"), other_digest);
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    unsetenv("XDG_STATE_HOME");
    test_folder_clear(&folder);
    return 0;
}

static void nothing_is_trusted_at_first(void **state) {
    (void)state;
    assert_false(trust_is_given(file, digest));
}

static void trust_is_for_one_content_at_one_path(void **state) {
    (void)state;
    struct error err;
    char copy[TEST_PATH_SIZE];
    test_folder_write(&folder, "copy.yaml", "version: 1\n");
    test_folder_path(&folder, "copy.yaml", copy);
    assert_true(trust_give(file, digest, &err));
    assert_true(trust_is_given(file, digest));
    assert_false(trust_is_given(file, other_digest));
    assert_false(trust_is_given(copy, digest));
    assert_false(trust_is_given(file, ""));
}

static void a_change_revokes_it_and_trust_can_be_given_again(void **state) {
    (void)state;
    struct error err;
    assert_true(trust_give(file, digest, &err));
    assert_true(trust_give(file, other_digest, &err));
    assert_false(trust_is_given(file, digest));
    assert_true(trust_is_given(file, other_digest));
}

static void another_way_to_the_same_file_is_the_same_file(void **state) {
    (void)state;
    struct error err;
    char link_path[TEST_PATH_SIZE];
    test_folder_path(&folder, "link.yaml", link_path);
    assert_int_equal(symlink(file, link_path), 0);
    assert_true(trust_give(file, digest, &err));
    assert_true(trust_is_given(link_path, digest));
}

/* Finds the one file that remembers. */
static void entry_of(char entry[256]) {
    char real[PATH_MAX];
    char name[SHA256_HEX_SIZE];
    assert_non_null(realpath(file, real));
    sha256_hex(slice_of(real), name);
    snprintf(entry, 256, "%s/flightdeck/trust/%s", folder.path, name);
}

static void what_is_remembered_is_private_and_a_cut_entry_is_no_trust(void **state) {
    (void)state;
    struct error err;
    struct stat found;
    char entry[256];
    assert_true(trust_give(file, digest, &err));
    entry_of(entry);
    assert_int_equal(stat(entry, &found), 0);
    assert_int_equal(found.st_mode & 0777, 0600);
    assert_int_equal(truncate(entry, 63), 0);
    assert_false(trust_is_given(file, digest));
}

static void a_missing_file_cannot_be_trusted(void **state) {
    (void)state;
    struct error err;
    assert_int_equal(unlink(file), 0);
    assert_false(trust_give(file, digest, &err));
    assert_false(trust_is_given(file, digest));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(nothing_is_trusted_at_first),
        TEST(trust_is_for_one_content_at_one_path),
        TEST(a_change_revokes_it_and_trust_can_be_given_again),
        TEST(another_way_to_the_same_file_is_the_same_file),
        TEST(what_is_remembered_is_private_and_a_cut_entry_is_no_trust),
        TEST(a_missing_file_cannot_be_trusted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
