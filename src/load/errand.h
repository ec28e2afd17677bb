/* What a turn keeps of its answers: the events of a stream, the job and how it is. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include "base/buffer.h"
#include "core/histogram.h"
#include "core/load_task.h"
#include "core/sse.h"

enum {
    ERRAND_BODY_MAX = 64 * 1024, /* of an answer about a job */
    ERRAND_JOB_SIZE = 256,       /* as it stands in a path */
};

struct errand {
    struct buffer body;
    char job[ERRAND_JOB_SIZE];
    struct sse_reader events;
    uint64_t event_ns; /* when the last one came; 0 before the first */
    bool failed;       /* the stream said "error" */
};

struct errand *errand_new(void);
void errand_free(struct errand *errand);

/* A piece of a stream: records the time between its events. */
void errand_hear(
    struct errand *errand, struct slice piece, uint64_t now_ns, struct histogram *gap);

/* From the answer's body: the name of the job. False when there is none. */
bool errand_find_job(struct errand *errand, const struct load_job *job);

enum errand_job { ERRAND_GOES_ON, ERRAND_GOOD, ERRAND_BAD, ERRAND_UNREADABLE };

/* From the answer's body: how the job is. After errand_judge() it is gone. */
enum errand_job errand_look(struct errand *errand, const struct load_job *job);
enum errand_job errand_judge(struct errand *errand, const struct load_job *job);
