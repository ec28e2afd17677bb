/* The final record of a job, for the store. */
/* SPDX-License-Identifier: MIT */
#pragma once

struct agent;
struct chat_result;
struct job;

/* Keeps how a chat ended, when there is a store;
 * `mode` is "sync" or "queue", a literal. */
void job_record_keep(
    struct agent *agent, const struct job *job, const struct chat_result *result,
    const char *mode);
