/* One run of a program that makes load, and what the run took. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "support/processors.h"
#include "support/test_process.h"

struct tool_use {
    int code;              /* of its exit; 128 and the signal when it was killed */
    double cpu_s, rss_mib; /* as wait4() has them: of the whole run, its peak */
};

/* A command of sh, its words as $1 and on; one that takes longer than the limit is
 * killed. What it says goes to `log`. */
struct tool_use tool_run(
    const char *command, const char *const *words, const char *log, uint64_t limit_ns);

/* The two steps of it. */
void tool_start(
    struct test_process *process, const char *command, const char *const *words,
    const char *log);
struct tool_use tool_wait(struct test_process *process, uint64_t limit_ns);

/* What a processor has done since it was booted, in seconds. */
struct processor_time {
    double own_s;    /* for this system: in programs and for them */
    double stolen_s; /* for other guests of the machine */
};
struct processor_time processor_time_of(const cpu_set_t *set);

/* Whether less than 8 % was stolen and less than 12 % went to others than what was
 * measured; otherwise figures of that while say little. */
bool processor_was_quiet(
    struct processor_time before, struct processor_time after, double measured_s,
    double took_s);
