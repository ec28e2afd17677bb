/* SPDX-License-Identifier: MIT */
#include "support/test_folder.h"

#include <ftw.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/panic.h"
#include "base/text.h"

enum { DESCRIPTORS_MAX = 16, FOLDERS_MAX = 64 };

/* Global, since a test that fails is left without a word,
 * its folders not cleared: what is still there when the program
 * exits goes then. A child does not inherit that duty. */
static struct {
    pid_t owner;
    char paths[FOLDERS_MAX][TEST_FOLDER_SIZE];
} left;

static int remove_entry(
    const char *path, const struct stat *info, int kind, struct FTW *where) {
    (void)info, (void)kind, (void)where;
    remove(path);
    return 0;
}

static void remove_folder(char path[TEST_FOLDER_SIZE]) {
    nftw(path, remove_entry, DESCRIPTORS_MAX, FTW_DEPTH | FTW_PHYS);
    path[0] = '\0';
}

static void remove_left(void) {
    if (getpid() != left.owner) return;
    for (unsigned i = 0; i < FOLDERS_MAX; i++) {
        if (left.paths[i][0]) remove_folder(left.paths[i]);
    }
}

/* The place of that path, or with an empty one a place that is free. */
static char *place_of(const char *path) {
    for (unsigned i = 0; i < FOLDERS_MAX; i++) {
        if (strcmp(left.paths[i], path) == 0) return left.paths[i];
    }
    return NULL;
}

static void make(struct test_folder *folder, const char *parent) {
    struct text path = text_in(folder->path, sizeof folder->path);
    if (left.owner == 0) {
        left.owner = getpid();
        ensure(atexit(remove_left) == 0);
    }
    text_addf(&path, "%s/flightdeck-test-XXXXXX", parent);
    ensure(mkdtemp(folder->path));
    char *place = place_of("");
    ensure(place);
    text_copy(place, TEST_FOLDER_SIZE, folder->path);
}

void test_folder_init(struct test_folder *folder) {
    make(folder, "/tmp");
}

void test_folder_init_in_memory(struct test_folder *folder) {
    bool has_memory = access("/dev/shm", W_OK | X_OK) == 0;
    make(folder, has_memory ? "/dev/shm" : "/tmp");
}

void test_folder_clear(struct test_folder *folder) {
    if (!folder->path[0]) return;
    char *place = place_of(folder->path);
    if (place) place[0] = '\0';
    remove_folder(folder->path);
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
