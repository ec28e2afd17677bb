/* SPDX-License-Identifier: MIT */
#include "support/leaving.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>

#include "base/panic.h"

static sigset_t ends(void) {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    return set;
}

/* A thread, since no handler of a signal may call exit(). */
static void *wait_for_end(void *nothing) {
    const sigset_t set = ends();
    int number = 0;
    sigwait(&set, &number);
    exit(128 + number);
    return nothing;
}

void leave_tidily(void) {
    const sigset_t set = ends();
    pthread_t thread;
    ensure(pthread_sigmask(SIG_BLOCK, &set, NULL) == 0);
    ensure(pthread_create(&thread, NULL, wait_for_end, NULL) == 0);
    pthread_detach(thread);
    prctl(PR_SET_PDEATHSIG, SIGTERM);
}
