/* The labels by which a Deployment finds its pods, as a list of pods is asked for. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "core/node.h"

/* "app%3Dagent%2Cversion%3Dcanary" of spec.selector.matchLabels. ERROR_USAGE for one
 * that has none, or rules beside them, or that does not fit. */
bool label_selector_query(
    const struct node *object, char *to, size_t size, struct error *err);
