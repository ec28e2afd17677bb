/* What the schema of a check file cannot say:
 * which values fit together. For core/checks.
 */
/* SPDX-License-Identifier: MIT */
#pragma once

#include "core/checks.h"

void check_rule_request(const struct check *check, struct mistakes *mistakes);
void check_rule_sent(const struct check *check, struct mistakes *mistakes);
void check_rule_expected(
    const struct check *check, matcher_regex_fn regex, struct mistakes *mistakes);
