/* Runs one of our programs to its end and keeps what it said. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stddef.h>
#include <sys/types.h>

#include "support/test_folder.h"

enum {
    TEST_PROGRAM_ARGS_MAX = 24,
    TEST_PROGRAM_ENV_MAX = 16,
    TEST_PROGRAM_OUTPUT_SIZE = 256 * 1024,
};

struct test_program {
    struct test_folder folder; /* where it runs, and all its XDG folders are */
    const char *env[TEST_PROGRAM_ENV_MAX]; /* "NAME=value", on top of ours; NULL ends */
    const char *input; /* on stdin; NULL: /dev/null; see also the next two */
    int closed;        /* bit N: descriptor N is closed */
    int stdout_fd;     /* takes stdout when not 0; then `out` stays empty */
    pid_t pid;         /* of a started one */
    int pipes[2];      /* its stdout and stderr */
    int code;          /* exit code; 128 + the signal when it was killed by one */
    int signal;        /* the signal, or 0 */
    char *out, *err;
};

void test_program_init(struct test_program *program);
void test_program_clear(struct test_program *program);

/* `words` are separated by blanks; "flightdeck" in front is ours. Waits for its end, at
 * most 60 s. Returns the exit code. */
int test_program_run(struct test_program *program, const char *words);

/* The same in two steps, to do something to it in between. */
void test_program_start(struct test_program *program, const char *words);
int test_program_wait(struct test_program *program);

/* Until it has said `words` on stdout or stderr, or fails the test after 30 s. */
void test_program_expect(struct test_program *program, const char *words);
