/* What a service answered to a test. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/error.h"
#include "core/document.h"
#include "io/http.h"

enum { TEST_HEADER_SIZE = 128, TEST_HEADERS_MAX = 16 };

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

void test_reply_clear(struct test_reply *reply); /* leaves a request that still runs */

/* The header's value, or NULL; the name in lower case. */
const char *test_reply_header(const struct test_reply *reply, const char *name);
/* The string at a path of the JSON body, "" when there is none; good until the next
 * call. */
const char *test_reply_text(const struct test_reply *reply, const char *path);
double test_reply_number(const struct test_reply *reply, const char *path); /* or NaN */
