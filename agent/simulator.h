/* The local model: a request of either API in, an answer and how it goes out out. The
 * same seed and the same requests in the same order give the same answers. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "agent/faults.h"
#include "agent/latency.h"
#include "agent/pieces.h"
#include "agent/speech.h"
#include "base/buffer.h"
#include "base/scan.h"

enum { SIMULATOR_ANSWER_MAX = 1024 * 1024 };

#define SIMULATOR_MODEL "local-1"

struct simulator {
    uint64_t seed;
    struct random random;
    struct latency latency;
    struct faults faults;
};

void simulator_init(
    struct simulator *simulator, uint64_t seed, const struct latency *latency);

struct simulated_answer {
    unsigned status;
    bool hangs;             /* there is no answer at all */
    bool is_streamed;       /* the body is server-sent events */
    bool is_cut;            /* the connection breaks off behind the body */
    uint64_t delay_ns;      /* until the answer, or its first piece */
    unsigned retry_after_s; /* 0 for no such header */
    struct buffer body;     /* owned */
    struct pieces pieces;   /* owned; none: the body goes out at once */
};

struct simulated_question {
    enum speech_format format;
    struct slice body;
    const char *version; /* of the agent that asks, "" when it does not say */
};

/* The caller clears the answer. */
void simulator_answer(
    struct simulator *simulator, const struct simulated_question *question,
    struct simulated_answer *answer);
void simulated_answer_clear(struct simulated_answer *answer);
