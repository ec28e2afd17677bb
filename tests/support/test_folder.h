/* A folder of a test's own under /tmp,
 * gone with everything in it when the test ends. */
/* SPDX-License-Identifier: MIT */
#pragma once

enum { TEST_FOLDER_SIZE = 64, TEST_PATH_SIZE = 108 }; /* a path fits a unix socket */

struct test_folder {
    char path[TEST_FOLDER_SIZE];
};

void test_folder_init(struct test_folder *folder);
/* Under /dev/shm, where there is one: what is synced there costs no time. */
void test_folder_init_in_memory(struct test_folder *folder);
void test_folder_clear(struct test_folder *folder);

/* "<folder>/<name>". */
void test_folder_path(
    const struct test_folder *folder, const char *name, char path[TEST_PATH_SIZE]);

/* Writes a file of that folder. */
void test_folder_write(
    const struct test_folder *folder, const char *name, const char *words);
