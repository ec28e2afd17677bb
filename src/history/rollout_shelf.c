/* SPDX-License-Identifier: MIT */
#include "history/rollout_shelf.h"

#include <stdlib.h>

#include "base/memory.h"
#include "base/text.h"
#include "history/store.h"
#include "io/folders.h"
#include "io/sqlite.h"

struct rollout_shelf {
    unsigned holders;
    struct sqlite *sqlite;
    bool is_stuck; /* only read */
    char path[FOLDER_PATH_SIZE];
};

/* Whether SQLite could write is not tried: where there is hardly any room, it dies of
 * what it takes for room. */
static struct sqlite *open_to_write(const char *path, struct error *err) {
    if (!folder_takes_file(path)) {
        error_set(
            err, ERROR_SYSTEM, "%s: %s", path,
            folder_is_read_only(path) ? "its file system is read-only"
                                      : "no room is left on its file system");
        return NULL;
    }
    struct sqlite *sqlite = store_open(path, err);
    if (!sqlite || !sqlite_is_read_only(sqlite)) return sqlite;
    sqlite_close(sqlite);
    error_set(
        err, ERROR_FORBIDDEN,
        "%s was brought to its form by a newer flightdeck than this "
        "one, " FLIGHTDECK_VERSION ": use that one",
        path);
    return NULL;
}

/* Nothing can be begun there, but what is open is found. */
static struct sqlite *open_to_read(const char *path) {
    struct error ignored; /* why it cannot be written to says more */
    int64_t version = 0;
    struct sqlite *sqlite = sqlite_open_read_only(path, &ignored);
    if (!sqlite) return NULL;
    bool is_known =
        sqlite_version(sqlite, &version, &ignored) && version >= ROLLOUT_SHELF_VERSION;
    if (is_known) return sqlite;
    sqlite_close(sqlite);
    return NULL;
}

struct rollout_shelf *rollout_shelf_open(const char *path, struct error *err) {
    struct sqlite *sqlite = open_to_write(path, err);
    bool is_stuck = !sqlite && err->code == ERROR_SYSTEM;
    if (is_stuck) sqlite = open_to_read(path);
    if (!sqlite) return NULL;
    struct rollout_shelf *shelf = memory_new(sizeof *shelf);
    shelf->sqlite = sqlite;
    shelf->is_stuck = is_stuck;
    text_copy_cut(shelf->path, sizeof shelf->path, path);
    return rollout_shelf_hold(shelf);
}

struct rollout_shelf *rollout_shelf_hold(struct rollout_shelf *shelf) {
    shelf->holders++;
    return shelf;
}

void rollout_shelf_release(struct rollout_shelf *shelf) {
    if (--shelf->holders > 0) return;
    sqlite_close(shelf->sqlite);
    free(shelf);
}

struct sqlite *rollout_shelf_file(const struct rollout_shelf *shelf) {
    return shelf->sqlite;
}

struct sqlite *rollout_shelf_for_writing(
    struct rollout_shelf *shelf, struct error *err) {
    /* Not before who only reads has left: SQLite keeps one index for all of a process,
     * and who only reads has one that cannot be written to. */
    if (shelf->is_stuck) {
        sqlite_close(shelf->sqlite);
        shelf->sqlite = open_to_write(shelf->path, err);
        shelf->is_stuck = !shelf->sqlite;
    }
    if (shelf->sqlite) sqlite_wait(shelf->sqlite, 0);
    return shelf->sqlite;
}
