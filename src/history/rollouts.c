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
#include "base/units.h"
#include "history/rollout_shelf.h"
#include "history/store.h"
#include "io/folders.h"
#include "io/loop.h"
#include "io/sqlite.h"

enum {
    START_MS = 250, /* somebody is waited for so long before anything is written */
    RETRY_MIN_MS = 5,
    RETRY_MAX_MS = 320,
};

/* A row or a beat: made on the loop, and finished there once it is on disk. */
struct write {
    struct write *next; /* the one behind it */
    bool is_beat;
    struct rollout_row row;
    struct rollout_beat beat;
    char *evidence; /* owned; of the beat */
    struct rollout_user *users;
    uint64_t since_ns;
    rollouts_done_fn on_written;
    void *owner;
};

/* One transaction, carried out on the thread: of all that waited for it, so that no
 * crash leaves what was meant before it without what has become of it. */
struct flight {
    struct rollouts *rollouts; /* borrowed */
    struct rollout_shelf *shelf;
    struct loop_work *work;
    struct write *first; /* write.next */
    struct error error;
};

struct rollouts {
    struct loop *loop; /* borrowed */
    struct rollout_shelf *shelf;
    struct write *first, *last; /* write.next; those that no flight has */
    struct flight *flight;      /* NULL for none */
    struct loop_timer *retry;   /* NULL unless somebody else holds the file */
    uint64_t retry_ns;
    uint64_t held_ns;            /* since when by somebody else; 0: it is not */
    rollouts_fence_fn may_write; /* NULL: always */
    void *owner;
    unsigned pending; /* writes, wherever they are */
    unsigned singles; /* so many fly alone, to see which one fails */
    char path[FOLDER_PATH_SIZE];
    ino_t file; /* that was opened */
};

/* Its inode; 0 for none. */
static ino_t file_at(const char *path) {
    struct stat info;
    return stat(path, &info) == 0 ? info.st_ino : 0;
}

struct rollouts *rollouts_new(struct loop *loop, const char *path, struct error *err) {
    char place[FOLDER_PATH_SIZE];
    text_copy_cut(place, sizeof place, path);
    if (!place[0] && !store_path(place, err)) return NULL;
    struct rollout_shelf *shelf = rollout_shelf_open(place, err);
    if (!shelf) return NULL;
    struct rollouts *rollouts = memory_new(sizeof *rollouts);
    rollouts->loop = loop;
    rollouts->shelf = shelf;
    text_copy_cut(rollouts->path, sizeof rollouts->path, place);
    rollouts->file = file_at(place);
    rollouts->retry_ns = RETRY_MIN_MS * NS_PER_MS;
    sqlite_wait(rollout_shelf_file(shelf), START_MS);
    return rollouts;
}

void rollouts_fence(
    struct rollouts *rollouts, rollouts_fence_fn may_write, void *owner) {
    rollouts->may_write = may_write;
    rollouts->owner = owner;
}

bool rollouts_are_gone(const struct rollouts *rollouts) {
    return file_at(rollouts->path) != rollouts->file;
}

uint64_t rollouts_held_ns(const struct rollouts *rollouts) {
    return rollouts->held_ns != 0 ? loop_clock_ns() - rollouts->held_ns : 0;
}

static void write_free(struct write *write) {
    free(write->evidence);
    free(write->users);
    free(write);
}

static void free_all(struct write *write) {
    while (write) {
        struct write *next = write->next;
        write_free(write);
        write = next;
    }
}

static void flight_free(void *data) {
    struct flight *flight = data;
    free_all(flight->first);
    rollout_shelf_release(flight->shelf);
    free(flight);
}

void rollouts_free(struct rollouts *rollouts) {
    if (!rollouts) return;
    loop_timer_free(rollouts->retry);
    if (rollouts->flight) loop_work_free(rollouts->flight->work, flight_free);
    free_all(rollouts->first);
    rollout_shelf_release(rollouts->shelf);
    free(rollouts);
}

bool rollouts_find(
    struct rollouts *rollouts, const char *target, struct rollout_found *found,
    struct error *err) {
    ensure(rollouts->pending == 0);
    struct sqlite *sqlite = rollout_shelf_file(rollouts->shelf);
    if (rollout_rows_find(sqlite, target, found, err)) return true;
    return err->code == ERROR_NOT_FOUND ? false : error_wrap(err, "%s", rollouts->path);
}

bool rollouts_claim(
    struct rollouts *rollouts, const struct rollout_found *found, uint64_t epoch,
    struct error *err) {
    ensure(rollouts->pending == 0);
    return rollout_rows_claim(rollout_shelf_file(rollouts->shelf), found, epoch, err);
}

bool rollouts_users(
    struct rollouts *rollouts, const char *id, rollout_user_fn on_user, void *owner,
    struct error *err) {
    ensure(rollouts->pending == 0);
    return rollout_beat_users(
        rollout_shelf_file(rollouts->shelf), id, on_user, owner, err);
}

static bool peek(
    struct sqlite *sqlite, const char *target, struct rollout_found *found,
    struct error *err) {
    int64_t version = 0;
    if (!sqlite_version(sqlite, &version, err)) return false;
    if (version >= ROLLOUT_SHELF_VERSION) {
        return rollout_rows_find(sqlite, target, found, err);
    }
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
    if (sqlite && !found_one && err->code != ERROR_NOT_FOUND) {
        error_wrap(err, "%s", place);
    }
    sqlite_close(sqlite);
    return found_one;
}

/* On the working thread, which waits for nobody. */
static void carry_out(void *data) {
    struct flight *flight = data;
    struct sqlite *sqlite = rollout_shelf_for_writing(flight->shelf, &flight->error);
    bool done = true;
    if (!sqlite || !sqlite_begin(sqlite, &flight->error)) return;
    for (struct write *write = flight->first; write && done; write = write->next) {
        done = write->is_beat ? rollout_beat_write(sqlite, &write->beat, &flight->error)
                              : rollout_rows_add(sqlite, &write->row, &flight->error);
    }
    if (done) {
        sqlite_commit(sqlite, &flight->error);
    } else {
        sqlite_rollback(sqlite);
    }
}

static void take_off(struct rollouts *rollouts);

static void on_retry(void *owner, uint64_t now_ns) {
    struct rollouts *rollouts = owner;
    (void)now_ns;
    rollouts->retry = NULL;
    take_off(rollouts);
}

/* They are the first ones again. */
static void give_back(struct rollouts *rollouts, struct write *first) {
    struct write *last = first;
    while (last->next) last = last->next;
    last->next = rollouts->first;
    if (!rollouts->first) rollouts->last = last;
    rollouts->first = first;
}

static void finish(
    struct rollouts *rollouts, struct write *first, const struct error *error) {
    while (first) {
        struct write *write = first;
        first = write->next;
        rollouts->pending--;
        rollouts_done_fn on_written = write->on_written;
        void *written_owner = write->owner;
        write_free(write);
        on_written(written_owner, error);
    }
}

/* Whoever has not begun yet does not wait for ever. */
static bool is_patient(const struct write *write) {
    bool is_late = loop_clock_ns() - write->since_ns >= ROLLOUTS_BEGIN_MAX_NS;
    return write->is_beat || !write->row.is_new || !is_late;
}

static bool has_to_wait(const struct error *error, const struct write *first) {
    return error->code == ERROR_TIMEOUT && is_patient(first);
}

static void wait_for_file(struct rollouts *rollouts) {
    uint64_t twice_ns = rollouts->retry_ns * 2;
    uint64_t most_ns = RETRY_MAX_MS * NS_PER_MS;
    rollouts->retry =
        loop_after(rollouts->loop, rollouts->retry_ns, on_retry, rollouts);
    rollouts->retry_ns = twice_ns < most_ns ? twice_ns : most_ns;
}

static void note_holder(struct rollouts *rollouts, bool is_held) {
    if (!is_held) {
        rollouts->held_ns = 0;
    } else if (rollouts->held_ns == 0) {
        rollouts->held_ns = loop_clock_ns();
    }
}

static unsigned count_of(const struct write *first) {
    unsigned count = 0;
    for (; first; first = first->next) count++;
    return count;
}

static void on_landed(void *owner) {
    struct flight *flight = owner;
    struct rollouts *rollouts = flight->rollouts;
    struct write *first = flight->first;
    const struct error error = flight->error;
    flight->first = NULL;
    flight_free(flight);
    note_holder(rollouts, error.code == ERROR_TIMEOUT);
    if (has_to_wait(&error, first)) {
        rollouts->flight = NULL;
        give_back(rollouts, first);
        wait_for_file(rollouts);
        return;
    }
    rollouts->retry_ns = RETRY_MIN_MS * NS_PER_MS;
    if (error.code != ERROR_NONE && first->next) {
        rollouts->singles = count_of(first);
        give_back(rollouts, first);
    } else {
        finish(rollouts, first, &error);
    }
    rollouts->flight = NULL;
    take_off(rollouts);
}

static struct write *take_waiting(struct rollouts *rollouts) {
    struct write *first = rollouts->first;
    if (rollouts->singles > 0) {
        rollouts->singles--;
        rollouts->first = first->next;
        first->next = NULL;
    } else {
        rollouts->first = NULL;
    }
    if (!rollouts->first) rollouts->last = NULL;
    return first;
}

static void on_deposed(void *owner, uint64_t now_ns) {
    struct rollouts *rollouts = owner;
    struct write *first = rollouts->first;
    struct error why;
    (void)now_ns;
    rollouts->retry = NULL;
    rollouts->first = rollouts->last = NULL;
    rollouts->singles = 0;
    error_set(&why, ERROR_CONFLICT, "somebody else has it by now");
    finish(rollouts, first, &why);
}

static void take_off(struct rollouts *rollouts) {
    if (rollouts->flight || rollouts->retry || !rollouts->first) return;
    if (rollouts->may_write && !rollouts->may_write(rollouts->owner)) {
        rollouts->retry = loop_soon(rollouts->loop, on_deposed, rollouts);
        return;
    }
    struct flight *flight = memory_new(sizeof *flight);
    flight->rollouts = rollouts;
    flight->shelf = rollout_shelf_hold(rollouts->shelf);
    flight->first = take_waiting(rollouts);
    rollouts->flight = flight;
    flight->work = loop_work_new(rollouts->loop, carry_out, flight, on_landed, flight);
}

static struct write *new_write(rollouts_done_fn on_written, void *owner) {
    struct write *write = memory_new(sizeof *write);
    write->since_ns = loop_clock_ns();
    write->on_written = on_written;
    write->owner = owner;
    return write;
}

static void send_off(struct rollouts *rollouts, struct write *write) {
    ensure(rollouts->pending < ROLLOUTS_PENDING_MAX);
    rollouts->pending++;
    if (rollouts->last) {
        rollouts->last->next = write;
    } else {
        rollouts->first = write;
    }
    rollouts->last = write;
    take_off(rollouts);
}

void rollouts_add(
    struct rollouts *rollouts, const struct rollout_row *row,
    rollouts_done_fn on_written, void *owner) {
    struct write *write = new_write(on_written, owner);
    write->row = *row;
    send_off(rollouts, write);
}

void rollouts_beat(
    struct rollouts *rollouts, const struct rollout_beat *beat,
    rollouts_done_fn on_written, void *owner) {
    ensure(beat->evidence.length <= ROLLOUT_EVIDENCE_MAX);
    ensure(beat->user_count <= ROLLOUT_USERS_MAX);
    struct write *write = new_write(on_written, owner);
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
    send_off(rollouts, write);
}
