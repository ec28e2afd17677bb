/* Bears witness against a log that has fallen silent: the same traffic is counted by
 * those who answer it, and goes on. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* All zero has seen nothing. Not all that is counted need be logged, checks of health
 * for one: what share of it is, is learnt while the log speaks. */
struct log_witness {
    bool is_heard;            /* the log spoke since the counters did */
    uint64_t logged, counted; /* requests, while it spoke */
    uint64_t lines;           /* since the counters spoke */
    uint64_t silent_counted;  /* since it spoke last */
    uint64_t silent_ended;    /* of these, jobs that had been logged when they began */
    uint32_t silent_blocks;   /* how often the counters spoke meanwhile */
};

/* A request was logged; a job that was logged earlier has come to its end. */
void log_witness_hear(struct log_witness *witness);
void log_witness_end_job(struct log_witness *witness);

/* The counters grew by so many requests since the last time. */
void log_witness_count(struct log_witness *witness, uint64_t requests);

/* Whether so much was counted since the log spoke last that chance does not keep it
 * silent: 20 lines would have been expected. */
bool log_witness_contradicts(const struct log_witness *witness);
