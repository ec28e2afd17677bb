/* How a target is, from one look at it. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>

#include "core/exit_code.h"
#include "core/state.h"
#include "core/verdict.h"

enum { STATUS_REASON_SIZE = 256 };

struct status_judgement {
    enum verdict verdict;
    enum exit_code code;
    bool degraded; /* something serves, but says that it is not well */
    char reason[STATUS_REASON_SIZE]; /* names what is wrong; sanitised */
};

/* The agent was never reached: ERROR. A configured part is bad or silent: FAIL. Nothing
 * was asked, or something has not answered yet: INCONCLUSIVE. Degraded parts fail only
 * with `fail_on_degraded`, missing answers with `fail_on_inconclusive`. */
struct status_judgement status_judge(
    const struct state *state, bool fail_on_degraded, bool fail_on_inconclusive);

/* The worst status among the parts of one kind; false when there is none. */
bool status_of_kind(
    const struct state *state, enum part_kind kind, enum part_status *status);
