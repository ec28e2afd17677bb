/* SPDX-License-Identifier: MIT */
#include "support/test_folder.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/panic.h"
#include "base/text.h"

enum { DESCRIPTORS_MAX = 16 };

void test_folder_init(struct test_folder *folder) {
    text_copy(folder->path, sizeof folder->path, "/tmp/flightdeck-test-XXXXXX");
    ensure(mkdtemp(folder->path));
}

static int remove_entry(
    const char *path, const struct stat *info, int kind, struct FTW *where) {
    (void)info, (void)kind, (void)where;
    remove(path);
    return 0;
}

void test_folder_clear(struct test_folder *folder) {
    if (!folder->path[0]) return;
    nftw(folder->path, remove_entry, DESCRIPTORS_MAX, FTW_DEPTH | FTW_PHYS);
    folder->path[0] = '\0';
}

void test_folder_path(
    const struct test_folder *folder, const char *name, char path[TEST_PATH_SIZE]) {
    struct text text = text_in(path, TEST_PATH_SIZE);
    text_addf(&text, "%s/%s", folder->path, name);
    ensure(!text.truncated);
}

void test_folder_write(
    const struct test_folder *folder, const char *name, const char *words) {
    char path[TEST_PATH_SIZE];
    test_folder_path(folder, name, path);
    FILE *file = fopen(path, "we");
    ensure(file);
    ensure(fputs(words, file) >= 0);
    ensure(fclose(file) == 0);
}
