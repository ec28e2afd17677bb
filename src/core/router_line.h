/* One line of the router's log: whose request it was, to which side it was assigned,
 * and what became of it. The format is that of core/haproxy_config. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/scan.h"
#include "core/metric.h"

enum {
    ROUTER_LINE_JOB_SIZE = 65,
    ROUTER_LINE_OUTCOME_SIZE = 33,
    ROUTER_LINE_ACCEPTED = 202,
    ROUTER_LINE_CLIENT_TIMEOUT = 408,
    ROUTER_LINE_TOO_MANY = 429,
};

enum router_line_kind {
    ROUTER_LINE_REQUEST, /* that was assigned to a side */
    ROUTER_LINE_REFUSED, /* by the router itself: no request that could be sent on */
    ROUTER_LINE_NOTICE,  /* of no request, in words: a server went down or came up */
};

/* Why a request says nothing about the version that got it. */
enum router_line_exclusion {
    ROUTER_LINE_COUNTS,
    ROUTER_LINE_CLIENT_LEFT, /* or did not send what it had begun */
    ROUTER_LINE_LIMITED,     /* by our own limiter: 429 */
};

struct router_line {
    enum router_line_kind kind;
    uint64_t number;       /* rises by one with each line but the notices */
    int64_t at_ms;         /* wall clock of the router: when it was accepted */
    enum track arm;        /* assigned by its bucket, whoever answered */
    bool is_contradictory; /* bucket and weight say another arm than the line */
    bool is_strayed;       /* of the canary, and stable had to answer */
    bool is_redispatched;  /* its first server did not take it */
    bool is_chat;          /* one of those that are judged */
    enum router_line_exclusion excluded;
    uint32_t status; /* 0: there was no answer */
    uint32_t retries;
    char termination[2]; /* who ended it, and in which phase: "--" is well */
    uint32_t bucket, weight_bp, salt;
    bool has_user;
    uint64_t user; /* hash */
    /* -1: it never came that far. */
    int32_t queued_ms, connect_ms, response_ms, total_ms;
    /* What the agent said; "" and false for nothing. */
    char outcome[ROUTER_LINE_OUTCOME_SIZE];
    char job[ROUTER_LINE_JOB_SIZE];
    bool has_tokens, has_cost, has_tools;
    uint64_t tokens, cost_micro_usd, tools_failed;
};

/* Strict: a line that was cut, has a field twice, lacks one or holds a value that
 * cannot be is ERROR_SYNTAX, and `line` untouched. A notice is every line that begins
 * with a letter. `canary` is the name of the canary's backend. */
bool router_line_read(
    struct slice bytes, const char *canary, struct router_line *line,
    struct error *err);

/* Whether the user got no answer, or one that says that it is none; never of a request
 * that says nothing about its version. */
bool router_line_failed(const struct router_line *line);

/* Whether it was turned away: by the model, or as a request that makes no sense. */
bool router_line_refused(const struct router_line *line);

/* Whether what became of it is known only by asking for its job. */
bool router_line_is_open(const struct router_line *line);
