/* A chat that waits in the queue, or that has ended: what Redis keeps of it. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "agent/chat.h"
#include "agent/chat_request.h"
#include "agent/idempotency.h"
#include "agent/redis_args.h"
#include "base/error.h"
#include "core/ulid.h"

struct redis_reply;

enum { JOB_ID_SIZE = ULID_STRING_SIZE, JOB_VERSION_SIZE = 24, JOB_ENTRY_SIZE = 48 };

struct job {
    char id[JOB_ID_SIZE];
    char request_id[CHAT_REQUEST_ID_SIZE];
    char version[JOB_VERSION_SIZE]; /* that accepted it, and that works on it */
    char user_hash[USER_HASH_SIZE];
    struct chat_request request; /* owned */
    int64_t submitted_ms;        /* by the clock of Redis, like all below */
    int64_t deadline_ms;
    enum cache_wish cache;
    struct idempotency idempotency; /* of a job that is being submitted */
    /* Of a job that was taken: */
    enum chat_priority queue;   /* which stream it came from */
    char entry[JOB_ENTRY_SIZE]; /* its id there */
    uint32_t deliveries;
    int64_t taken_ms;
};

/* Unpredictable bytes for ids to come: the kernel is asked for many at a time. Starts
 * zeroed. */
enum { JOB_IDS_AHEAD = 64 };
struct job_ids {
    uint8_t random[JOB_IDS_AHEAD][ULID_RANDOM_SIZE];
    size_t left;
};

/* "01JD…": sorts by time, 80 unpredictable bits. */
void job_new_id(struct job_ids *ids, char id[JOB_ID_SIZE], int64_t wall_ms);

/* Whether it may be the id of a job; anything else is not even looked up. */
bool job_id_valid(const char *id);

/* The fields of the hash that make the job. */
void job_add_fields(const struct job *job, struct redis_args *args);

/* The fields that an ended chat adds. The strings must outlive the arguments. */
void job_add_result(const struct chat_result *result, struct redis_args *args);

/* From the fields and values of HGETALL. False when it is no job; nothing is owned. */
bool job_read(struct job *job, const struct redis_reply *fields, struct error *err);
void job_clear(struct job *job);

/* The value of one field, or an empty slice. */
struct slice job_field(const struct redis_reply *fields, const char *name);
