/* One check of a check file: what it sends, and what it expects of the answer. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/scan.h"
#include "core/check_request.h"
#include "core/node.h"
#include "core/state_sizes.h"

enum {
    CHECK_PATH_SIZE = 512,
    CHECK_MESSAGE_SIZE = 1024, /* of a chat */
    CHECK_RETRIES_MAX = 10,
    CHECK_HEADERS_MAX = 16,
};

/* Nodes are borrowed from the document, and NULL where it says nothing. */
struct check_until {
    const struct node *status;
    const struct node *json; /* paths and what is to be found there */
};

struct check_poll {
    char path[CHECK_PATH_SIZE]; /* "" for no polling */
    struct check_until until;
    uint64_t every_ns, timeout_ns;
};

struct check_latency {
    uint64_t max_ns, warn_ns; /* 0 for none */
};

/* Of a stream of server-sent events. */
struct check_sse {
    struct check_latency first_event, gap; /* from the request; between two of them */
    const struct node *ends_with;          /* the last event: a name, or several */
    const struct node *no_event;           /* the same: none of them may come */
};

struct check_expect {
    const struct node *status;     /* without one: any 2xx */
    const struct node *headers;    /* names and matchers */
    const struct node *json;       /* paths and matchers */
    const struct node *body;       /* a matcher */
    const struct node *body_lacks; /* a string or a list of strings */
    const struct node *answer;     /* a matcher for the answer to a chat */
    const struct node *series;     /* of /metrics: names, or {name, value} */
    bool healthy;                  /* the body says so */
    bool metrics;                  /* the body has at least one known metric */
    struct check_latency latency;
    struct check_sse sse;
};

struct check {
    char name[STATE_NAME_SIZE];
    const struct node *requests[CHECK_REQUEST_COUNT]; /* exactly one is there */
    enum check_request request;                       /* this one */
    uint32_t line;                                    /* where it stands; 0 for none */
    const struct node *json, *body;                   /* what is sent */
    const struct node *headers;                       /* names and values */
    uint64_t timeout_ns;                              /* of each request */
    uint32_t retries;
    bool critical; /* when it fails, the rest makes no sense */
    struct check_poll poll;
    struct check_expect expect;
    bool streams; /* it expects a stream of events: at least one */
};

const char *check_method(const struct check *check);

/* Whether its request may change something: all but GET and HEAD. */
bool check_acts(const struct check *check);

/* The path, or the message of a chat, with its ${...} still in it. */
struct slice check_subject(const struct check *check);
