/* Whether the model can be used: from the calls that were made and from cheap checks.
 *
 *   usable ── 5 failed calls in a row, or a failed check ──► unusable
 *   unusable ── a call that worked, or a good check 2 s after a bad one ──► usable
 *
 * While it is unusable a balancer may send no call at all: then only a check finds out
 * that the model is back.
 */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "agent/outcome.h"
#include "base/error.h"

enum { MODEL_HEALTH_FAILURES = 5 };

struct model_health {
    uint32_t failures;  /* calls in a row */
    uint64_t failed_ns; /* when the last one failed */
    bool check_failed;
    char why[ERROR_MESSAGE_SIZE]; /* of the last failure */
};

/* A call ended. Only failures that say that the model is unwell count: not a rate
 * limit, and nothing that the request itself was to blame for. */
void model_health_on_call(
    struct model_health *health, enum outcome outcome, const char *why,
    uint64_t now_ns);

/* A check ended; `why` is NULL when it was good. */
void model_health_on_check(
    struct model_health *health, const char *why, uint64_t now_ns);

bool model_health_usable(const struct model_health *health);
