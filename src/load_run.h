/* A load run of an operator or a pipeline: journaled before it starts, judged while it
 * goes on, kept with its histograms. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/redact.h"
#include "base/units.h"
#include "core/load_message.h"
#include "core/load_outcome.h"
#include "core/target.h"
#include "load_split.h"

struct load_run;
struct loop;

/* How often generators report. */
enum { LOAD_RUN_REPORTS_PER_S = 2 };
#define LOAD_RUN_REPORT_NS (NS_PER_S / LOAD_RUN_REPORTS_PER_S)

struct load_run_options {
    const struct target *target;     /* borrowed; its secrets are filled in */
    const struct redactor *redactor; /* borrowed; NULL for none */
    const struct scenario *scenario; /* borrowed; whom to ask is filled in here */
    uint32_t workers;                /* or shards */
    const struct load_split *split;  /* borrowed; NULL: all generators run here */
    const char *user;                /* borrowed */
    uint64_t limit_ns;               /* for all of it; 0 for none */
    bool quiet; /* what generators complain of is not for this terminal */
    struct load_around (*around)(
        void *owner); /* asked each second; NULL: nobody knows */
    /* How the gathering of shards goes; NULL: nobody wants to know. */
    void (*on_wait)(void *owner, const char *words);
    /* All generators begin now; what may spoil the run. */
    void (*on_start)(void *owner, const struct load_ready *notes);
    void (*on_second)(void *owner, const struct load_course *course);
    /* It runs although the history cannot be written; where it must not, it ends. */
    void (*on_unrecorded)(void *owner, const struct error *err);
    /* It has ended and is written down, or `err` says why not. Without a result nothing
     * was sent. */
    void (*on_done)(
        void *owner, const struct load_outcome *result, const struct error *err);
    void *owner;
};

/* NULL, with `err` set, when it cannot be: no program, a way that is not gone. */
struct load_run *load_run_start(
    struct loop *loop, const struct load_run_options *options, struct error *err);

/* Kills the generators when they still run. */
void load_run_free(struct load_run *run);

/* Users, or starts per second, instead of what the scenario says. */
void load_run_set_level(struct load_run *run, double level);

/* Ends it as partial: answers are waited for; the second time they are not. */
void load_run_stop(struct load_run *run);

/* What is known so far: its name, and the run before it. */
const struct load_outcome *load_run_outcome(const struct load_run *run);

const struct load_course *load_run_course(const struct load_run *run);
