/* A client of Redis on a loop of its own, and what it was answered last. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include "base/units.h"
#include "io/loop.h"
#include "io/redis.h"

#define ASKED_LIMIT_NS (10 * NS_PER_S)

struct asked {
    struct loop *loop;
    struct redis *redis;
    struct error error;
    enum redis_kind kind;
    char words[256];
    int64_t integer;
    size_t count;
    unsigned answers, wanted;
};

void asked_connect(struct asked *asked, const struct redis_options *options);
/* The same with nothing but a URL, and the right to act. */
void asked_connect_to(struct asked *asked, const char *url);
void asked_clear(struct asked *asked);

/* The owner of a command is its `struct asked`. */
void asked_on_answer(void *owner, const struct redis_result *result);

/* Runs until so many answers have come since it was connected. */
void asked_run_until(struct asked *asked, unsigned answers);

#define ASK(asked, ...) \
    redis_ask(          \
        (asked)->redis, ASKED_LIMIT_NS, asked_on_answer, (asked), __VA_ARGS__, NULL)
