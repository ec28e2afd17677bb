/* The local model: a request of the Messages API in, an answer and how long it takes out.
 * The same seed and the same requests in the same order give the same answers. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "agent/faults.h"
#include "agent/latency.h"
#include "base/buffer.h"
#include "base/scan.h"

enum { SIMULATOR_ANSWER_MAX = 256 * 1024 };

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
    uint64_t delay_ns;      /* until the answer */
    unsigned retry_after_s; /* 0 for no such header */
    struct buffer body;     /* owned */
};

/* `version` is of the agent that asks, "" when it does not say. The caller clears the
 * answer's body. */
void simulator_answer(
    struct simulator *simulator, struct slice request, const char *version,
    struct simulated_answer *answer);

/* An error's body as the API writes it. */
void simulator_write_error(
    struct buffer *body, const char *type, const char *message, uint64_t number);
