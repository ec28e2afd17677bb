/* What a script did, at its end: each command, whether it ran, how it ended. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include "base/buffer.h"
#include "batch.h"

enum { BATCH_SUMMARY_BYTES_MAX = 1024 * 1024 };

void batch_summary_text(
    const struct script *script, const struct batch *batch, const char *name,
    struct buffer *to);
void batch_summary_json(
    const struct script *script, const struct batch *batch, const char *name,
    struct buffer *to);
