/* The words with which services say how they are. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include "base/scan.h"
#include "core/node.h"

enum health_word { HEALTH_UNKNOWN, HEALTH_GOOD, HEALTH_DEGRADED, HEALTH_BAD };

/* "healthy", "OK", "up"; "degraded", "warn"; "unhealthy", "down"; in any case, with
 * blanks and line ends around it. */
enum health_word health_word_of(struct slice word);

/* What a JSON body says: its status, state or health, or a bare word or truth. */
enum health_word health_word_in(const struct node *root);
