/* How each thing that the agent needs is, in words for people and for probes. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>

enum { HEALTH_WORDS_SIZE = 200 };

struct service;

/* clang-format off */
/*    id                  name     look */
#define HEALTH_CHECKS(X) \
    X(HEALTH_CHECK_REDIS, "redis", look_at_redis), \
    X(HEALTH_CHECK_MODEL, "model", look_at_model), \
    X(HEALTH_CHECK_STORE, "store", look_at_store), \
    X(HEALTH_CHECK_QUEUE, "queue", look_at_queue)
/* clang-format on */

enum health_check_id {
#define X(id, name, look) id
    HEALTH_CHECKS(X),
#undef X
    HEALTH_CHECK_COUNT
};

struct health_check {
    const char *name;
    bool is_used; /* else it is well, and there is no gauge of it */
    bool is_good;
    char words[HEALTH_WORDS_SIZE]; /* "ok", "off: …" or what is wrong; safe to show */
};

struct health_checks {
    struct health_check of[HEALTH_CHECK_COUNT];
};

void health_checks_look(struct health_checks *checks, const struct service *service);

/* Whether all are good. */
bool health_checks_good(const struct health_checks *checks);
