/* The agent's SQLite file: orders, how jobs ended, how answers were rated. Several
 * processes share one; within a process it belongs to one thread at a time. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "agent/chat.h"
#include "agent/job.h"
#include "agent/orders.h"
#include "base/error.h"

enum {
    STORAGE_VERSION = 2,       /* of the file's form */
    STORAGE_JOBS_MAX = 200000, /* the oldest beyond that many are forgotten */
    STORAGE_RATINGS_MAX = 200000,
    STORAGE_BUSY_MS = 1000, /* how long another process is waited for */
    STORAGE_COMMENT_SIZE = 2001,
};

struct storage_file;

/* Opens or makes the file, with the built-in orders in a new one. A file of a newer
 * program is ERROR_USAGE; everything else that is wrong may be over later. */
struct storage_file *storage_file_open(const char *path, struct error *err);
void storage_file_close(struct storage_file *file);

/* How one job ended. */
struct storage_record {
    const char *mode; /* "sync" or "queue"; a literal */
    char id[JOB_ID_SIZE];
    char version[JOB_VERSION_SIZE];
    char user_hash[USER_HASH_SIZE];
    enum chat_priority priority;
    enum outcome outcome;
    uint32_t attempts;
    int64_t submitted_ms, started_ms, finished_ms;
    uint64_t input_tokens, output_tokens;
    double cost_usd; /* NaN when it is not known */
};

/* All of them or none. A job that stands there already stays as it is: `new_count` says
 * how many were new. */
bool storage_file_record(
    struct storage_file *file, const struct storage_record *records, size_t count,
    size_t *new_count, struct error *err);

struct storage_rating {
    char id[JOB_ID_SIZE];
    char version[JOB_VERSION_SIZE]; /* of the job; "" to take it from its record */
    unsigned rating;                /* 1 to 5 */
    char comment[STORAGE_COMMENT_SIZE];
    int64_t rated_ms;
};

enum storage_rated { STORAGE_RATED, STORAGE_RATED_AGAIN, STORAGE_RATED_NOTHING };

/* Keeps the rating in place of an earlier one of that job. Fills in the version;
 * without one STORAGE_RATED_NOTHING says that no record has the job. */
bool storage_file_rate(
    struct storage_file *file, struct storage_rating *rating, enum storage_rated *rated,
    struct error *err);

/* A connection for orders, which cannot write. */
struct storage_reader;
struct storage_reader *storage_reader_open(const char *path, struct error *err);
void storage_reader_close(struct storage_reader *reader);
bool storage_reader_find(
    struct storage_reader *reader, const char *id, struct order *order, bool *is_found,
    struct error *err);
