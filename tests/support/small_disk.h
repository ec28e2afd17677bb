/* A small file system of a test's own, which is full when the test says so: nobody else
 * sees it, and it is gone with the test, whatever ends that. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "support/test_folder.h"

struct small_disk {
    char path[TEST_PATH_SIZE];
    int ballast; /* a file without a name; -1: it has room */
};

/* Whether there may be one here; says so when not, as `./dev test` shows it. */
bool small_disk_is_allowed(void);

/* In front of a folder, which is made. False, and says so, where it is not allowed. */
bool small_disk_open(struct small_disk *disk, const char *path);
void small_disk_close(struct small_disk *disk);

/* Nothing but so many bytes is left; and then all is as it was. */
void small_disk_fill(struct small_disk *disk, size_t left);
void small_disk_empty(struct small_disk *disk);
