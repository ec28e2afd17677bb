/* What a script would do: its commands in their order, and for each that acts what it
 * says itself of what it would send. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>

#include "base/buffer.h"
#include "base/error.h"
#include "batch.h"
#include "core/exit_code.h"

enum { BATCH_PLAN_BYTES_MAX = 4 * 1024 * 1024 };

/* Asks one after the other, with --dry-run. False, with `err` set, when one could not
 * be asked; otherwise `code` is 0 or the worst that one of them ended with. */
bool batch_plan_write(
    const struct batch_options *options, struct buffer *to, enum exit_code *code,
    struct error *err);
