/* What the kernel says of one process. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/error.h"

struct proc_sight {
    uint64_t start_ticks; /* since boot: tells a process from a later one of that pid */
    double cpu_s;
    double resident_bytes;
    double descriptors; /* NaN until they are counted */
    char state;         /* as ps writes it: R, S, T, Z */
};

/* Reads a pid from a file. */
bool proc_read_pid(const char *path, pid_t *pid, struct error *err);

/* A process that can be looked at again and again,
 * and is never taken for a later one of its pid. The file is -1
 * when there is none. ERROR_NOT_FOUND for one that is gone. */
bool proc_open(pid_t pid, int *file, struct error *err);
bool proc_look(int file, struct proc_sight *sight, struct error *err);

/* What tells whether it has ended, without asking for more: -1 where the kernel has no
 * such thing. It may mean a later process of that pid, so it is no proof of life. */
int proc_open_life(pid_t pid);
bool proc_has_ended(int life); /* true for -1 */

/* What a file is, and when it was written last: zeros for one that is not there. */
struct proc_mark {
    uint64_t device, inode;
    int64_t written_ns;
};
struct proc_mark proc_mark_of(const char *path);
bool proc_marks_equal(const struct proc_mark *a, const struct proc_mark *b);

/* Open descriptors; NaN when we may not look. Dear for a process with many. */
double proc_count_descriptors(pid_t pid);
