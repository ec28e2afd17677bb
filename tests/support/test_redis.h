/* A real redis-server of a test's own: in its own folder, on a unix socket and, when
 * asked for, on a free port of 127.0.0.1. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdint.h>

#include "support/test_folder.h"
#include "support/test_process.h"

enum { TEST_REDIS_EXTRA_MAX = 32 };

struct test_redis {
    struct test_folder folder;
    struct test_process process;
    char socket[TEST_PATH_SIZE];
    char url[TEST_PATH_SIZE + 16]; /* unix://... */
    char tcp_url[64];              /* redis://127.0.0.1:port, "" without a port */
    uint16_t port;                 /* 0 without one */
    const char *const *extra;      /* more arguments, NULL at the end; borrowed */
};

/* Returns once it answers. */
void test_redis_start(struct test_redis *redis);
void test_redis_start_tcp(struct test_redis *redis);

/* The same with more arguments, which have to outlive the server. */
void test_redis_start_with(
    struct test_redis *redis, bool tcp, const char *const *extra);

/* Ends it without a word, and starts it again where it was. */
void test_redis_kill(struct test_redis *redis);
void test_redis_restart(struct test_redis *redis);

/* Ends it and removes its folder. */
void test_redis_stop(struct test_redis *redis);

/* Runs redis-cli with these arguments (NULL at the end); its exit code. */
int test_redis_cli(const struct test_redis *redis, const char *const *args);
