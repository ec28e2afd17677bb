/* The process that owns the parts of a demo,
 * from its start to the last file removed. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>

#include "demo_plan.h"

struct demo_run {
    struct demo_plan plan; /* all but its place and its ports are the caller's */
    const char *config; /* where the target's configuration goes too; NULL for none */
    bool quiet;         /* nothing but the description and errors */
};

/* Runs the stack until it is told to stop, by a signal or by the end of its leash, and
 * returns an exit code. Once everything is up it is described on stdout, closed by an
 * empty line. Whatever ends it, nothing stays behind. */
int demo_run(struct demo_run *run);
