/* SPDX-License-Identifier: MIT */
#include "base/panic.h"

#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

enum { REASON_SIZE = 512 };

/* The one variable of the program: a panic can start anywhere, with nothing at hand. */
static void (*before_words)(void);

void panic_set_hook(void (*hook)(void)) {
    before_words = hook;
}

void panic(const char *words, ...) {
    void (*hook)(void) = before_words;
    before_words = NULL; /* a hook that panics must not come back here */
    if (hook) hook();

    char reason[REASON_SIZE];
    va_list args;
    va_start(args, words);
    vsnprintf(reason, sizeof reason, words, args);
    va_end(args);
    dprintf(STDERR_FILENO, "flightdeck: internal error: %s\n", reason);
    _exit(EXIT_INTERNAL);
}
