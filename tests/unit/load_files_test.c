/* SPDX-License-Identifier: MIT */
#include "load_files.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/text.h"
#include "io/yaml.h"
#include "support/test_folder.h"

struct rig {
    struct test_folder first, second;
    struct load_folders folders;
    struct load_files files;
};

static int set_up(void **state) {
    static struct rig rig;
    rig = (struct rig){0};
    test_folder_init(&rig.first);
    test_folder_init(&rig.second);
    rig.folders.count = LOAD_FOLDERS_MAX;
    text_copy_cut(rig.folders.paths[0], LOAD_FOLDER_SIZE, rig.first.path);
    text_copy_cut(rig.folders.paths[1], LOAD_FOLDER_SIZE, rig.second.path);
    *state = &rig;
    return 0;
}

static int tear_down(void **state) {
    struct rig *rig = *state;
    test_folder_clear(&rig->first);
    test_folder_clear(&rig->second);
    return 0;
}

static void expect_names(struct rig *rig, const char *names) {
    char found[LOAD_FILES_MAX * STATE_NAME_SIZE] = "";
    struct text text = TEXT_IN(found);
    load_files_find(&rig->files, &rig->folders);
    for (unsigned i = 0; i < rig->files.count; i++) {
        text_addf(&text, "%s%s", i > 0 ? " " : "", rig->files.items[i].name);
    }
    assert_string_equal(found, names);
}

static void they_stand_by_name_and_the_first_folder_counts(void **state) {
    struct rig *rig = *state;
    expect_names(rig, "");
    test_folder_write(&rig->first, "b.yaml", "one");
    test_folder_write(&rig->second, "b.yaml", "two");
    test_folder_write(&rig->second, "a.yml", "");
    test_folder_write(&rig->first, "c.yaml", "");
    expect_names(rig, "a.yml b.yaml c.yaml");
    assert_int_equal(
        strncmp(rig->files.items[1].path, rig->first.path, strlen(rig->first.path)), 0);
}

static void only_regular_files_with_sound_names_are_offered(void **state) {
    struct rig *rig = *state;
    char path[TEST_PATH_SIZE];
    test_folder_write(&rig->first, "notes.txt", "");
    test_folder_write(&rig->first, ".yaml", "");
    test_folder_write(&rig->first, "red\x1B[31m.yaml", "");
    test_folder_write(
        &rig->first, "a-name-that-is-far-too-long-to-be-shown-in-a-dialog.yaml", "");
    test_folder_path(&rig->first, "pipe.yaml", path);
    assert_int_equal(mkfifo(path, 0600), 0);
    test_folder_path(&rig->first, "folder.yaml", path);
    assert_int_equal(mkdir(path, 0700), 0);
    test_folder_path(&rig->first, "nowhere.yaml", path);
    assert_int_equal(symlink("/nowhere", path), 0);
    test_folder_write(&rig->first, "good one.yaml", "");
    expect_names(rig, "good one.yaml");
}

static void there_is_an_end_to_them(void **state) {
    struct rig *rig = *state;
    for (unsigned i = 0; i < LOAD_FILES_MAX + 4; i++) {
        char name[32];
        snprintf(name, sizeof name, "%02u.yaml", (i * 7) % (LOAD_FILES_MAX + 4));
        test_folder_write(&rig->first, name, "");
    }
    load_files_find(&rig->files, &rig->folders);
    assert_int_equal(rig->files.count, LOAD_FILES_MAX);
    assert_string_equal(rig->files.items[0].name, "00.yaml");
    assert_string_equal(rig->files.items[LOAD_FILES_MAX - 1].name, "15.yaml");
}

static void a_file_that_is_written_anew_is_another(void **state) {
    struct rig *rig = *state;
    struct load_files again;
    char path[TEST_PATH_SIZE], fresh[TEST_PATH_SIZE];
    test_folder_write(&rig->first, "a.yaml", "one");
    load_files_find(&rig->files, &rig->folders);
    load_files_find(&again, &rig->folders);
    assert_true(load_files_equal(&rig->files, &again));
    test_folder_write(&rig->first, "fresh", "two");
    test_folder_path(&rig->first, "fresh", fresh);
    test_folder_path(&rig->first, "a.yaml", path);
    assert_int_equal(rename(fresh, path), 0);
    load_files_find(&again, &rig->folders);
    assert_false(load_files_equal(&rig->files, &again));
    assert_int_equal(unlink(path), 0);
    load_files_find(&again, &rig->folders);
    assert_false(load_files_equal(&rig->files, &again));
}

static void expect_error(const struct load_file *file, const char *words) {
    struct error err = {0};
    assert_null(load_file_read(file, &err));
    if (!strstr(err.message, words)) fail_msg("%s, not %s", err.message, words);
}

static void what_cannot_be_read_says_why(void **state) {
    struct rig *rig = *state;
    char path[TEST_PATH_SIZE];
    struct load_file file = {0};
    char *large = malloc(YAML_BYTES_MAX + 2);
    assert_non_null(large);
    memset(large, '#', YAML_BYTES_MAX + 1);
    large[YAML_BYTES_MAX + 1] = '\0';
    test_folder_write(&rig->first, "large.yaml", large);
    free(large);
    test_folder_path(&rig->first, "large.yaml", file.path);
    expect_error(&file, "larger than 256 KiB");
    test_folder_path(&rig->first, "pipe.yaml", path);
    assert_int_equal(mkfifo(path, 0600), 0);
    text_copy_cut(file.path, sizeof file.path, path);
    expect_error(&file, "no regular file"); /* and does not wait for its other end */
    test_folder_write(&rig->first, "wrong.yaml", "a: [");
    test_folder_path(&rig->first, "wrong.yaml", path);
    text_copy_cut(file.path, sizeof file.path, path);
    expect_error(&file, "wrong.yaml:2:1:");
}

#define WITH_RIG(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void) {
    const struct CMUnitTest tests[] = {
        WITH_RIG(they_stand_by_name_and_the_first_folder_counts),
        WITH_RIG(only_regular_files_with_sound_names_are_offered),
        WITH_RIG(there_is_an_end_to_them),
        WITH_RIG(a_file_that_is_written_anew_is_another),
        WITH_RIG(what_cannot_be_read_says_why),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
