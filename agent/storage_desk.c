/* SPDX-License-Identifier: MIT */
#include "agent/storage_desk.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/memory.h"

/* Which file it is that a path leads to. */
struct place {
    dev_t device;
    ino_t number; /* 0 for none */
};

struct storage_desk {
    char *path;
    struct place place; /* of what is open */
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

static struct place look(const char *path) {
    struct stat found;
    if (stat(path, &found) != 0) return (struct place){0};
    return (struct place){.device = found.st_dev, .number = found.st_ino};
}

/* What is written to a file that was removed or replaced nobody ever finds. */
static void close_moved(struct storage_desk *desk) {
    struct place now = look(desk->path);
    bool is_same = now.device == desk->place.device && now.number == desk->place.number;
    if (!is_same) close_files(desk);
}

struct storage_file *storage_desk_file(struct storage_desk *desk, struct error *err) {
    close_moved(desk);
    if (desk->file) return desk->file;
    desk->file = storage_file_open(desk->path, err);
    desk->place = look(desk->path);
    return desk->file;
}

struct storage_reader *storage_desk_reader(
    struct storage_desk *desk, struct error *err) {
    close_moved(desk);
    if (desk->reader) return desk->reader;
    desk->reader = storage_reader_open(desk->path, err);
    desk->place = look(desk->path);
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
