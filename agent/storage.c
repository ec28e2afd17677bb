/* SPDX-License-Identifier: MIT */
#include "agent/storage.h"

#include <stdlib.h>
#include <string.h>

#include "agent/declare.h"
#include "agent/json_log.h"
#include "agent/registry.h"
#include "agent/storage_desk.h"
#include "base/memory.h"
#include "base/text.h"
#include "base/units.h"
#include "io/loop.h"

static const uint64_t again_ns = NS_PER_S;

enum side { SIDE_WRITING, SIDE_READING, SIDES };

/* Some records on their way into the file; they stay among the store's until they are
 * there. */
struct batch {
    struct storage_desk *desk;
    struct error error; /* by the thread, like the next */
    size_t new_count;
    size_t count;
    struct storage_record records[STORAGE_BATCH_MAX];
};

struct storage {
    struct loop *loop; /* borrowed, like the next two */
    struct registry *registry;
    struct json_log *log;
    struct storage_desk *desk;
    struct loop_work *work; /* while a batch is written */
    struct batch *batch;
    struct loop_timer *again; /* until the next try */
    size_t ask_count;
    struct error troubles[SIDES]; /* ERROR_NONE: it works */
    size_t count;
    struct storage_record records[STORAGE_PENDING_MAX]; /* oldest first */
};

static void write_batch(void *data);
static void on_written(void *owner);
static void on_again(void *owner, uint64_t now_ns);

static void count(struct storage *store, const char *operation, const char *result) {
    registry_count(store->registry, FAMILY_STORE, operation, result, 1);
}

const char *storage_trouble(const struct storage *store) {
    for (size_t side = 0; side < SIDES; side++) {
        const struct error *trouble = &store->troubles[side];
        if (trouble->code != ERROR_NONE) return trouble->message;
    }
    return "";
}

/* Told when it changes, not each time. */
static void note(struct storage *store, enum side side, const struct error *err) {
    static const char *const names[SIDES] = {"writing to", "reading from"};
    bool is_unwell = err->code != ERROR_NONE;
    bool was_unwell = store->troubles[side].code != ERROR_NONE;
    if (is_unwell && !was_unwell) {
        json_log_write(
            store->log, LOG_ERROR, NULL, "%s the store fails: %s", names[side],
            err->message);
    } else if (!is_unwell && was_unwell) {
        json_log_write(
            store->log, LOG_INFO, NULL, "%s the store works again", names[side]);
    }
    store->troubles[side] = *err;
    bool is_ready = storage_trouble(store)[0] == '\0';
    registry_set(store->registry, FAMILY_READY, "store", NULL, is_ready ? 1 : 0);
}

struct storage *storage_new(
    struct loop *loop, const struct storage_options *options, struct error *err) {
    struct storage *store = memory_new(sizeof *store);
    store->loop = loop;
    store->registry = options->registry;
    store->log = options->log;
    store->desk = storage_desk_new(options->path);
    declare_store(options->registry);
    struct error trouble = {0};
    if (!storage_desk_file(store->desk, &trouble)) {
        if (trouble.code == ERROR_USAGE) {
            error_set(err, ERROR_USAGE, "--store %s", trouble.message);
            storage_free(store);
            return NULL;
        }
        count(store, "open", "failed");
    }
    note(store, SIDE_WRITING, &trouble);
    return store;
}

static void free_batch(void *data) {
    struct batch *batch = data;
    storage_desk_leave(batch->desk);
    free(batch);
}

void storage_free(struct storage *store) {
    if (!store) return;
    /* What a batch has written is known by its ids when it comes a second time. */
    if (store->count > 0) {
        storage_desk_bequeath(store->desk, store->records, store->count);
    }
    loop_timer_free(store->again);
    loop_work_free(store->work, free_batch);
    storage_desk_leave(store->desk);
    free(store);
}

static void start_batch(struct storage *store) {
    if (store->work || store->again || store->count == 0) return;
    struct batch *batch = memory_new(sizeof *batch);
    batch->desk = storage_desk_join(store->desk);
    batch->count = store->count < STORAGE_BATCH_MAX ? store->count : STORAGE_BATCH_MAX;
    memcpy(batch->records, store->records, batch->count * sizeof *batch->records);
    store->batch = batch;
    store->work = loop_work_new(store->loop, write_batch, batch, on_written, store);
}

void storage_keep(struct storage *store, const struct storage_record *record) {
    if (store->count == STORAGE_PENDING_MAX) {
        count(store, "record", "dropped");
        return;
    }
    store->records[store->count++] = *record;
    start_batch(store);
}

static void write_batch(void *data) {
    struct batch *batch = data;
    struct storage_file *file = storage_desk_file(batch->desk, &batch->error);
    bool is_good = file && storage_file_record(
                               file, batch->records, batch->count, &batch->new_count,
                               &batch->error);
    if (!is_good) storage_desk_fail(batch->desk, &batch->error);
}

static void on_written(void *owner) {
    struct storage *store = owner;
    struct batch *batch = store->batch;
    store->work = NULL;
    store->batch = NULL;
    note(store, SIDE_WRITING, &batch->error);
    if (batch->error.code == ERROR_NONE) {
        for (size_t i = 0; i < batch->count; i++) {
            count(store, "record", i < batch->new_count ? "ok" : "known");
        }
        store->count -= batch->count;
        memmove(
            store->records, store->records + batch->count,
            store->count * sizeof *store->records);
        start_batch(store);
    } else {
        count(store, "record", "failed");
        store->again = loop_after(store->loop, again_ns, on_again, store);
    }
    free_batch(batch);
}

static void on_again(void *owner, uint64_t now_ns) {
    struct storage *store = owner;
    (void)now_ns;
    store->again = NULL;
    start_batch(store);
}

/* Questions */

struct storage_ask {
    struct storage *store; /* borrowed */
    struct storage_desk *desk;
    struct loop_work *work;
    const char *operation; /* for the count */
    enum side side;
    char order_id[ORDER_ID_SIZE];
    struct storage_answer answer; /* by the thread; a rating is given in it */
    storage_answer_fn on_answer;
    void *owner;
};

static void on_asked(void *owner);

static struct storage_ask *ask(
    struct storage *store, loop_work_fn work, struct storage_ask *question) {
    if (store->ask_count == STORAGE_ASKS_MAX) {
        count(store, question->operation, "dropped");
        return NULL;
    }
    struct storage_ask *made = memory_new(sizeof *made);
    *made = *question;
    made->store = store;
    made->desk = storage_desk_join(store->desk);
    store->ask_count++;
    made->work = loop_work_new(store->loop, work, made, on_asked, made);
    return made;
}

static void free_ask(void *data) {
    struct storage_ask *asked = data;
    storage_desk_leave(asked->desk);
    free(asked);
}

void storage_ask_free(struct storage_ask *asked) {
    if (!asked) return;
    asked->store->ask_count--;
    loop_work_free(asked->work, free_ask);
}

static void on_asked(void *owner) {
    struct storage_ask *asked = owner;
    struct storage *store = asked->store;
    const struct error *error = &asked->answer.error;
    bool is_good = error->code == ERROR_NONE;
    store->ask_count--;
    count(store, asked->operation, is_good ? "ok" : "failed");
    note(store, asked->side, error);
    asked->on_answer(asked->owner, &asked->answer);
    free_ask(asked);
}

static void find_order(void *data) {
    struct storage_ask *asked = data;
    struct storage_answer *answer = &asked->answer;
    struct storage_reader *reader = storage_desk_reader(asked->desk, &answer->error);
    bool is_good = reader && storage_reader_find(
                                 reader, asked->order_id, &answer->order,
                                 &answer->is_found, &answer->error);
    if (!is_good) storage_desk_fail(asked->desk, &answer->error);
}

struct storage_ask *storage_find_order(
    struct storage *store, const char *id, storage_answer_fn on_answer, void *owner) {
    struct storage_ask question = {
        .operation = "order",
        .side = SIDE_READING,
        .on_answer = on_answer,
        .owner = owner};
    text_copy_cut(question.order_id, sizeof question.order_id, id);
    return ask(store, find_order, &question);
}

static void rate(void *data) {
    struct storage_ask *asked = data;
    struct storage_answer *answer = &asked->answer;
    struct storage_file *file = storage_desk_file(asked->desk, &answer->error);
    bool is_good = file && storage_file_rate(
                               file, &answer->rating, &answer->rated, &answer->error);
    if (!is_good) storage_desk_fail(asked->desk, &answer->error);
}

struct storage_ask *storage_rate(
    struct storage *store, const struct storage_rating *rating,
    storage_answer_fn on_answer, void *owner) {
    struct storage_ask question = {
        .operation = "rating",
        .side = SIDE_WRITING,
        .on_answer = on_answer,
        .owner = owner};
    question.answer.rating = *rating;
    return ask(store, rate, &question);
}
