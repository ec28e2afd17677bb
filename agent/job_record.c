/* SPDX-License-Identifier: MIT */
#include "agent/job_record.h"

#include <math.h>
#include <string.h>

#include "agent/agent.h"
#include "agent/storage.h"
#include "io/loop.h"

void job_record_keep(
    struct agent *agent, const struct job *job, const struct chat_result *result,
    const char *mode) {
    if (!agent->store) return;
    bool was_taken = job->deliveries > 0;
    struct storage_record record = {
        .mode = mode,
        .priority = job->request.priority,
        .outcome = result->outcome,
        .attempts = was_taken ? job->deliveries : 1,
        .submitted_ms = job->submitted_ms,
        .started_ms = was_taken ? job->taken_ms : job->submitted_ms,
        .finished_ms = loop_wall_ms(),
        .input_tokens = result->usage.input,
        .output_tokens = result->usage.output,
        .cost_usd = result->cost_known ? result->cost_usd : (double)NAN};
    memcpy(record.id, job->id, sizeof record.id);
    memcpy(record.version, job->version, sizeof record.version);
    memcpy(record.user_hash, job->user_hash, sizeof record.user_hash);
    storage_keep(agent->store, &record);
}
