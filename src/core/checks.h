/* A check file: what a smoke test asks of a service and what it expects. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "core/check.h"
#include "core/matcher.h"
#include "core/mistakes.h"
#include "core/node.h"
#include "core/state.h"

enum { CHECKS_MAX = STATE_CHECKS_MAX };

struct checks {
    uint32_t version;
    struct {
        uint64_t timeout_ns;
        uint32_t retries;
    } defaults;
    const struct node *variables; /* "vars": names and values */
    uint32_t count;
    struct check items[CHECKS_MAX];
};

/* False, with every mistake and its place, for a file that is not right; one without
 * any check is not. `checks` borrows from `root`. */
bool checks_read(
    struct checks *checks, const struct node *root, matcher_regex_fn regex,
    struct mistakes *mistakes);
