/* A check as it would go out: what an operator sees before anything does. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdint.h>

#include "actions/smoke_plan.h"
#include "base/buffer.h"
#include "base/redact.h"
#include "core/target.h"

/* All borrowed. */
struct smoke_preview {
    const struct target *target;
    const struct smoke_plan *plan;
    const struct redactor *redactor; /* of the target's secrets; NULL for none */
};

/* Adds lines that are safe to show: method and URL, then headers, body, polling and
 * retries, which are indented. Secrets are ***; what only the run itself or an answer
 * will know stays as it stands in the file, like ${run_id}. */
void smoke_preview(
    const struct smoke_preview *preview, uint32_t index, struct buffer *to);

/* Adds lines, also indented: the ways that do not follow from the URL. */
void smoke_preview_way(const struct smoke_preview *preview, struct buffer *to);

/* How to go back after all of it. */
const char *smoke_preview_way_back(const struct smoke_plan *plan);
