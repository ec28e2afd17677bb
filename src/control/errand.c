/* SPDX-License-Identifier: MIT */
#include "control/errand.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/units.h"
#include "io/loop.h"
#include "io/process.h"

#define GRACE_NS (3 * NS_PER_S)

struct errand {
    struct process *process; /* NULL when it has ended, or never began */
    struct loop_timer *limit;
    struct loop_timer *soon; /* it could not begin */
    bool is_late;
    struct error why;
    errand_done_fn on_done;
    void *owner;
};

static void on_exit_of(void *owner, const struct process_exit *how);
static void on_limit(void *owner, uint64_t now_ns);
static void on_failed(void *owner, uint64_t now_ns);

struct errand *errand_start(
    struct loop *loop, const struct errand_options *options, errand_done_fn on_done,
    void *owner) {
    const struct process_options how = {
        .args = options->args,
        .stdin_fd = -1,
        .stdout_fd = -1,
        .stderr_fd = -1,
        .own_session = true,
    };
    struct errand *errand = memory_new(sizeof *errand);
    errand->on_done = on_done;
    errand->owner = owner;
    errand->process = process_start(loop, &how, on_exit_of, errand, &errand->why);
    if (errand->process) {
        errand->limit = loop_after(loop, options->timeout_ns, on_limit, errand);
    } else {
        errand->soon = loop_soon(loop, on_failed, errand);
    }
    return errand;
}

void errand_free(struct errand *errand) {
    if (!errand) return;
    loop_timer_free(errand->limit);
    loop_timer_free(errand->soon);
    process_free(errand->process);
    free(errand);
}

static void finish(struct errand *errand, int code) {
    errand_done_fn on_done = errand->on_done;
    void *done_owner = errand->owner;
    const struct error why = errand->why;
    errand_free(errand);
    on_done(done_owner, code, why.message);
}

static void on_failed(void *owner, uint64_t now_ns) {
    struct errand *errand = owner;
    (void)now_ns;
    errand->soon = NULL;
    finish(errand, -1);
}

static void on_limit(void *owner, uint64_t now_ns) {
    struct errand *errand = owner;
    (void)now_ns;
    errand->limit = NULL;
    errand->is_late = true;
    process_stop(errand->process, GRACE_NS);
}

static void on_exit_of(void *owner, const struct process_exit *how) {
    struct errand *errand = owner;
    errand->process = NULL;
    if (errand->is_late) {
        error_set(&errand->why, ERROR_TIMEOUT, "it ran too long and was ended");
    } else if (how->signal != 0) {
        error_set(
            &errand->why, ERROR_LOST, "it was killed by signal %d (%s)", how->signal,
            strsignal(how->signal));
    } else {
        error_set(&errand->why, ERROR_REPLY, "it ended with code %d", how->code);
    }
    finish(errand, errand->is_late ? -1 : how->code);
}
