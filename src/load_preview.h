/* What a load run would send, to whom, and what that may cost:
 * before it starts, and for --dry-run. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include "base/buffer.h"
#include "core/target.h"
#include "invocation.h"
#include "load_wish.h"

struct load_preview {
    const struct load_wish *wish;    /* borrowed */
    const struct target *target;     /* borrowed */
    const struct redactor *redactor; /* borrowed */
};

/* "about 14.9k requests, up to 50 rps, cost: nothing (no paid model)" */
void load_preview_add_bill(struct text *text, const struct load_preview *preview);

/* Adds lines that are safe to show: the load, the bill, each task, the gates. */
void load_preview_lines(const struct load_preview *preview, struct buffer *to);

/* Writes it as text or JSON. Returns the exit code. */
int load_dry_run(
    const struct invocation *invocation, const struct load_preview *preview);
