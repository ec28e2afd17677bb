/* What is written down of a run: the intent before its first effect, what became of it
 * after the last one. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "core/state.h"
#include "core/ulid.h"
#include "history/history.h"

struct run_record {
    enum run_kind kind;
    bool acts; /* what only looks has no intent: its rows are a note and a look */
    const char *type; /* "smoke": of smoke.start, smoke.end; all here is borrowed */
    const char *target, *user;
    const char *scenario;      /* "default", or the file's name */
    const char *scenario_hash; /* only like runs are compared; NULL for none */
    uint8_t id[ULID_SIZE];
    char id_string[ULID_STRING_SIZE];
};

/* Gives it an id of its own. */
void run_record_name(struct run_record *record);

/* `words` is JSON, redacted. The first effect waits for `on_committed`. */
void run_record_begin(
    const struct run_record *record, struct history *history, const char *words,
    history_done_fn on_committed, void *owner);

/* The verdict, the reason, the results and the body of the entry are the caller's; the
 * rest of `outcome` is filled here. */
void run_record_end(
    const struct run_record *record, struct history *history,
    struct run_outcome *outcome, history_done_fn on_committed, void *owner);

/* Whether it must not start when that cannot be written down.
 * A full disk or a home that is read-only is no reason not to test:
 * it runs, with a warning. On production an act that nobody can trace is
 * worse than a check that did not run, and whoever has to know now names
 * another folder in XDG_STATE_HOME, or asks with checks that only look. */
bool run_record_is_needed(const struct run_record *record, enum target_class class);
