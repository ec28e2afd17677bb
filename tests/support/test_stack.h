/* The bundled agent as a test runs it: model, service, workers and Redis, all real. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "support/test_client.h"
#include "support/test_folder.h"
#include "support/test_process.h"
#include "support/test_redis.h"

enum { TEST_URL_SIZE = 128, TEST_WORKERS_MAX = 4, TEST_SERVES_MAX = 2 };

struct test_stack {
    const char *program; /* flightdeck-agent; borrowed */
    struct test_folder folder;
    struct test_redis redis;
    struct test_client client;
    struct test_process model, serves[TEST_SERVES_MAX], workers[TEST_WORKERS_MAX];
    char model_url[TEST_URL_SIZE];
    char urls[TEST_SERVES_MAX][TEST_URL_SIZE];
};

/* Redis, with its file of appends on, and the model; `latency` as of --latency. */
void test_stack_start(
    struct test_stack *stack, const char *program, const char *latency);
void test_stack_stop(struct test_stack *stack);

/* `more` are further arguments, NULL at its end, or NULL. Users may ask as often as
 * they like, and a drain takes no notice, unless these say otherwise. */
void test_stack_serve(
    struct test_stack *stack, unsigned index, const char *release,
    const char *const *more);
void test_stack_worker(
    struct test_stack *stack, unsigned index, const char *release,
    const char *const *more);

/* Runs until it ends by itself; its exit code. */
int test_stack_run(struct test_stack *stack, const char *const *args);

/* The port that a program has written into that file, or 0. */
uint16_t test_read_port(const char *path);

/* "http://127.0.0.1:1234/chat"; good until the fourth next call. */
const char *test_stack_url(
    const struct test_stack *stack, unsigned index, const char *path);
const char *test_stack_model_url(const struct test_stack *stack, const char *path);

/* The number of a line of /metrics that begins with `series`, or NaN. */
double test_stack_metric(struct test_stack *stack, unsigned index, const char *series);

/* Sets faults of the model: JSON as in docs/agent.md. */
void test_stack_fault(struct test_stack *stack, const char *json);
