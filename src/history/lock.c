/* SPDX-License-Identifier: MIT */
#include "history/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/safe_text.h"
#include "base/scan.h"
#include "base/text.h"
#include "base/units.h"
#include "io/folders.h"

enum { FILE_MODE = 0600, RECORD_SIZE = 512 };

struct lock {
    int descriptor; /* the lock lives as long as it is open */
    uint64_t epoch;
};

/* An open file description lock on the whole file. fcntl(2) */
static struct flock whole_file(void) {
    return (struct flock){.l_type = F_WRLCK, .l_whence = SEEK_SET};
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
static void write_record(int descriptor, const struct lock_holder *holder) {
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
    ssize_t written = pwrite(descriptor, record, text.length, 0);
    if (written != (ssize_t)text.length || ftruncate(descriptor, written) != 0) {
        /* The lock holds without it; only its holder's name is missing. */
        return;
    }
}

static void read_record(int descriptor, struct lock_holder *holder) {
    char record[RECORD_SIZE];
    ssize_t length = pread(descriptor, record, sizeof record, 0);
    *holder = (struct lock_holder){0};
    if (length <= 0) return;
    struct scan scan =
        scan_of((struct slice){.data = record, .length = (size_t)length});
    int64_t pid = 0;
    slice_u64(scan_until(&scan, '\t'), &holder->epoch);
    slice_i64(scan_until(&scan, '\t'), &pid);
    slice_i64(scan_until(&scan, '\t'), &holder->since_ms);
    holder->pid = (pid_t)pid;
    safe_text_copy(holder->holder, sizeof holder->holder, scan_until(&scan, '\t'));
    safe_text_copy(holder->host, sizeof holder->host, scan_until(&scan, '\t'));
    safe_text_copy(holder->purpose, sizeof holder->purpose, scan_until(&scan, '\n'));
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

struct lock *lock_take(
    const char *folder, const char *target, const struct lock_holder *me,
    struct lock_holder *who, struct error *err) {
    char path[FOLDER_PATH_SIZE];
    if (!lock_path(folder, target, path, err)) return NULL;
    int descriptor = open(path, O_CREAT | O_RDWR | O_CLOEXEC | O_NOFOLLOW, FILE_MODE);
    if (descriptor < 0) {
        error_set(err, ERROR_SYSTEM, "%s: %s", path, strerror(errno));
        return NULL;
    }
    struct lock_holder last;
    struct flock wanted = whole_file();
    if (fcntl(descriptor, F_OFD_SETLK, &wanted) != 0) {
        read_record(descriptor, &last);
        close(descriptor);
        tell_holder(&last, err);
        if (who) *who = last;
        return NULL;
    }
    read_record(descriptor, &last);
    struct lock_holder now = *me;
    now.pid = getpid();
    now.epoch = last.epoch + 1;
    write_record(descriptor, &now);
    struct lock *lock = memory_new(sizeof *lock);
    *lock = (struct lock){.descriptor = descriptor, .epoch = now.epoch};
    return lock;
}

void lock_free(struct lock *lock) {
    if (!lock) return;
    close(lock->descriptor);
    free(lock);
}

uint64_t lock_epoch(const struct lock *lock) {
    return lock->epoch;
}

bool lock_is_held(const char *folder, const char *target, struct lock_holder *who) {
    char path[FOLDER_PATH_SIZE];
    struct error err;
    if (!lock_path(folder, target, path, &err)) return false;
    int descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (descriptor < 0) return false;
    struct flock found = whole_file();
    bool held = fcntl(descriptor, F_OFD_GETLK, &found) == 0 && found.l_type != F_UNLCK;
    if (held) read_record(descriptor, who);
    close(descriptor);
    return held;
}
