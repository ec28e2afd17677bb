/* The operator's seat: a session that can also act, when it is armed. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdint.h>

#include "base/redact.h"
#include "config.h"
#include "core/target.h"
#include "load_files.h"
#include "ui/restore.h"

struct cockpit_options {
    const struct config *config;     /* borrowed; the target is chosen */
    const struct target *target;     /* borrowed */
    const struct redactor *redactor; /* borrowed; NULL for none */
    const char *theme, *color;       /* NULL for none */
    const char *checks;              /* of the smoke test; NULL for the book's */
    struct load_folders scenarios;   /* where files for load runs lie */
    uint64_t arm_for_ns;
};

/* Runs until the operator leaves; returns the exit code. */
int cockpit_run(const struct cockpit_options *options, struct restore *restore);
