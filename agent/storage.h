/* The store as the agent uses it: the loop never waits for the disk, and a store that
 * is locked, full or broken never fails a chat. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>

#include "agent/storage_file.h"
#include "base/error.h"

enum {
    STORAGE_PENDING_MAX = 1024, /* records that wait to be written */
    STORAGE_BATCH_MAX = 64,     /* of them written at once */
    STORAGE_ASKS_MAX = 256,     /* questions that wait */
};

struct json_log;
struct loop;
struct registry;
struct storage;
struct storage_ask;

struct storage_options {
    const char *path;
    struct registry *registry; /* borrowed, like the log */
    struct json_log *log;
};

/* NULL, with `err` set, for a file of a newer program alone: whatever else is wrong is
 * logged and tried again. */
struct storage *storage_new(
    struct loop *loop, const struct storage_options *options, struct error *err);
/* After every ask has ended or been freed. What waits is written before the file is
 * closed, unless somebody holds it. */
void storage_free(struct storage *store);

/* What fails at the moment, or "". */
const char *storage_trouble(const struct storage *store);

/* Writes the record as soon as it can: again every second while it cannot, and one that
 * finds STORAGE_PENDING_MAX before it is dropped. */
void storage_keep(struct storage *store, const struct storage_record *record);

struct storage_answer {
    struct error error; /* ERROR_NONE when the store has answered */
    bool is_found;      /* an order */
    struct order order;
    enum storage_rated rated; /* a rating */
    struct storage_rating rating;
};
typedef void (*storage_answer_fn)(void *owner, const struct storage_answer *answer);

/* Each copies its question. `on_answer` runs exactly once
 * unless the ask is freed first, never inside these. NULL,
 * and no callback, when STORAGE_ASKS_MAX are waiting. */
struct storage_ask *storage_rate(
    struct storage *store, const struct storage_rating *rating,
    storage_answer_fn on_answer, void *owner);
struct storage_ask *storage_find_order(
    struct storage *store, const char *id, storage_answer_fn on_answer, void *owner);
/* Cancels; not needed after the callback. */
void storage_ask_free(struct storage_ask *ask);
