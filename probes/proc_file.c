/* SPDX-License-Identifier: MIT */
#include "probes/proc_file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/scan.h"
#include "base/text.h"
#include "base/units.h"

/* Fields of /proc/PID/stat, see proc(5): the name is field 2 and may hold anything. */
enum {
    FIELD_STATE = 3,
    FIELD_USER_TICKS = 14,
    FIELD_SYSTEM_TICKS = 15,
    FIELD_START_TICKS = 22,
    FIELD_RESIDENT_PAGES = 24,
    FIELDS = 25,
};

enum { FILE_SIZE = 1024, PATH_SIZE = 64, PID_MAX = 4194304, DESCRIPTORS_MAX = 65536 };

static bool fail(int number, struct error *err) {
    return error_set(
        err, number == ENOENT || number == ESRCH ? ERROR_NOT_FOUND : ERROR_SYSTEM, "%s",
        strerrordesc_np(number));
}

static bool open_file(const char *path, int *file, struct error *err) {
    *file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    return *file >= 0 || fail(errno, err);
}

/* A file from its beginning, at most `size` bytes of it. */
static bool read_file(
    int file, char *data, size_t size, struct slice *text, struct error *err) {
    ssize_t got = pread(file, data, size, 0);
    if (got < 0) return fail(errno, err);
    *text = (struct slice){.data = data, .length = (size_t)got};
    return true;
}

bool proc_read_pid(const char *path, pid_t *pid, struct error *err) {
    char data[FILE_SIZE];
    struct slice text = {.data = data};
    int file;
    if (!open_file(path, &file, err)) return false;
    bool good = read_file(file, data, sizeof data, &text, err);
    close(file);
    if (!good) return false;
    struct scan scan = scan_of(text);
    struct slice line = {.data = ""};
    uint64_t number = 0;
    scan_line(&scan, &line);
    if (!slice_u64(slice_trim(line), &number) || number == 0 || number > PID_MAX) {
        return error_set(err, ERROR_SYNTAX, "no pid in its file");
    }
    *pid = (pid_t)number;
    return true;
}

int proc_open_life(pid_t pid) {
    return (int)syscall(SYS_pidfd_open, pid, 0);
}

bool proc_has_ended(int life) {
    struct pollfd poll_one = {.fd = life, .events = POLLIN};
    return life < 0 || poll(&poll_one, 1, 0) != 0;
}

struct proc_mark proc_mark_of(const char *path) {
    struct stat status;
    struct proc_mark mark = {0};
    if (stat(path, &status) != 0) return mark;
    mark.device = status.st_dev;
    mark.inode = status.st_ino;
    mark.written_ns =
        status.st_mtim.tv_sec * (int64_t)NS_PER_S + status.st_mtim.tv_nsec;
    return mark;
}

bool proc_marks_equal(const struct proc_mark *a, const struct proc_mark *b) {
    return a->device == b->device && a->inode == b->inode &&
           a->written_ns == b->written_ns;
}

double proc_count_descriptors(pid_t pid) {
    char path[PATH_SIZE];
    struct stat status;
    snprintf(path, sizeof path, "/proc/%d/fd", (int)pid);
    /* Since Linux 6.2 the folder's size is their number. */
    if (stat(path, &status) == 0 && status.st_size > 0) return (double)status.st_size;
    DIR *folder = opendir(path);
    if (!folder) return NAN;
    double count = -2;                                          /* "." and ".." */
    while (count < DESCRIPTORS_MAX && readdir(folder)) count++; /* NOLINT: one thread */
    closedir(folder);
    return count;
}

/* The numbers behind the name; the last ')' ends it. */
static bool read_fields(struct slice stat, char *state, uint64_t fields[FIELDS]) {
    const char *name_end = memrchr(stat.data, ')', stat.length);
    if (!name_end) return false;
    size_t used = (size_t)(name_end + 1 - stat.data);
    struct scan scan = scan_of((struct slice){name_end + 1, stat.length - used});
    struct slice word;
    if (!scan_word(&scan, &word) || word.length != 1) return false;
    *state = word.data[0];
    for (size_t field = FIELD_STATE + 1; field < FIELDS; field++) {
        if (!scan_word(&scan, &word)) return false;
        if (!slice_u64(word, &fields[field])) fields[field] = 0; /* some are negative */
    }
    return true;
}

bool proc_open(pid_t pid, int *file, struct error *err) {
    char path[PATH_SIZE];
    snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
    return open_file(path, file, err);
}

bool proc_look(int file, struct proc_sight *sight, struct error *err) {
    char data[FILE_SIZE];
    struct slice stat = {.data = data};
    uint64_t fields[FIELDS] = {0};
    char state;
    if (!read_file(file, data, sizeof data, &stat, err)) return false;
    if (!read_fields(stat, &state, fields)) {
        return error_set(err, ERROR_SYNTAX, "what the kernel says is not understood");
    }
    double ticks_per_s = (double)sysconf(_SC_CLK_TCK);
    uint64_t ticks = fields[FIELD_USER_TICKS] + fields[FIELD_SYSTEM_TICKS];
    *sight = (struct proc_sight){
        .start_ticks = fields[FIELD_START_TICKS],
        .cpu_s = (double)ticks / ticks_per_s,
        .resident_bytes =
            (double)fields[FIELD_RESIDENT_PAGES] * (double)sysconf(_SC_PAGESIZE),
        .descriptors = NAN,
        .state = state,
    };
    return true;
}
