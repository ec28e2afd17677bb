/* A load generator that a test starts: it gets a plan and is heard to its end. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/buffer.h"
#include "core/load_message.h"

struct test_load {
    struct load_plan *plan;   /* to be filled in before the start */
    bool unprotected;         /* nothing but its pipe ends it with the test */
    int pipe_bytes;           /* how much fits into its pipe; 0: as usual */
    struct load_ready ready;  /* pid 0 until it has said so */
    struct load_report *last; /* the one that was read last */
    struct load_report *sum;  /* of all of them */
    unsigned reports;
    uint64_t descriptors[2]; /* its soft and hard limit; 0: as they are */
    pid_t pid;
    int to, from; /* its pipes; -1 when closed */
    struct buffer came;
    int code; /* of its exit; 128 and the signal when it was killed */
    uint64_t cpu_us, rss_max_bytes; /* of its whole life, once it has ended */
};

/* A plan for 127.0.0.1: one task, GET path, reports each 100 ms. */
void test_load_init(struct test_load *load, uint16_t port, const char *path);
void test_load_clear(struct test_load *load); /* kills it if it runs */

/* Sends the plan, and with it the word to start. */
void test_load_start(struct test_load *load);
void test_load_control(
    struct test_load *load, enum load_control_kind kind, double level);

/* Waits for the next report; false when there are no more. */
bool test_load_next(struct test_load *load);

/* Hears it to the end of its pipe, and waits for its own. Returns the exit code. */
int test_load_finish(struct test_load *load);

/* Both. */
int test_load_run(struct test_load *load);

/* How often a status came in a row. */
uint64_t test_load_status(const struct test_load *load, uint32_t row, unsigned status);
