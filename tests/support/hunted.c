/* SPDX-License-Identifier: MIT */
#include "support/hunted.h"

#include <fts.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/buffer.h"

enum { READ_SIZE = 16 * 1024, FILE_BYTES_MAX = 64 * 1024 * 1024 };

void hunted_in(const char *word, const char *where, const char *bytes, size_t length) {
    if (length == 0) return;
    const char *at = memmem(bytes, length, word, strlen(word));
    if (at) fail_msg("%s has it: %.60s", where, at);
}

void hunted_in_file(const char *word, const char *path) {
    char bytes[READ_SIZE];
    struct buffer all;
    FILE *file = fopen(path, "re");
    if (!file) fail_msg("%s cannot be read", path);
    buffer_init(&all, FILE_BYTES_MAX);
    for (size_t got; (got = fread(bytes, 1, sizeof bytes, file)) > 0;) {
        assert_true(buffer_add(&all, bytes, got));
    }
    fclose(file);
    hunted_in(word, path, all.data, all.length);
    buffer_clear(&all);
}

unsigned hunted_below(const char *word, char *folder, const char *part) {
    char *const folders[] = {folder, NULL};
    unsigned count = 0;
    FTS *walk = fts_open(folders, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
    assert_non_null(walk);
    for (FTSENT *entry; (entry = fts_read(walk));) {
        if (entry->fts_info != FTS_F) continue;
        count += strstr(entry->fts_path, part) != NULL;
        hunted_in_file(word, entry->fts_path);
    }
    fts_close(walk);
    return count;
}
