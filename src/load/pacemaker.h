/* The run itself, from its start to the last answer: keeps the time, measures how well
 * it does that, and reports every second.
 *   RUNS ─► DRAINS (nothing begins any more) ─► over */
/* SPDX-License-Identifier: MIT */
#pragma once

#include "core/load_report.h"

struct channel;
struct loop;
struct pacemaker;
struct resolve_address;
struct tls_config;

struct pacemaker_options {
    struct loop *loop;                       /* borrowed, as everything here */
    const struct load_plan *plan;            /* checked */
    const struct resolve_address *addresses; /* copied */
    size_t address_count;
    const struct tls_config *tls; /* NULL for none */
    struct channel *channel;      /* where the reports go */
    /* Everything is over but the last report. Once, not from within a call. */
    void (*on_over)(void *owner);
    void *owner;
};

/* The run begins now. */
struct pacemaker *pacemaker_new(const struct pacemaker_options *options);
void pacemaker_free(struct pacemaker *pacemaker);

void pacemaker_set_level(struct pacemaker *pacemaker, double level);

/* Answers are waited for; at once: they count as abandoned. */
void pacemaker_drain(struct pacemaker *pacemaker, enum load_end end);
void pacemaker_stop(struct pacemaker *pacemaker, enum load_end end);

/* Sends what has not been reported yet; nothing runs after it. The channel must not be
 * busy. */
void pacemaker_say_last(struct pacemaker *pacemaker);
