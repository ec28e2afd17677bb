/* SPDX-License-Identifier: MIT */
#include "crash.h"

#include <signal.h>
#include <stddef.h>
#include <unistd.h>

#include "core/exit_code.h"

#if defined(__SANITIZE_ADDRESS__)
void crash_catch(void) {}
#else
enum { CRASH_STACK_SIZE = 64 * 1024 };

/* Only what a signal handler may call. */
static void on_crash(int number) {
    char line[] = "flightdeck: internal error: signal 00\n";
    line[sizeof line - 4] = (char)('0' + number / 10);
    line[sizeof line - 3] = (char)('0' + number % 10);
    ssize_t wrote = write(STDERR_FILENO, line, sizeof line - 1);
    (void)wrote;
    _exit(EXIT_CODE_INTERNAL);
}

void crash_catch(void) {
    /* A stack of its own: the usual one may be what overflowed. */
    static char stack[CRASH_STACK_SIZE];
    stack_t alternate = {.ss_sp = stack, .ss_size = sizeof stack};
    sigaltstack(&alternate, NULL);
    static const int crashes[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT};
    struct sigaction catching = {.sa_handler = on_crash, .sa_flags = SA_ONSTACK};
    for (size_t i = 0; i < sizeof crashes / sizeof *crashes; i++) {
        sigaction(crashes[i], &catching, NULL);
    }
}
#endif
