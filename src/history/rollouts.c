/* SPDX-License-Identifier: MIT */
#include "history/rollouts.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/panic.h"
#include "base/text.h"
#include "history/store.h"
#include "io/loop.h"
#include "io/sqlite.h"

enum { FIRST_VERSION = 2 }; /* of the file, that knows of rollouts */

/* The open file. Once there are writes only the working thread uses it. */
struct shelf {
    unsigned holders; /* the owner and every write; counted on the loop */
    struct sqlite *sqlite;
};

/* One transaction: made on the loop, carried out on the thread, finished on the loop. */
struct write {
    struct rollouts *rollouts; /* borrowed */
    struct shelf *shelf;
    struct write *next;
    struct loop_work *work;
    bool is_beat;
    struct rollout_row row;
    struct rollout_beat beat;
    char *evidence; /* owned; of the beat */
    struct rollout_user *users;
    struct error error;
    rollouts_done_fn on_written;
    void *owner;
};

struct rollouts {
    struct loop *loop; /* borrowed */
    struct shelf *shelf;
    struct write *writes; /* write.next; those without a callback yet */
    unsigned pending;
    char path[FOLDER_PATH_SIZE];
    ino_t file; /* that was opened */
};

static struct shelf *shelf_hold(struct shelf *shelf) {
    shelf->holders++;
    return shelf;
}

static void shelf_release(struct shelf *shelf) {
    if (--shelf->holders > 0) return;
    sqlite_close(shelf->sqlite);
    free(shelf);
}

/* Its inode; 0 for none. */
static ino_t file_at(const char *path) {
    struct stat info;
    return stat(path, &info) == 0 ? info.st_ino : 0;
}

struct rollouts *rollouts_new(struct loop *loop, const char *path, struct error *err) {
    char place[FOLDER_PATH_SIZE];
    text_copy_cut(place, sizeof place, path);
    if (!place[0] && !store_path(place, err)) return NULL;
    struct sqlite *sqlite = store_open(place, err);
    if (!sqlite) return NULL;
    if (sqlite_is_read_only(sqlite)) {
        sqlite_close(sqlite);
        error_set(err, ERROR_FORBIDDEN, "%s is of a newer program", place);
        return NULL;
    }
    struct rollouts *rollouts = memory_new(sizeof *rollouts);
    rollouts->loop = loop;
    rollouts->shelf = shelf_hold(memory_new(sizeof *rollouts->shelf));
    rollouts->shelf->sqlite = sqlite;
    text_copy_cut(rollouts->path, sizeof rollouts->path, place);
    rollouts->file = file_at(place);
    return rollouts;
}

bool rollouts_are_gone(const struct rollouts *rollouts) {
    return file_at(rollouts->path) != rollouts->file;
}

static void write_free(void *data) {
    struct write *write = data;
    shelf_release(write->shelf);
    free(write->evidence);
    free(write->users);
    free(write);
}

void rollouts_free(struct rollouts *rollouts) {
    if (!rollouts) return;
    while (rollouts->writes) {
        struct write *write = rollouts->writes;
        rollouts->writes = write->next;
        loop_work_free(write->work, write_free);
    }
    shelf_release(rollouts->shelf);
    free(rollouts);
}

bool rollouts_find(
    struct rollouts *rollouts, const char *target, struct rollout_found *found,
    struct error *err) {
    ensure(!rollouts->writes);
    return rollout_rows_find(rollouts->shelf->sqlite, target, found, err);
}

bool rollouts_claim(
    struct rollouts *rollouts, const struct rollout_found *found, uint64_t epoch,
    struct error *err) {
    ensure(!rollouts->writes);
    return rollout_rows_claim(rollouts->shelf->sqlite, found, epoch, err);
}

bool rollouts_users(
    struct rollouts *rollouts, const char *id, rollout_user_fn on_user, void *owner,
    struct error *err) {
    ensure(!rollouts->writes);
    return rollout_rows_users(rollouts->shelf->sqlite, id, on_user, owner, err);
}

static bool peek(
    struct sqlite *sqlite, const char *target, struct rollout_found *found,
    struct error *err) {
    int64_t version = 0;
    if (!sqlite_version(sqlite, &version, err)) return false;
    if (version >= FIRST_VERSION) return rollout_rows_find(sqlite, target, found, err);
    return error_set(err, ERROR_NOT_FOUND, "no rollout of %s is open", target);
}

bool rollouts_peek(const char *target, struct rollout_found *found, struct error *err) {
    char place[FOLDER_PATH_SIZE];
    if (!store_path(place, err)) return false;
    if (access(place, F_OK) != 0 && errno == ENOENT) {
        return error_set(err, ERROR_NOT_FOUND, "no rollout of %s is open", target);
    }
    struct sqlite *sqlite = sqlite_open_read_only(place, err);
    bool found_one = sqlite && peek(sqlite, target, found, err);
    sqlite_close(sqlite);
    return found_one;
}

/* On the working thread. */
static void carry_out(void *data) {
    struct write *write = data;
    struct sqlite *sqlite = write->shelf->sqlite;
    if (!sqlite_begin(sqlite, &write->error)) return;
    bool done = write->is_beat ? rollout_rows_beat(sqlite, &write->beat, &write->error)
                               : rollout_rows_add(sqlite, &write->row, &write->error);
    if (done) {
        sqlite_commit(sqlite, &write->error);
    } else {
        sqlite_rollback(sqlite);
    }
}

static void on_refused(void *data) {
    struct write *write = data;
    error_set(
        &write->error, ERROR_LIMIT, "history: over %d writes are waiting",
        ROLLOUTS_PENDING_MAX);
}

static void on_carried_out(void *owner) {
    struct write *write = owner;
    struct rollouts *rollouts = write->rollouts;
    struct write **link = &rollouts->writes;
    while (*link != write) link = &(*link)->next;
    *link = write->next;
    rollouts->pending--;

    rollouts_done_fn on_written = write->on_written;
    void *written_owner = write->owner;
    const struct error error = write->error;
    write_free(write);
    if (on_written) on_written(written_owner, &error);
}

static struct write *new_write(
    struct rollouts *rollouts, rollouts_done_fn on_written, void *owner) {
    struct write *write = memory_new(sizeof *write);
    write->rollouts = rollouts;
    write->shelf = shelf_hold(rollouts->shelf);
    write->next = rollouts->writes;
    write->on_written = on_written;
    write->owner = owner;
    rollouts->writes = write;
    rollouts->pending++;
    return write;
}

static void send_off(struct write *write) {
    struct rollouts *rollouts = write->rollouts;
    bool refused = rollouts->pending > ROLLOUTS_PENDING_MAX;
    write->work = loop_work_new(
        rollouts->loop, refused ? on_refused : carry_out, write, on_carried_out, write);
}

void rollouts_add(
    struct rollouts *rollouts, const struct rollout_row *row,
    rollouts_done_fn on_written, void *owner) {
    struct write *write = new_write(rollouts, on_written, owner);
    write->row = *row;
    send_off(write);
}

void rollouts_beat(
    struct rollouts *rollouts, const struct rollout_beat *beat,
    rollouts_done_fn on_written, void *owner) {
    ensure(beat->evidence.length <= ROLLOUT_EVIDENCE_MAX);
    ensure(beat->user_count <= ROLLOUT_USERS_MAX);
    struct write *write = new_write(rollouts, on_written, owner);
    write->is_beat = true;
    write->beat = *beat;
    if (beat->evidence.length > 0) {
        write->evidence = memory_new(beat->evidence.length);
        memcpy(write->evidence, beat->evidence.data, beat->evidence.length);
        write->beat.evidence.data = write->evidence;
    }
    if (beat->user_count > 0) {
        write->users = memory_new_array(beat->user_count, sizeof *write->users);
        memcpy(write->users, beat->users, beat->user_count * sizeof *write->users);
        write->beat.users = write->users;
    }
    send_off(write);
}
