/* SPDX-License-Identifier: MIT */
#include "load/errand.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "base/units.h"
#include "core/document.h"
#include "io/json.h"

struct errand *errand_new(void) {
    struct errand *errand = memory_new(sizeof *errand);
    buffer_init(&errand->body, ERRAND_BODY_MAX);
    return errand;
}

void errand_free(struct errand *errand) {
    if (!errand) return;
    buffer_clear(&errand->body);
    free(errand);
}

void errand_hear(
    struct errand *errand, struct slice piece, uint64_t now_ns, struct histogram *gap) {
    struct sse_event event;
    while (sse_next(&errand->events, &piece, &event)) {
        if (strcmp(event.name, "error") == 0) errand->failed = true;
        if (errand->event_ns > 0) {
            histogram_record(gap, (now_ns - errand->event_ns) / NS_PER_US, 1);
        }
        errand->event_ns = now_ns;
    }
}

/* Finds a string or a number at a path of the body. */
static bool find_words(struct errand *errand, const char *path, struct text *words) {
    struct error ignored = {0};
    struct document *document = json_parse(buffer_slice(&errand->body), &ignored);
    if (!document) return false;
    const struct node *found = NULL;
    bool is_there =
        node_find(document_root(document), slice_of(path), &found, &ignored) && found &&
        (found->kind == NODE_STRING || found->kind == NODE_NUMBER);
    if (is_there) text_add_slice(words, found->string);
    document_free(document);
    return is_there && words->length > 0 && !words->truncated;
}

/* The name comes from outside and goes into a path: RFC 3986, 2.3. */
static void add_escaped(struct text *to, const char *words) {
    static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                "0123456789-._~";
    for (const char *at = words; *at; at++) {
        if (strchr(plain, *at)) {
            text_add_char(to, *at);
        } else {
            text_addf(to, "%%%02X", (unsigned char)*at);
        }
    }
}

bool errand_find_job(struct errand *errand, const struct load_job *job) {
    char name[ERRAND_JOB_SIZE];
    struct text words = TEXT_IN(name);
    bool found = !errand->body.overflow && find_words(errand, job->id, &words);
    buffer_reset(&errand->body);
    if (!found) return false;
    struct text escaped = TEXT_IN(errand->job);
    add_escaped(&escaped, name);
    return !escaped.truncated;
}

static bool is_one_of(const struct load_word *words, uint32_t count, const char *word) {
    for (uint32_t i = 0; i < count; i++) {
        if (strcmp(words[i].word, word) == 0) return true;
    }
    return false;
}

enum errand_job errand_look(struct errand *errand, const struct load_job *job) {
    char status[LOAD_WORD_SIZE];
    struct text words = TEXT_IN(status);
    bool found = !errand->body.overflow && find_words(errand, job->status, &words);
    if (!found) return ERRAND_UNREADABLE;
    if (is_one_of(job->good, job->good_count, status)) return ERRAND_GOOD;
    if (is_one_of(job->bad, job->bad_count, status)) return ERRAND_BAD;
    return ERRAND_GOES_ON;
}

enum errand_job errand_judge(struct errand *errand, const struct load_job *job) {
    enum errand_job how = errand_look(errand, job);
    buffer_reset(&errand->body);
    return how;
}
