/* A server under test, and raw clients that say what they are told to it. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/units.h"
#include "io/loop.h"
#include "io/server.h"
#include "io/stream.h"

enum {
    SERVING_BODY_MAX = 1000,
    SERVING_HELD_MAX = 300,
    SERVING_QUEUE_MAX = 1024 * 1024, /* of what a client may say at once */
};

#define SERVING_COMPLETE_NS (400 * NS_PER_MS)
#define SERVING_IDLE_NS     (1000 * NS_PER_MS)
#define SERVING_ANSWER_NS   (600 * NS_PER_MS)
#define SERVING_PATIENCE_NS (10 * NS_PER_S)

/* What the server does with the requests it gets. */
enum serving_behaviour { ANSWER_AT_ONCE, HOLD, STREAM, FREE_SERVER };

struct serving {
    struct loop *loop;
    struct server *server;
    enum serving_behaviour behaviour;
    struct server_request *held[SERVING_HELD_MAX];
    size_t held_count;
    size_t gone_count, drained_count, seen_count, starved_count;
};

/* For cmocka: *state becomes a `struct serving`. */
int serving_start(void **state);
int serving_stop(void **state);

/* Answers with the request's method, path and body. */
void serving_answer_held(struct serving *serving);

/* Turns the loop: until it is stopped, or until `value` has reached `least`. */
void serving_run(struct serving *serving);
void serving_run_until(struct serving *serving, const size_t *value, size_t least);

struct client {
    struct loop *loop;
    struct stream *stream;
    struct slice words;
    struct buffer reply;
    bool ended;
    const char *wanted; /* stop the loop when the reply holds this often enough */
    size_t wanted_times;
    struct loop_timer *drip;
};

void client_start(
    struct client *client, const struct serving *serving, struct slice words);
void client_end(struct client *client);

/* How often the reply holds these words. */
size_t client_count(struct client *client, const char *words);
void client_run_until(struct client *client, const char *wanted, size_t times);
void client_run_until_end(struct client *client);

/* Says all of it, waits for the end or for the first answer, which must hold `line`. */
void client_expect(
    struct serving *serving, struct slice words, const char *line, bool ends);
