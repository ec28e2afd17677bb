/* The watchdog as a command: what its words mean. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "core/target.h"

/* The words behind "watchdog", each "--name value". */
bool watchdog_command_read(
    int count, char *const *words, struct target *target, uint64_t *limit_ns,
    struct error *err);

/* Reads them, watches until it is told to end, and returns the exit code. */
int watchdog_command(int count, char *const *words);
