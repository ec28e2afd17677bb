/* Judges one answer by what its check expects. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/scan.h"
#include "core/checks.h"
#include "core/matcher.h"
#include "core/verdict.h"

enum { CHECK_WHAT_SIZE = 96 };

struct check_header {
    const char *name; /* in lower case */
    const char *value;
};

/* What came back; everything is borrowed. */
struct check_answer {
    unsigned status;
    const struct check_header *headers;
    size_t header_count;
    struct slice body;
    const struct node *json;           /* NULL: the body is no JSON */
    const char *json_problem;          /* why not */
    const struct node *answer;         /* to a chat; NULL: none was found */
    uint64_t total_ns;                 /* polling included */
    const struct check_stream *stream; /* its events; NULL: nobody has listened */
};

/* The expectation that decided, and where it stands in the file. */
struct check_finding {
    enum verdict verdict;
    bool degraded; /* it passes, but something is not as it should be */
    uint32_t line; /* 0 for none */
    char what[CHECK_WHAT_SIZE];
    char wanted[MATCHER_WANTED_SIZE];
    char got[MATCHER_GOT_SIZE]; /* as it came: not yet safe to show */
};

struct check_finding check_judge(
    const struct check *check, const struct check_answer *answer,
    matcher_regex_fn regex);

/* Whether polling is over. */
bool check_until(
    const struct check_until *until, const struct check_answer *answer,
    matcher_regex_fn regex);
