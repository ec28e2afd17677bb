/* The way back to a usable terminal, worked out beforehand, so that it can be taken
 * from a signal handler, a panic or another process. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <signal.h>
#include <stddef.h>
#include <termios.h>

enum { RESTORE_BYTES_MAX = 512 };

/* May lie in memory that a guard shares. */
struct restore {
    volatile sig_atomic_t armed; /* the terminal shows our picture now */
    int fd;                      /* of the process that draws */
    struct termios modes;        /* as they were found */
    size_t length;
    char bytes[RESTORE_BYTES_MAX]; /* ends our modes, the picture and the colours */
};

/* Puts the terminal back when it is armed. Safe in a signal handler. */
void restore_terminal(struct restore *restore, int fd);

/* From now on a crash (SEGV, BUS, FPE, ILL, ABRT, also of an overflown stack) and a
 * panic restore the terminal first. One per process; NULL ends it. */
void restore_on_crash(struct restore *restore);
