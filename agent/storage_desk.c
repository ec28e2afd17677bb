/* SPDX-License-Identifier: MIT */
#include "agent/storage_desk.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

struct storage_desk {
    char *path;
    unsigned users;
    struct storage_file *file; /* NULL until it could be opened */
    struct storage_reader *reader;
    struct storage_record *rest; /* what nobody has written yet */
    size_t rest_count;
};

struct storage_desk *storage_desk_new(const char *path) {
    struct storage_desk *desk = memory_new(sizeof *desk);
    desk->path = memory_copy_string(path);
    desk->users = 1;
    return desk;
}

struct storage_desk *storage_desk_join(struct storage_desk *desk) {
    desk->users++;
    return desk;
}

static void close_files(struct storage_desk *desk) {
    storage_reader_close(desk->reader);
    storage_file_close(desk->file);
    desk->reader = NULL;
    desk->file = NULL;
}

void storage_desk_leave(struct storage_desk *desk) {
    if (!desk || --desk->users > 0) return;
    if (desk->file && desk->rest_count > 0) {
        size_t new_count = 0;
        struct error err = {0};
        /* The last word: there is nobody left to tell of a failure. */
        storage_file_record(desk->file, desk->rest, desk->rest_count, &new_count, &err);
    }
    close_files(desk);
    free(desk->rest);
    free(desk->path);
    free(desk);
}

struct storage_file *storage_desk_file(struct storage_desk *desk, struct error *err) {
    if (!desk->file) desk->file = storage_file_open(desk->path, err);
    return desk->file;
}

struct storage_reader *storage_desk_reader(
    struct storage_desk *desk, struct error *err) {
    if (!desk->reader) desk->reader = storage_reader_open(desk->path, err);
    return desk->reader;
}

void storage_desk_fail(struct storage_desk *desk, const struct error *err) {
    if (err->code != ERROR_CONFLICT) close_files(desk);
}

void storage_desk_bequeath(
    struct storage_desk *desk, const struct storage_record *records, size_t count) {
    desk->rest =
        memory_resize(desk->rest, (desk->rest_count + count) * sizeof *records);
    memcpy(desk->rest + desk->rest_count, records, count * sizeof *records);
    desk->rest_count += count;
}
