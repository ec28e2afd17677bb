/* A check file: what a smoke test asks of a service and what it expects. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "core/matcher.h"
#include "core/mistakes.h"
#include "core/node.h"
#include "core/state.h"

enum {
    CHECKS_MAX = STATE_CHECKS_MAX,
    CHECK_PATH_SIZE = 512,
    CHECK_MESSAGE_SIZE = 1024, /* of a chat */
    CHECK_RETRIES_MAX = 10,
    CHECK_HEADERS_MAX = 16,
};

/* clang-format off */
/*    id             key        method */
#define CHECK_REQUESTS(X) \
    X(CHECK_GET,     "get",     "GET"), \
    X(CHECK_HEAD,    "head",    "HEAD"), \
    X(CHECK_POST,    "post",    "POST"), \
    X(CHECK_PUT,     "put",     "PUT"), \
    X(CHECK_PATCH,   "patch",   "PATCH"), \
    X(CHECK_DELETE,  "delete",  "DELETE"), \
    X(CHECK_CHAT,    "chat",    "POST")     /* a message, in the target's own way */
/* clang-format on */

enum check_request {
#define X(id, key, method) id
    CHECK_REQUESTS(X),
#undef X
    CHECK_REQUEST_COUNT
};

/* Nodes are borrowed from the document. */
struct check_until {
    const struct node *status; /* NULL where nothing is said, here and below */
    const struct node *json;   /* paths and what is to be found there */
};

struct check_poll {
    char path[CHECK_PATH_SIZE]; /* "" for no polling */
    struct check_until until;
    uint64_t every_ns, timeout_ns;
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
    struct {
        uint64_t max_ns, warn_ns; /* 0 for none */
    } latency;
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
};

struct checks {
    uint32_t version;
    struct {
        uint64_t timeout_ns;
        uint32_t retries;
    } defaults;
    const struct node *variables; /* "vars": names and values */
    uint32_t count;
    struct check items[CHECKS_MAX];
};

/* False, with every mistake and its place, for a file that is not right; one without any
 * check is not. `checks` borrows from `root`. */
bool checks_read(
    struct checks *checks, const struct node *root, matcher_regex_fn regex,
    struct mistakes *mistakes);

const char *check_method(const struct check *check);
/* The path, or the message of a chat, with its ${...} still in it. */
struct slice check_subject(const struct check *check);
