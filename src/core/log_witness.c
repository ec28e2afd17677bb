/* SPDX-License-Identifier: MIT */
#include "core/log_witness.h"

enum {
    LOGGED_LEAST = 20, /* before their share of what is counted means anything */
    BLOCKS_LEAST = 3,  /* lines and counters come by different ways */
};

/* None of so many come by chance once in 500 million times. */
static const double lines_missed = 20;

void log_witness_hear(struct log_witness *witness) {
    witness->is_heard = true;
    witness->lines++;
}

void log_witness_end_job(struct log_witness *witness) {
    witness->silent_ended++;
}

static void break_silence(struct log_witness *witness) {
    witness->silent_counted = 0;
    witness->silent_ended = 0;
    witness->silent_blocks = 0;
}

void log_witness_count(struct log_witness *witness, uint64_t requests) {
    if (witness->is_heard) {
        witness->logged += witness->lines;
        witness->counted += requests;
        witness->lines = 0;
        witness->is_heard = false;
        break_silence(witness);
        return;
    }
    witness->silent_counted += requests;
    witness->silent_blocks++;
}

bool log_witness_contradicts(const struct log_witness *witness) {
    if (witness->is_heard || witness->silent_blocks < BLOCKS_LEAST) return false;
    if (witness->logged < LOGGED_LEAST) return false;
    if (witness->silent_counted <= witness->silent_ended) return false;
    double unexplained = (double)(witness->silent_counted - witness->silent_ended);
    double share = (double)witness->logged / (double)(witness->counted + 1);
    return (share < 1 ? share : 1) * unexplained >= lines_missed;
}
