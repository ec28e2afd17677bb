/* SPDX-License-Identifier: MIT */
#include "agent/queue_taken.h"

#include <string.h>

static bool copy_slice(char *to, size_t size, struct slice from) {
    if (from.length >= size) return false;
    memcpy(to, from.data, from.length);
    to[from.length] = '\0';
    return true;
}

/* {stream 1-3, entry, deliveries, now ms, {fields…}} */
static bool read_job(struct job *job, const struct redis_reply *row) {
    struct error err = {0};
    if (row->kind != REDIS_LIST || row->count != 5) return false;
    int64_t stream = row->items[0].integer;
    if (stream < 1 || stream > QUEUE_STREAMS) return false;
    if (!job_read(job, &row->items[4], &err)) return false;
    job->queue = queue_priorities[stream - 1];
    job->deliveries = (uint32_t)row->items[2].integer;
    if (copy_slice(job->entry, sizeof job->entry, row->items[1].string) &&
        slice_i64(row->items[3].string, &job->taken_ms)) {
        return true;
    }
    job_clear(job);
    return false;
}

bool queue_taken_read(struct queue_taken *taken, const struct redis_reply *reply) {
    if (reply->kind != REDIS_LIST || reply->count != 2) return false;
    const struct redis_reply *jobs = &reply->items[0];
    const struct redis_reply *last = &reply->items[1];
    if (jobs->kind != REDIS_LIST || last->kind != REDIS_LIST ||
        last->count != QUEUE_STREAMS) {
        return false;
    }
    *taken = (struct queue_taken){0};
    for (size_t i = 0; i < QUEUE_STREAMS; i++) {
        if (!copy_slice(taken->last[i], JOB_ENTRY_SIZE, last->items[i].string)) {
            return false;
        }
    }
    for (size_t i = 0; i < jobs->count && taken->count < QUEUE_SLOTS_MAX; i++) {
        if (read_job(&taken->jobs[taken->count], &jobs->items[i])) taken->count++;
    }
    return true;
}
