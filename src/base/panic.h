/* The end of the program when only a bug or empty memory can be the reason. */
/* SPDX-License-Identifier: MIT */
#pragma once

enum { EXIT_INTERNAL = 70 };

/* Runs the hook, prints one line to stderr and exits with EXIT_INTERNAL. */
_Noreturn void panic(const char *words, ...) __attribute__((format(printf, 1, 2)));

/* What has to happen before the line is printed: the terminal is restored here. */
void panic_set_hook(void (*hook)(void));

/* States what only a bug can break. Input is never ensured, it is checked. */
#define ensure(condition)                                                     \
    do {                                                                      \
        if (!(condition)) panic("%s:%d: %s", __FILE__, __LINE__, #condition); \
    } while (0)
