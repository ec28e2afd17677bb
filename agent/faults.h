/* What the local model does wrong on purpose, and for which version of the agent. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/json_writer.h"
#include "base/scan.h"
#include "core/node.h"
#include "core/random.h"

enum { FAULT_VERSIONS_MAX = 8, FAULT_VERSION_SIZE = 24 };

/* clang-format off */
/*    id                  name            words that cause it in a question */
#define FAULTS(X) \
    X(FAULT_SLOW,         "slow",         "take your time")      /* five times as long */, \
    X(FAULT_ERROR,        "error",        "break down")          /* 500 */, \
    X(FAULT_OVERLOADED,   "overloaded",   "be overloaded")       /* 529 */, \
    X(FAULT_RATE_LIMITED, "rate_limited", "be rate limited")     /* 429 with retry-after */, \
    X(FAULT_THROTTLED,    "throttled",    "throttle this")       /* 429 without it */, \
    X(FAULT_HANG,         "hang",         "never answer"), \
    X(FAULT_DRIP,         "drip",         "drip slowly")         /* a few bytes at a time */, \
    X(FAULT_CUT,          "cut",          "hang up half way")    /* without an end */, \
    X(FAULT_LATE_ERROR,   "late_error",   "fail half way")       /* an error event after the 200 */, \
    X(FAULT_MALFORMED,    "malformed",    "answer nonsense")     /* no JSON at all */, \
    X(FAULT_HALF_JSON,    "half_json",    "answer by halves")    /* half a JSON text */, \
    X(FAULT_WRONG_SCHEMA, "wrong_schema", "answer off the schema"), \
    X(FAULT_EMPTY,        "empty",        "say nothing")         /* no content */, \
    X(FAULT_REFUSAL,      "refusal",      "refuse this"), \
    X(FAULT_TRUNCATED,    "truncated",    "run out of tokens"), \
    X(FAULT_TOOL_LOOP,    "tool_loop",    "calculate forever")   /* a call in every answer */
/* clang-format on */

enum fault {
#define X(id, name, words) id
    FAULTS(X),
#undef X
    FAULT_COUNT,
    FAULT_NONE = FAULT_COUNT,
};

struct version_faults {
    char version[FAULT_VERSION_SIZE]; /* "*" for all that have no row of their own */
    double rates[FAULT_COUNT];        /* of the requests, 0 to 1 */
    double latency_factor;
};

struct faults {
    size_t count;
    struct version_faults rows[FAULT_VERSIONS_MAX];
};

const char *fault_name(enum fault fault);

/* "error=0.1,latency=2" for all, "v1.6.0:error=0.1" for one; replaces that version's
 * row. On failure nothing changes. */
bool faults_parse(struct faults *faults, const char *from, struct error *err);

/* The same from {"version"?, "error"?, …, "latency"?}. */
bool faults_read(struct faults *faults, const struct node *root, struct error *err);

/* A list of such objects. */
void faults_write(const struct faults *faults, struct json_writer *json);

/* What happens to a request of that version; FAULT_NONE mostly. */
enum fault faults_draw(
    const struct faults *faults, const char *version, struct random *random);
double faults_latency_factor(const struct faults *faults, const char *version);

/* The fault that the words of a question cause, or FAULT_NONE. */
enum fault faults_asked(struct slice question);
