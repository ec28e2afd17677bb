/* SPDX-License-Identifier: MIT */
#include "history/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/panic.h"
#include "base/safe_text.h"
#include "base/scan.h"
#include "base/text.h"
#include "base/units.h"
#include "io/folders.h"

enum {
    FILE_MODE = 0600,
    RECORD_SIZE = 512,
    CHANGE_TRIES = 100, /* a millisecond apart */
    EPOCHS_AT = 1 << 20,
};

static const uint64_t epoch_max = UINT64_C(1) << 48;

struct lock {
    int descriptor; /* the lock lives as long as it is open */
    uint64_t epoch;
    uint64_t written; /* what the file says of it */
};

/* One byte of the file as an open file description lock. fcntl(2) */
static struct flock byte_lock(off_t offset) {
    return (struct flock){
        .l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = offset, .l_len = 1};
}

/* Locked by the holder of that epoch. */
static struct flock epoch_lock(uint64_t epoch) {
    return byte_lock(EPOCHS_AT + (off_t)epoch);
}

/* Names of targets come from people: only plain characters reach the file system. */
static bool lock_path(
    const char *folder, const char *target, char path[FOLDER_PATH_SIZE],
    struct error *err) {
    struct text text = text_in(path, FOLDER_PATH_SIZE);
    text_addf(&text, "%s/lock-", folder);
    for (const char *at = target; *at; at++) {
        bool plain = (*at >= 'a' && *at <= 'z') || (*at >= 'A' && *at <= 'Z') ||
                     (*at >= '0' && *at <= '9') || *at == '-';
        if (plain) {
            text_add_char(&text, *at);
        } else {
            text_addf(&text, "_%02x", (unsigned char)*at);
        }
    }
    if (!text.truncated) return true;
    return error_set(
        err, ERROR_LIMIT, "the name of the target is too long: %s", target);
}

/* One line: epoch, pid, since, then holder, host and purpose between tabs. */
static bool write_record(
    int descriptor, const struct lock_holder *holder, struct error *err) {
    char record[RECORD_SIZE];
    struct text text = TEXT_IN(record);
    text_addf(
        &text, "%llu\t%lld\t%lld\t", (unsigned long long)holder->epoch,
        (long long)holder->pid, (long long)holder->since_ms);
    safe_text_add(&text, slice_of(holder->holder));
    text_add_char(&text, '\t');
    safe_text_add(&text, slice_of(holder->host));
    text_add_char(&text, '\t');
    safe_text_add(&text, slice_of(holder->purpose));
    text_add_char(&text, '\n');
    ensure(!text.truncated);
    ssize_t written = pwrite(descriptor, record, text.length, 0);
    bool kept = written == (ssize_t)text.length &&
                ftruncate(descriptor, written) == 0 && fdatasync(descriptor) == 0;
    return kept ||
           error_set(err, ERROR_SYSTEM, "writing the lock: %s", strerror(errno));
}

/* An empty file is nobody's, with epoch 0. False when it cannot be understood: then no
 * epoch is safe. */
static bool read_record(int descriptor, struct lock_holder *holder) {
    char record[RECORD_SIZE];
    ssize_t length = pread(descriptor, record, sizeof record, 0);
    *holder = (struct lock_holder){0};
    if (length <= 0) return length == 0;
    struct scan scan =
        scan_of((struct slice){.data = record, .length = (size_t)length});
    struct slice line = {0};
    if (!memchr(record, '\n', (size_t)length) || !scan_line(&scan, &line)) return false;
    scan = scan_of(line);
    int64_t pid = 0;
    bool read = slice_u64(scan_until(&scan, '\t'), &holder->epoch) &&
                slice_i64(scan_until(&scan, '\t'), &pid) &&
                slice_i64(scan_until(&scan, '\t'), &holder->since_ms);
    if (!read || holder->epoch > epoch_max) return false;
    holder->pid = (pid_t)pid;
    safe_text_copy(holder->holder, sizeof holder->holder, scan_until(&scan, '\t'));
    safe_text_copy(holder->host, sizeof holder->host, scan_until(&scan, '\t'));
    safe_text_copy(holder->purpose, sizeof holder->purpose, scan_rest(&scan));
    return true;
}

static bool tell_holder(const struct lock_holder *who, struct error *err) {
    char since[40];
    struct text text = TEXT_IN(since);
    units_add_timestamp(&text, who->since_ms);
    return error_set(
        err, ERROR_CONFLICT, "held by %s on %s (pid %d, %s) since %s",
        who->holder[0] ? who->holder : "somebody", who->host, (int)who->pid,
        who->purpose, since);
}

/* Only one process at a time changes who holds it. That takes microseconds; one that is
 * stopped in between is not waited for. */
static bool begin_change(int descriptor, struct error *err) {
    const struct timespec pause = {.tv_nsec = 1000000};
    struct flock change = byte_lock(0);
    for (unsigned i = 0; i < CHANGE_TRIES; i++) {
        if (fcntl(descriptor, F_OFD_SETLK, &change) == 0) return true;
        if (errno != EAGAIN && errno != EACCES) break;
        nanosleep(&pause, NULL);
    }
    return error_set(err, ERROR_CONFLICT, "taking the lock: %s", strerror(errno));
}

static void end_change(int descriptor) {
    struct flock change = byte_lock(0);
    change.l_type = F_UNLCK;
    fcntl(descriptor, F_OFD_SETLK, &change);
}

static bool epoch_is_held(int descriptor, uint64_t epoch) {
    struct flock found = epoch_lock(epoch);
    return fcntl(descriptor, F_OFD_GETLK, &found) == 0 && found.l_type != F_UNLCK;
}

/* Locks the next epoch, then writes it down: killed in between, nothing has changed. */
static bool change_holder(
    int descriptor, const struct lock_holder *last, const struct lock_holder *me,
    struct error *err) {
    struct lock_holder now = *me;
    now.pid = getpid();
    now.epoch = last->epoch + 1;
    struct flock mine = epoch_lock(now.epoch);
    if (fcntl(descriptor, F_OFD_SETLK, &mine) != 0) {
        return error_set(err, ERROR_SYSTEM, "locking: %s", strerror(errno));
    }
    return write_record(descriptor, &now, err);
}

/* Inside the change: the epoch taken, or 0. */
static uint64_t take_next(
    int descriptor, bool by_force, const struct lock_holder *me,
    struct lock_holder *who, struct error *err) {
    if (!read_record(descriptor, who)) {
        error_set(err, ERROR_SYNTAX, "the lock file is damaged");
        return 0;
    }
    bool held = epoch_is_held(descriptor, who->epoch);
    bool meant = by_force && (me->epoch == 0 || me->epoch == who->epoch);
    if (held && !meant) {
        tell_holder(who, err);
        return 0;
    }
    uint64_t epoch = who->epoch + 1;
    if (!change_holder(descriptor, who, me, err)) return 0;
    if (!held) *who = (struct lock_holder){0};
    return epoch;
}

struct taking {
    const char *folder;
    const char *target;
    const struct lock_holder *me;
    bool by_force;
};

static struct lock *take(
    const struct taking *taking, struct lock_holder *who, struct error *err) {
    char path[FOLDER_PATH_SIZE];
    if (!lock_path(taking->folder, taking->target, path, err)) return NULL;
    int descriptor = open(path, O_CREAT | O_RDWR | O_CLOEXEC | O_NOFOLLOW, FILE_MODE);
    if (descriptor < 0) {
        error_set(err, ERROR_SYSTEM, "%s: %s", path, strerror(errno));
        return NULL;
    }
    struct lock_holder last = {0};
    uint64_t epoch = 0;
    if (begin_change(descriptor, err)) {
        epoch = take_next(descriptor, taking->by_force, taking->me, &last, err);
        end_change(descriptor);
    }
    if (who) *who = last;
    if (epoch == 0) {
        if (err->code != ERROR_CONFLICT) error_wrap(err, "%s", path);
        close(descriptor);
        return NULL;
    }
    struct lock *lock = memory_new(sizeof *lock);
    *lock = (struct lock){descriptor, epoch, .written = epoch};
    return lock;
}

struct lock *lock_take(
    const char *folder, const char *target, const struct lock_holder *me,
    struct lock_holder *who, struct error *err) {
    return take(&(struct taking){folder, target, me, .by_force = false}, who, err);
}

struct lock *lock_take_over(
    const char *folder, const char *target, const struct lock_holder *me,
    struct lock_holder *who, struct error *err) {
    return take(&(struct taking){folder, target, me, .by_force = true}, who, err);
}

static bool may_borrow(
    int descriptor, const struct lock_holder *me, struct lock_holder *who,
    struct error *err) {
    if (!read_record(descriptor, who)) {
        return error_set(err, ERROR_SYNTAX, "the lock file is damaged");
    }
    bool held = epoch_is_held(descriptor, who->epoch);
    if (held && who->epoch != me->epoch) return tell_holder(who, err);
    if (!held) who->pid = 0;
    if (flock(descriptor, LOCK_EX | LOCK_NB) == 0) return true;
    return error_set(
        err, ERROR_CONFLICT, "held by somebody who cannot write it down: %s",
        strerror(errno));
}

struct lock *lock_borrow(
    const char *folder, const char *target, const struct lock_holder *me,
    struct lock_holder *who, struct error *err) {
    char path[FOLDER_PATH_SIZE];
    if (!lock_path(folder, target, path, err)) return NULL;
    int descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (descriptor < 0) {
        error_set(err, ERROR_SYSTEM, "%s: %s", path, strerror(errno));
        return NULL;
    }
    if (!may_borrow(descriptor, me, who, err)) {
        if (err->code != ERROR_CONFLICT) error_wrap(err, "%s", path);
        close(descriptor);
        return NULL;
    }
    struct lock *lock = memory_new(sizeof *lock);
    *lock = (struct lock){descriptor, who->epoch + 1, .written = who->epoch};
    return lock;
}

bool lock_is_taken(const struct lock *lock, struct lock_holder *who) {
    return !read_record(lock->descriptor, who) || who->epoch != lock->written;
}

bool lock_is_mine(const struct lock *lock) {
    struct lock_holder now;
    return !lock_is_taken(lock, &now);
}

void lock_free(struct lock *lock) {
    if (!lock) return;
    close(lock->descriptor);
    free(lock);
}

uint64_t lock_epoch(const struct lock *lock) {
    return lock->epoch;
}

bool lock_hand_over(
    struct lock *lock, const struct lock_holder *to, struct error *err) {
    struct lock_holder now, next = *to;
    if (!begin_change(lock->descriptor, err)) return false;
    bool is_mine = read_record(lock->descriptor, &now) && now.epoch == lock->epoch;
    next.pid = now.pid;
    next.epoch = now.epoch;
    bool done = is_mine ? write_record(lock->descriptor, &next, err)
                        : error_set(err, ERROR_CONFLICT, "somebody took it over");
    end_change(lock->descriptor);
    return done;
}

bool lock_is_held(const char *folder, const char *target, struct lock_holder *who) {
    char path[FOLDER_PATH_SIZE];
    struct error err;
    if (!lock_path(folder, target, path, &err)) return false;
    int descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (descriptor < 0) return false;
    bool held = read_record(descriptor, who) && epoch_is_held(descriptor, who->epoch);
    close(descriptor);
    return held;
}
