/* SPDX-License-Identifier: MIT */
#include "support/test_redis.h"

#include <stdio.h>
#include <unistd.h>

#include "base/panic.h"
#include "base/text.h"

enum { ARGS_MAX = 64, TRIES = 5 };

static void set_port(struct test_redis *redis, uint16_t port) {
    redis->port = port;
    struct text url = TEXT_IN(redis->tcp_url);
    if (port > 0) text_addf(&url, "redis://127.0.0.1:%u", port);
}

static bool launch(struct test_redis *redis) {
    char port[8], log[TEST_PATH_SIZE];
    struct text digits = TEXT_IN(port);
    text_addf(&digits, "%u", redis->port);
    test_folder_path(&redis->folder, "redis.log", log);
    const char *args[ARGS_MAX] = {
        "redis-server",
        "--port",
        port,
        "--bind",
        "127.0.0.1",
        "--dir",
        redis->folder.path,
        "--unixsocket",
        redis->socket,
        "--save",
        "",
        "--appendonly",
        "no",
        "--daemonize",
        "no",
    };
    size_t count = 0;
    while (args[count]) count++;
    for (size_t i = 0; redis->extra && redis->extra[i]; i++) {
        ensure(count + 1 < ARGS_MAX);
        args[count++] = redis->extra[i];
    }
    unlink(redis->socket); /* a killed server leaves it */
    test_process_start(&redis->process, args, log);
    if (!test_wait_for_socket(redis->socket, &redis->process)) return false;
    return redis->port == 0 || test_wait_for_port(redis->port, &redis->process);
}

void test_redis_start_with(
    struct test_redis *redis, bool tcp, const char *const *extra) {
    *redis = (struct test_redis){.extra = extra};
    test_folder_init(&redis->folder);
    test_folder_path(&redis->folder, "redis.sock", redis->socket);
    struct text url = TEXT_IN(redis->url);
    text_addf(&url, "unix://%s", redis->socket);

    /* Somebody else may take the free port first. */
    for (unsigned i = 0; i < TRIES; i++) {
        set_port(redis, tcp ? test_free_port() : 0);
        if (launch(redis)) return;
        test_process_kill(&redis->process);
    }
    panic("redis-server does not start: see %s", redis->folder.path);
}

void test_redis_start(struct test_redis *redis) {
    test_redis_start_with(redis, false, NULL);
}

void test_redis_start_tcp(struct test_redis *redis) {
    test_redis_start_with(redis, true, NULL);
}

void test_redis_kill(struct test_redis *redis) {
    test_process_kill(&redis->process);
}

void test_redis_restart(struct test_redis *redis) {
    test_process_stop(&redis->process);
    ensure(launch(redis));
}

void test_redis_stop(struct test_redis *redis) {
    test_process_stop(&redis->process);
    test_folder_clear(&redis->folder);
}

int test_redis_cli(const struct test_redis *redis, const char *const *args) {
    const char *all[ARGS_MAX] = {"redis-cli", "-s", redis->socket};
    size_t count = 3;
    for (size_t i = 0; args[i]; i++) {
        ensure(count + 1 < ARGS_MAX);
        all[count++] = args[i];
    }
    return test_process_run(all, NULL);
}
