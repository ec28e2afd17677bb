/* One thing that users do: a request,
 * what is expected of the answer, and how it goes on. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "core/record.h"

enum {
    LOAD_NAME_SIZE = 48,
    LOAD_METHOD_SIZE = 16,
    LOAD_PATH_SIZE = 512,
    LOAD_BODY_SIZE = 8 * 1024,
    LOAD_HEADERS_MAX = 16,
    LOAD_HEADER_NAME_SIZE = 64,
    LOAD_HEADER_VALUE_SIZE = 1024,
    LOAD_CONTENT_SIZE = 256,
    LOAD_POINTER_SIZE = 128,
    LOAD_WORD_SIZE = 32,
    LOAD_WORDS_MAX = 4,
    LOAD_RANGES_MAX = 8,
    LOAD_POLLS_MAX = 10000,
};

struct load_header {
    char name[LOAD_HEADER_NAME_SIZE];
    char value[LOAD_HEADER_VALUE_SIZE]; /* with ${...} */
};

/* Statuses, both ends included. */
struct load_range {
    uint16_t from, to;
};

struct load_word {
    char word[LOAD_WORD_SIZE];
};

/* The answer names a job, which is asked for again and again until it has ended. */
struct load_job {
    bool wanted;
    char id[LOAD_POINTER_SIZE];     /* where the answer names it: $.job_id */
    char path[LOAD_PATH_SIZE];      /* of a GET, with ${job} */
    char status[LOAD_POINTER_SIZE]; /* where the answer to that says how it is */
    uint32_t good_count, bad_count;
    struct load_word good[LOAD_WORDS_MAX]; /* completed */
    struct load_word bad[LOAD_WORDS_MAX];  /* failed */
    uint64_t poll_ns;                      /* from an answer to the next question */
    uint32_t poll_max;                     /* then the job counts as lost */
};

struct load_task {
    char name[LOAD_NAME_SIZE];
    uint32_t weight; /* 0: never */
    char method[LOAD_METHOD_SIZE];
    char path[LOAD_PATH_SIZE]; /* starts with a slash; with ${...}, see load_words.h */
    char body[LOAD_BODY_SIZE]; /* with ${...}; "" for none */
    uint32_t header_count;
    struct load_header headers[LOAD_HEADERS_MAX];
    uint32_t range_count;
    struct load_range ranges[LOAD_RANGES_MAX]; /* good statuses; none: 200 to 299 */
    char content[LOAD_CONTENT_SIZE]; /* the body must hold it; "" for anything */
    uint64_t timeout_ns;             /* of connecting, and of one answer */
    bool stream;                     /* server-sent events, whose gaps are measured */
    struct load_job job;
};

/* 30 s, weight 1, GET; polls each 0.5 s, 20 times, until "completed" or "failed". */
void load_task_init(struct load_task *task);

bool load_task_check(const struct load_task *task, struct error *err);
bool load_header_check(const struct load_header *header, struct error *err);
bool load_task_takes_status(const struct load_task *task, unsigned status);

extern const struct record load_header_record;
extern const struct record load_task_record;
