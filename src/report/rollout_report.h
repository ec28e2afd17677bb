/* Where a rollout stands, as text and as JSON.
 * What came from outside must be safe to show already. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include "base/buffer.h"
#include "base/text.h"
#include "core/exit_code.h"
#include "core/rollout_status.h"

enum { ROLLOUT_REPORT_BYTES_MAX = 64 * 1024, ROLLOUT_LINE_SIZE = 512 };

struct rollout_report {
    const struct rollout_status *status; /* NULL or not known: no rollout */
    const char *target;
    enum exit_code exit_code;
    bool color;
    bool past; /* as the history has it: no controller was there to ask */
};

/* "step 2/4 25 % (seen 24.6 %), watching 6m12s: 139 of 180 canary requests". */
void rollout_report_line(const struct rollout_status *status, struct text *text);

void rollout_report_text(const struct rollout_report *report, struct buffer *to);

/* One object and a line end. */
void rollout_report_json(const struct rollout_report *report, struct buffer *to);

/* How a pipeline ends on it: 0 promoted, 5 rolled back and verified, 6 needs a person,
 * 4 held or still under way, 3 never begun. */
enum exit_code rollout_report_code(const struct rollout_status *status);
