/* The load of a run: starts the generators at one moment, adds up what they report, and
 * ends them. What it means is core/load_judge's business. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "core/load_message.h"

struct load;
struct loop;

enum { LOAD_WORKERS_MAX = 64 };

/* Why there is no more. */
struct load_finish {
    enum load_end end; /* the worst of all generators */
    char words[LOAD_END_WORDS_SIZE];
    bool lost;             /* a generator was: `words` names it */
    uint32_t workers_lost; /* so many */
    bool missing; /* not all of them came together, so nothing was sent: `words` */
};

struct load_options {
    const char *program;          /* flightdeck-load; its path */
    const struct load_plan *plan; /* of all; borrowed for the call */
    uint32_t workers;             /* 1 to LOAD_WORKERS_MAX */
    int stderr_fd;                /* borrowed */
    /* All are ready and begin now. `notes` says what may spoil the run. */
    void (*on_start)(void *owner, const struct load_ready *notes);
    /* Of all generators, for one report_ns of the plan; borrowed, and large. */
    void (*on_report)(void *owner, const struct load_report *report);
    /* Once, the last one; the load still has to be freed. */
    void (*on_finish)(void *owner, const struct load_finish *finish);
    void *owner;
};

struct load *load_start(
    struct loop *loop, const struct load_options *options, struct error *err);

/* Kills what still runs. */
void load_free(struct load *load);

/* Users, or starts per second, of the whole plan, instead of its stages. */
void load_set_level(struct load *load, double level);

/* Nothing new begins; answers are waited for as long as the plan says. */
void load_stop(struct load *load);

/* Ends it without waiting for answers. */
void load_cut(struct load *load);
