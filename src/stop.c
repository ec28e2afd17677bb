/* SPDX-License-Identifier: MIT */
#include "stop.h"

#include <signal.h>
#include <stddef.h>

#include "io/loop.h"

static void on_signal(void *owner, int number) {
    struct stop *stop = owner;
    if (stop->signal == 0) stop->signal = number;
    stop->count++;
    stop->on_stop(stop->owner, stop->count);
}

void stop_watch(struct stop *stop, struct loop *loop, stop_fn on_stop, void *owner) {
    static const int numbers[STOP_SIGNALS] = {SIGINT, SIGTERM, SIGHUP};
    *stop = (struct stop){.on_stop = on_stop, .owner = owner};
    for (size_t i = 0; i < STOP_SIGNALS; i++) {
        stop->watches[i] = loop_on_signal(loop, numbers[i], on_signal, stop);
    }
}

void stop_forget(struct stop *stop) {
    for (size_t i = 0; i < STOP_SIGNALS; i++) {
        loop_signal_free(stop->watches[i]);
        stop->watches[i] = NULL;
    }
}

enum exit_code stop_code(const struct stop *stop, enum exit_code otherwise) {
    if (stop->signal == 0) return otherwise;
    return stop->signal == SIGINT ? EXIT_CODE_INTERRUPTED : EXIT_CODE_TERMINATED;
}
