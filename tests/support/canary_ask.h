/* The canary commands on a demo, as somebody at another terminal gives them. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include "support/test_demo.h"

/* The words of a command line. */
#define CANARY(...)                                     \
    (const char *const[]) {                             \
        "canary", __VA_ARGS__, "--target", "demo", NULL \
    }

struct canary_ask {
    const struct test_demo_home *home; /* borrowed */
    char words[TEST_DEMO_WORDS_SIZE];  /* what the last command wrote */
};

/* Gives a command, which must end with that code and say that. */
void canary_ask_expect(
    struct canary_ask *ask, const char *const *args, int code, const char *said);

/* Until a step of a rollout is watched, which may have to begin yet. */
void canary_ask_until_watched(struct canary_ask *ask);
