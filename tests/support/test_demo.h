/* A real demo of a test's own, and what shows that it has left nothing behind. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "support/family.h"
#include "support/test_folder.h"

enum { TEST_DEMO_WORDS_SIZE = 16 * 1024 };

struct test_demo_home {        /* several may share it */
    struct test_folder folder; /* nothing but what demos make in it */
    struct test_folder logs;   /* stderr of the programs, and what outlives a demo */
};
struct test_demo {
    const struct test_demo_home *home; /* borrowed */
    pid_t pid;                         /* what the shell would see; 0 once reaped */
    int status;                        /* of waitpid() */
    int out;                           /* its stdout */
    char words[TEST_DEMO_WORDS_SIZE];  /* what it said until the first empty line */
    struct family family;              /* as it was looked at last */
};

void test_demo_home_init(struct test_demo_home *home);
void test_demo_home_clear(struct test_demo_home *home); /* fails on a file left in it */

/* Runs `flightdeck` with these arguments (NULL at the end)
 * until it has described itself, or ended; whether the former.
 * `variable` is one more for its environment, or NULL. */
bool test_demo_start(
    struct test_demo *demo, const struct test_demo_home *home, const char *const *args,
    const char *variable);

/* The same without waiting. */
void test_demo_launch(
    struct test_demo *demo, const struct test_demo_home *home, const char *const *args,
    const char *variable);

/* Remembers who belongs to it and what they listen on. Returns how many there are. */
size_t test_demo_look(struct test_demo *demo);

/* Waits until all that was seen has gone; false, with a word, when something stays. */
bool test_demo_is_gone(struct test_demo *demo);
void test_demo_clear(struct test_demo *demo);

/* The second word of the line that starts with `name`, or ""; a part's pid, or 0. */
void test_demo_value(
    const struct test_demo *demo, const char *name, char *to, size_t size);
pid_t test_demo_part(const char *words, const char *part);

/* Runs `flightdeck` with these arguments in that home, to its end. What it wrote to
 * stdout and stderr is in `words`. Returns its exit code. */
int test_demo_ask(
    const struct test_demo_home *home, const char *const *args,
    char words[TEST_DEMO_WORDS_SIZE]);

/* The same with a command that goes on talking: ends it once `wanted` was said. False
 * when it ended before that. */
bool test_demo_hear(
    const struct test_demo_home *home, const char *const *args, const char *wanted,
    char words[TEST_DEMO_WORDS_SIZE]);

/* The same again with what nobody tells of by himself, each time as soon as the demo
 * has answered; false when a minute was too short. */
bool test_demo_comes_to(
    const struct test_demo_home *home, const char *const *args, const char *wanted,
    char words[TEST_DEMO_WORDS_SIZE]);
