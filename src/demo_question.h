/* What a user of the demo asks: mostly plain, now and then slow, with tools, for later,
 * or failing. The same seed gives the same questions. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>

#include "base/buffer.h"
#include "core/random.h"

enum {
    DEMO_USERS = 6000,
    DEMO_USER_SIZE = 16,
    DEMO_QUESTION_MAX = 512, /* bytes of a body */
};

/* clang-format off */
/*    id                per mille  what it is for */
#define DEMO_QUESTIONS(X) \
    X(QUESTION_PLAIN,   907)       /* answered at once */ \
    X(QUESTION_TOOL,    50)        /* a sum: the agent's calculator */ \
    X(QUESTION_LATER,   30)        /* "Prefer: respond-async": a job for a worker */ \
    X(QUESTION_SLOW,    12)        /* the model takes its time */ \
    X(QUESTION_FAILING, 1)         /* the model breaks down */
/* clang-format on */

enum demo_question_kind {
#define X(id, per_mille) id,
    DEMO_QUESTIONS(X)
#undef X
        QUESTION_KINDS
};

struct demo_question {
    enum demo_question_kind kind;
    char user[DEMO_USER_SIZE];
    bool names_user;    /* in a header too; the others only in the body */
    struct buffer body; /* owned: JSON for POST /chat */
};

void demo_question_draw(struct demo_question *question, struct random *random);
void demo_question_clear(struct demo_question *question);
