/* A server that a test runs: it dies with the test, and its output goes to a file. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

enum { TEST_LOG_SIZE = 256 };

struct test_process {
    pid_t pid;               /* 0 when it does not run */
    char log[TEST_LOG_SIZE]; /* where its output goes; "" for nowhere */
};

/* args[0] is looked up in PATH; output goes to `log`,
 * or nowhere when NULL. Whoever reaps it panics when it has
 * ended over a leak or whatever else a sanitizer has found. */
void test_process_start(
    struct test_process *process, const char *const *args, const char *log);

/* Whether it still runs; reaps it when not. */
bool test_process_runs(struct test_process *process);

/* SIGTERM, then SIGKILL after three seconds. */
void test_process_stop(struct test_process *process);
void test_process_kill(struct test_process *process); /* SIGKILL, and reaps it */

/* Runs a command to its end and returns its exit code. */
int test_process_run(const char *const *args, const char *log);

/* A TCP port of 127.0.0.1 that nobody had a moment ago. */
uint16_t test_free_port(void);

/* Until something listens there, or false after ten seconds or when the process, which
 * may be NULL, has ended. */
bool test_wait_for_port(uint16_t port, struct test_process *process);
bool test_wait_for_socket(const char *path, struct test_process *process);
