/* One load generator: a process that is told a plan and reports what it measures. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/error.h"
#include "core/load_message.h"

struct load_worker;
struct loop;

enum { LOAD_WORKER_WORDS_SIZE = 160 };

/* None of them runs inside a call. */
struct load_worker_handlers {
    void (*on_ready)(void *owner, uint32_t index, const struct load_ready *ready);
    /* Borrowed, and large. */
    void (*on_report)(void *owner, uint32_t index, const struct load_report *report);
    /* The last one: the process is gone. `why` is ERROR_NONE after a report that said
     * why it ends, and names the process otherwise. It still has to be freed. */
    void (*on_end)(void *owner, uint32_t index, const struct error *why);
};

struct load_worker_options {
    const char *program;          /* its path */
    const struct load_plan *plan; /* of this shard; borrowed for the call */
    struct load_report *scratch;  /* borrowed; what is being read, for all workers */
    uint32_t index;               /* for the handlers */
    int stderr_fd;                /* borrowed */
    const struct load_worker_handlers *handlers; /* borrowed */
    void *owner;
};

struct load_worker *load_worker_start(
    struct loop *loop, const struct load_worker_options *options, struct error *err);

/* Kills it when it still runs. */
void load_worker_free(struct load_worker *worker);

/* Nothing when it is gone or does not read. */
void load_worker_control(
    struct load_worker *worker, const struct load_control *control);

/* Ends it, at once after `grace_ns`. */
void load_worker_end(struct load_worker *worker, uint64_t grace_ns);

pid_t load_worker_pid(const struct load_worker *worker); /* also when it is gone */
