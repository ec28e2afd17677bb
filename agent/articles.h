/* The built-in articles that search_web answers from when no search service is set. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stddef.h>

#include "base/scan.h"
#include "base/text.h"

enum {
    ARTICLES_FOUND_MAX = 3,
    SEARCH_QUERY_MAX = 256, /* bytes */
};

/* Writes what the articles say about the query,
 * or that they say nothing, and where that comes from.
 * Fits TOOL_OUTPUT_SIZE. The same query always gets the same answer. */
void articles_search(struct slice query, struct text *output);

size_t articles_count(void);
