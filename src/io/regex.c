/* SPDX-License-Identifier: MIT */
#include "io/regex.h"

#include <stdlib.h>

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include "base/memory.h"
#include "base/panic.h"

enum {
    MATCH_LIMIT = 100000, /* backtracking points, per place where a match may start */
    DEPTH_LIMIT = 1000,
    HEAP_LIMIT_KIB = 4096,
    NESTING_LIMIT = 32,
    /* PCRE2 counts its limits anew for each start; this bounds all of them together. */
    STEPS_MAX = 3000000,
};

struct regex {
    pcre2_code *code;
    pcre2_match_context *limits;
    pcre2_match_data *data;
};

static bool too_long(
    struct slice text, size_t most, const char *what, struct error *err) {
    if (text.length <= most) return false;
    error_set(err, ERROR_LIMIT, "%s longer than %zu bytes", what, most);
    return true;
}

static pcre2_code *compile(struct slice pattern, struct error *err) {
    pcre2_compile_context *context = pcre2_compile_context_create(NULL);
    if (!context) panic("out of memory compiling a pattern");
    pcre2_set_parens_nest_limit(context, NESTING_LIMIT);
    int number = 0;
    PCRE2_SIZE at = 0;
    pcre2_code *code = pcre2_compile(
        (PCRE2_SPTR)pattern.data, pattern.length,
        PCRE2_UTF | PCRE2_MATCH_INVALID_UTF | PCRE2_NEVER_BACKSLASH_C |
            PCRE2_AUTO_CALLOUT,
        &number, &at, context);
    pcre2_compile_context_free(context);
    if (code) return code;

    PCRE2_UCHAR words[128];
    pcre2_get_error_message(number, words, sizeof words);
    error_set(
        err, ERROR_SYNTAX, "pattern, character %zu: %s", (size_t)at + 1,
        (const char *)words);
    return NULL;
}

struct regex *regex_new(struct slice pattern, struct error *err) {
    if (too_long(pattern, REGEX_PATTERN_MAX, "pattern", err)) return NULL;
    pcre2_code *code = compile(pattern, err);
    if (!code) return NULL;

    struct regex *regex = memory_new(sizeof *regex);
    regex->code = code;
    regex->limits = pcre2_match_context_create(NULL);
    regex->data = pcre2_match_data_create(1, NULL);
    if (!regex->limits || !regex->data) panic("out of memory preparing a pattern");
    pcre2_set_match_limit(regex->limits, MATCH_LIMIT);
    pcre2_set_depth_limit(regex->limits, DEPTH_LIMIT);
    pcre2_set_heap_limit(regex->limits, HEAP_LIMIT_KIB);
    return regex;
}

void regex_free(struct regex *regex) {
    if (!regex) return;
    pcre2_match_data_free(regex->data);
    pcre2_match_context_free(regex->limits);
    pcre2_code_free(regex->code);
    free(regex);
}

static int on_step(pcre2_callout_block *block, void *owner) {
    (void)block;
    uint32_t *steps = owner;
    return ++*steps > STEPS_MAX ? PCRE2_ERROR_MATCHLIMIT : 0;
}

bool regex_matches(
    const struct regex *regex, struct slice subject, bool *matches, struct error *err) {
    if (too_long(subject, REGEX_SUBJECT_MAX, "text to match", err)) return false;
    uint32_t steps = 0;
    pcre2_set_callout(regex->limits, on_step, &steps);
    int result = pcre2_match(
        regex->code, (PCRE2_SPTR)subject.data, subject.length, 0, 0, regex->data,
        regex->limits);
    pcre2_set_callout(regex->limits, NULL, NULL);
    /* 0: it matched, and the groups that did not fit are not wanted. */
    if (result >= 0 || result == PCRE2_ERROR_NOMATCH) {
        *matches = result != PCRE2_ERROR_NOMATCH;
        return true;
    }
    PCRE2_UCHAR words[128];
    pcre2_get_error_message(result, words, sizeof words);
    return error_set(
        err, ERROR_LIMIT, "the pattern gave up on this text: %s", (const char *)words);
}
