/* Ranks short texts by how well they answer a query: Okapi BM25, after Robertson and
 * Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond" (2009), with k1 =
 * 1.2 and b = 0.75, and with the inverse document frequency that is never negative,
 * ln(1 + (N - n + 0.5) / (n + 0.5)). */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stddef.h>

#include "base/scan.h"

enum {
    BM25_TERMS_MAX = 16,      /* of a query; later ones are left out */
    BM25_WORD_MAX = 32,       /* bytes that are compared of a word */
    BM25_DOCUMENTS_MAX = 128, /* of one collection */
};

struct bm25_document {
    const char *title, *words;
};

struct bm25_hit {
    size_t index; /* of the document */
    double score; /* above 0 */
};

/* The best documents, best first, equal ones in their order; how many there are. Words
 * are runs of letters and digits, compared without regard to the case of ASCII or a
 * plural's "s"; the most common English words do not count. */
size_t bm25_rank(
    const struct bm25_document *documents, size_t count, struct slice query,
    struct bm25_hit *hits, size_t most);
