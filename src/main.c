/* The operator's program: makes the process safe to run in, then runs the command. */
/* SPDX-License-Identifier: MIT */
#include <fcntl.h>
#include <signal.h>
#include <stddef.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/memory.h"
#include "core/exit_code.h"
#include "crash.h"
#include "dispatch.h"

/* A descriptor that was closed by our parent would be taken by the next open file,
 * which would then receive what is meant for stdout. */
static void hold_standard_descriptors(void) {
    int descriptor = 0;
    do {
        descriptor = open("/dev/null", O_RDWR);
    } while (descriptor >= 0 && descriptor <= STDERR_FILENO);
    if (descriptor > STDERR_FILENO) close(descriptor);
}

/* For commands that wait for nothing;
 * those with a loop watch these signals themselves. */
static void on_end_signal(int number) {
    _exit(number == SIGINT ? EXIT_CODE_INTERRUPTED : EXIT_CODE_TERMINATED);
}

static void set_signals(void) {
    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN);
    static const int ends[] = {SIGINT, SIGTERM, SIGHUP};
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        struct sigaction before;
        if (sigaction(ends[i], NULL, &before) != 0) continue;
        /* nohup and background jobs ignore some of them on purpose. */
        if (before.sa_handler == SIG_IGN) continue;
        struct sigaction ending = {.sa_handler = on_end_signal};
        sigaction(ends[i], &ending, NULL);
    }
}

int main(int argc, char *argv[]) {
    hold_standard_descriptors();
    set_signals();
    crash_catch();
    memory_give_back();
    if (argc == 0) return EXIT_CODE_USAGE;
    return dispatch(argc, argv);
}
