/* The answer to whoever does not wait: 202, and where to look for the job. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include "base/scan.h"

struct exchange;

struct accepted {
    struct slice job_id, status, version; /* borrowed; may come from Redis */
};

/* Answers {"job_id", "status", "version"} with Location,
 * X-Job-Id and X-Agent-Outcome. */
void accepted_answer(struct exchange *exchange, const struct accepted *accepted);
