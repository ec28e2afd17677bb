/* A client that a test waits for: HTTP and Redis, one question at a time or several. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "io/http.h"
#include "io/redis.h"
#include "support/test_reply.h"

enum { TEST_VALUE_SIZE = 4096 };

struct test_client {
    struct loop *loop;
    struct http *http;
};

void test_client_init(struct test_client *client);
void test_client_clear(struct test_client *client);

struct test_request {
    const char *method; /* NULL for GET, or POST with a body */
    const char *url;
    const char *body;                  /* NULL for none */
    const struct http_header *headers; /* up to one with an empty name; NULL for none */
};

/* Sends and waits, at most half a minute; a request without an answer fails the test
 * unless it was started by test_client_start(). The caller clears the reply. */
void test_client_send(
    struct test_client *client, const struct test_request *request,
    struct test_reply *reply);
void test_client_get(
    struct test_client *client, const char *url, struct test_reply *reply);
void test_client_post(
    struct test_client *client, const char *url, const char *body,
    struct test_reply *reply);

/* The same in two steps, for several at once. */
void test_client_start(
    struct test_client *client, const struct test_request *request,
    struct test_reply *reply);
void test_client_wait(struct test_client *client, struct test_reply *reply);

/* Lets the loop turn for a moment. */
void test_client_breathe(struct test_client *client);

/* Gets the URL again and again until the JSON at `path` is `value`; false after twenty
 * seconds. An empty path compares the status code. */
bool test_client_until(
    struct test_client *client, const char *url, const char *path, const char *value);

/* One command, its words divided by blanks; what it answers. */
struct test_redis_answer {
    enum redis_kind kind;
    int64_t number; /* of an integer; of a list how many */
    char text[TEST_VALUE_SIZE];
};
struct test_redis_answer test_client_redis(
    struct test_client *client, const char *url, const char *command);
