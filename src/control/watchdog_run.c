/* SPDX-License-Identifier: MIT */
#include <signal.h>
#include <stdio.h>

#include "base/text.h"
#include "base/units.h"
#include "control/watchdog.h"
#include "core/exit_code.h"
#include "io/loop.h"

static void on_event(void *owner, enum watchdog_event event, const char *words) {
    static const char *const names[] = {"rests", "watches", "blind",
                                        "acts",  "acted",   "failed"};
    (void)owner;
    fprintf(stderr, "watchdog: %s: %s\n", names[event], words);
}

static void on_signal(void *owner, int number) {
    (void)number;
    loop_stop(owner);
}

int watchdog_run(const struct watchdog_options *options) {
    struct error err = {0};
    struct loop *loop = loop_new();
    struct watchdog *watchdog = watchdog_start(loop, options, on_event, NULL, &err);
    if (!watchdog) {
        fprintf(stderr, "watchdog: %s\n", err.message);
        loop_free(loop);
        return EXIT_CODE_USAGE;
    }
    struct loop_signal *ended = loop_on_signal(loop, SIGTERM, on_signal, loop);
    struct loop_signal *interrupted = loop_on_signal(loop, SIGINT, on_signal, loop);
    loop_run(loop);
    loop_signal_free(ended);
    loop_signal_free(interrupted);
    watchdog_free(watchdog);
    loop_free(loop);
    return EXIT_CODE_OK;
}
