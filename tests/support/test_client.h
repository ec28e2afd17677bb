/* A client that a test waits for: HTTP and Redis, one question at a time or several. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/error.h"
#include "core/document.h"
#include "io/http.h"
#include "io/redis.h"

enum { TEST_HEADER_SIZE = 128, TEST_HEADERS_MAX = 16, TEST_VALUE_SIZE = 4096 };

struct test_client {
    struct loop *loop;
    struct http *http;
};

void test_client_init(struct test_client *client);
void test_client_clear(struct test_client *client);

struct test_reply {
    struct test_client *client; /* borrowed */
    struct http_call *call;     /* NULL once it has ended */
    bool done;
    enum error_code error;
    unsigned status;
    uint64_t total_ns;
    struct buffer body;
    struct document *json; /* NULL when the body is none */
    size_t header_count;
    char headers[TEST_HEADERS_MAX][2][TEST_HEADER_SIZE];
};

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
void test_reply_clear(struct test_reply *reply); /* leaves a request that still runs */

/* The header's value, or NULL; the name in lower case. */
const char *test_reply_header(const struct test_reply *reply, const char *name);
/* The string at a path of the JSON body, "" when there is none; good until the next
 * call. */
const char *test_reply_text(const struct test_reply *reply, const char *path);
double test_reply_number(const struct test_reply *reply, const char *path); /* or NaN */

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
