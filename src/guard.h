/* The process that the shell sees: it waits for the one that does the work, and gives
 * the terminal back whatever ended that one. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include "ui/restore.h"

/* How long the work may take to end by itself once it has been told to. */
enum { GUARD_GRACE_S = 8 };

struct guard_work {
    /* In the child; `restore` is shared with the guard. Returns the exit code. */
    int (*run)(void *owner, struct restore *restore);
    /* In the guard, when the child is gone whatever ended it; NULL for nothing. */
    void (*after)(void *owner);
    void *owner; /* borrowed */
};

/* Runs the work in a child process and returns its exit code, 128 + the signal that
 * ended it. Signals sent to the guard reach the child; stopped and continued they are
 * together; a guard that is killed takes the child along, after it has cleaned up. Call
 * it before there are threads. */
int guard_run(const struct guard_work *work);
