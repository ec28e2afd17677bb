/* SPDX-License-Identifier: MIT */
#include "agent/bm25.h"

#include <math.h>
#include <string.h>

#include "base/panic.h"

static const double k1 = 1.2; /* how soon further occurrences stop to matter */
static const double b = 0.75; /* how much a long document is held against it */

struct word {
    size_t length;
    char bytes[BM25_WORD_MAX];
};

struct query {
    size_t count;
    struct word words[BM25_TERMS_MAX];
};

/* How often each word of the query stands in a document, and how long that is. */
struct count {
    size_t length;
    size_t of[BM25_TERMS_MAX];
};

static char lower(char c) {
    return c >= 'A' && c <= 'Z' ? (char)(c | 32) : c;
}

/* Bytes above ASCII are parts of letters. */
static bool is_word_byte(char c) {
    char letter = lower(c);
    return (letter >= 'a' && letter <= 'z') || (c >= '0' && c <= '9') ||
           ((unsigned char)c & 0x80) != 0;
}

/* "orders" is an order; "address" stays what it is. */
static void drop_plural(struct word *word) {
    if (word->length > 3 && word->bytes[word->length - 1] == 's' &&
        word->bytes[word->length - 2] != 's') {
        word->length--;
    }
}

static bool next_word(struct scan *scan, struct word *word) {
    while (!scan_done(scan) && !is_word_byte(*scan->at)) scan->at++;
    if (scan_done(scan)) return false;
    word->length = 0;
    for (; !scan_done(scan) && is_word_byte(*scan->at); scan->at++) {
        if (word->length == BM25_WORD_MAX) continue;
        word->bytes[word->length++] = lower(*scan->at);
    }
    drop_plural(word);
    return true;
}

static bool is_same(const struct word *a, const struct word *other) {
    return a->length == other->length && memcmp(a->bytes, other->bytes, a->length) == 0;
}

static bool is_common(const struct word *word) {
    static const char common[] =
        "a about an and are as at be by can do does for from has have how i if in is "
        "it its me my of on or s so that the there this to was we what when where "
        "which who why will with would you your";
    struct scan scan = scan_of(slice_of(common));
    struct word other;
    while (next_word(&scan, &other)) {
        if (is_same(word, &other)) return true;
    }
    return false;
}

static size_t find_word(const struct query *query, const struct word *word) {
    size_t i = 0;
    while (i < query->count && !is_same(&query->words[i], word)) i++;
    return i;
}

static void read_query(struct query *query, struct slice text) {
    struct scan scan = scan_of(text);
    struct word word;
    query->count = 0;
    while (query->count < BM25_TERMS_MAX && next_word(&scan, &word)) {
        if (is_common(&word) || find_word(query, &word) < query->count) continue;
        query->words[query->count++] = word;
    }
}

static void add_counts(
    struct count *count, const struct query *query, const char *text) {
    struct scan scan = scan_of(slice_of(text));
    struct word word;
    while (next_word(&scan, &word)) {
        size_t term = find_word(query, &word);
        if (term < query->count) count->of[term]++;
        count->length++;
    }
}

static double rarity(const struct count *counts, size_t count, size_t term) {
    size_t having = 0;
    for (size_t i = 0; i < count; i++) {
        if (counts[i].of[term] > 0) having++;
    }
    return log(1 + ((double)(count - having) + 0.5) / ((double)having + 0.5));
}

static double weight(size_t occurrences, size_t length, double mean_length) {
    double frequency = (double)occurrences;
    double relative = mean_length > 0 ? (double)length / mean_length : 1;
    return frequency * (k1 + 1) / (frequency + k1 * (1 - b + b * relative));
}

/* Keeps the hits sorted; an equal score does not overtake. */
static size_t insert(
    struct bm25_hit *hits, size_t used, size_t most, struct bm25_hit hit) {
    size_t at = used;
    while (at > 0 && hits[at - 1].score < hit.score) at--;
    if (at == most) return used;
    size_t moved = (used < most ? used : most - 1) - at;
    memmove(&hits[at + 1], &hits[at], moved * sizeof *hits);
    hits[at] = hit;
    return used < most ? used + 1 : most;
}

size_t bm25_rank(
    const struct bm25_document *documents, size_t count, struct slice query,
    struct bm25_hit *hits, size_t most) {
    struct query words;
    struct count counts[BM25_DOCUMENTS_MAX] = {0};
    size_t total_length = 0;
    ensure(count <= BM25_DOCUMENTS_MAX);
    read_query(&words, query);
    for (size_t i = 0; i < count; i++) {
        add_counts(&counts[i], &words, documents[i].title);
        add_counts(&counts[i], &words, documents[i].words);
        total_length += counts[i].length;
    }
    double rarities[BM25_TERMS_MAX];
    for (size_t term = 0; term < words.count; term++) {
        rarities[term] = rarity(counts, count, term);
    }
    double mean_length = count > 0 ? (double)total_length / (double)count : 0;
    size_t used = 0;
    for (size_t i = 0; i < count; i++) {
        struct bm25_hit hit = {.index = i};
        for (size_t term = 0; term < words.count; term++) {
            hit.score += rarities[term] *
                         weight(counts[i].of[term], counts[i].length, mean_length);
        }
        if (hit.score > 0) used = insert(hits, used, most, hit);
    }
    return used;
}
