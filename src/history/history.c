/* SPDX-License-Identifier: MIT */
#include "history/history.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/panic.h"
#include "base/text.h"
#include "history/store.h"
#include "io/loop.h"
#include "io/sqlite.h"

/* The open file. Only the working thread uses it; it is closed with the last holder. */
struct shelf {
    unsigned holders; /* the history and every write; counted on the loop */
    char path[FOLDER_PATH_SIZE];
    struct sqlite *sqlite; /* NULL until the first write */
};

enum write_kind { WRITE_BEGIN, WRITE_END, WRITE_NOTE };

/* One transaction: made on the loop,
 * carried out on the thread, finished on the loop. */
struct write {
    struct history *history; /* borrowed */
    struct shelf *shelf;
    struct write *next;
    struct loop_work *work; /* while it is on its way */
    enum write_kind kind;
    struct run_start start;
    struct run_end end;
    struct journal_entry entry;
    struct run_result *results;
    uint32_t result_count;
    struct run_metric *metrics;
    uint32_t metric_count;
    struct run_histogram *histograms;
    uint32_t histogram_count;
    struct error error;
    history_done_fn on_committed;
    void *owner;
};

struct history {
    struct loop *loop; /* borrowed */
    struct shelf *shelf;
    struct write *writes; /* write.next; those without a callback yet */
    unsigned pending;
};

static struct shelf *shelf_hold(struct shelf *shelf) {
    shelf->holders++;
    return shelf;
}

static void shelf_release(struct shelf *shelf) {
    if (--shelf->holders > 0) return;
    sqlite_close(shelf->sqlite);
    free(shelf);
}

struct history *history_new(struct loop *loop, const char *path) {
    struct history *history = memory_new(sizeof *history);
    history->loop = loop;
    history->shelf = shelf_hold(memory_new(sizeof *history->shelf));
    text_copy_cut(history->shelf->path, sizeof history->shelf->path, path);
    return history;
}

static void write_free(void *data) {
    struct write *write = data;
    shelf_release(write->shelf);
    free(write->results);
    free(write->metrics);
    free(write->histograms);
    free(write);
}

void history_free(struct history *history) {
    if (!history) return;
    while (history->writes) {
        struct write *write = history->writes;
        history->writes = write->next;
        loop_work_free(write->work, write_free);
    }
    shelf_release(history->shelf);
    free(history);
}

static bool shelf_open(struct shelf *shelf, struct error *err) {
    if (shelf->sqlite) return true;
    if (!shelf->path[0] && !store_path(shelf->path, err)) return false;
    shelf->sqlite = store_open(shelf->path, err);
    return shelf->sqlite != NULL;
}

static bool add_figures(struct sqlite *sqlite, struct write *write) {
    const char *run = write->end.id;
    for (uint32_t i = 0; i < write->metric_count; i++) {
        const struct run_metric *metric = &write->metrics[i];
        if (!runs_add_metric(sqlite, run, metric, &write->error)) return false;
    }
    for (uint32_t i = 0; i < write->histogram_count; i++) {
        const struct run_histogram *item = &write->histograms[i];
        if (!runs_add_histogram(
                sqlite, run, item->name, &item->histogram, &write->error)) {
            return false;
        }
    }
    return true;
}

static bool add_end(struct sqlite *sqlite, struct write *write) {
    const char *run = write->end.id;
    for (uint32_t i = 0; i < write->result_count; i++) {
        const struct run_result *result = &write->results[i];
        if (!runs_add_result(sqlite, run, result, &write->error)) return false;
    }
    return add_figures(sqlite, write) && runs_end(sqlite, &write->end, &write->error);
}

static bool add_rows(struct sqlite *sqlite, struct write *write) {
    switch (write->kind) {
    case WRITE_BEGIN:
        if (!runs_begin(sqlite, &write->start, &write->error)) return false;
        break;
    case WRITE_END:
        if (!add_end(sqlite, write)) return false;
        break;
    case WRITE_NOTE: break;
    }
    return journal_add(sqlite, &write->entry, &write->error);
}

/* On the working thread. */
static void carry_out(void *data) {
    struct write *write = data;
    if (!shelf_open(write->shelf, &write->error)) return;
    struct sqlite *sqlite = write->shelf->sqlite;
    if (!sqlite_begin(sqlite, &write->error)) return;
    if (add_rows(sqlite, write)) {
        sqlite_commit(sqlite, &write->error);
    } else {
        sqlite_rollback(sqlite);
    }
}

static void on_carried_out(void *owner) {
    struct write *write = owner;
    struct history *history = write->history;
    struct write **link = &history->writes;
    while (*link != write) link = &(*link)->next;
    *link = write->next;
    history->pending--;

    history_done_fn on_committed = write->on_committed;
    void *committed_owner = write->owner;
    struct error error = write->error;
    write_free(write);
    if (on_committed) on_committed(committed_owner, &error);
}

static void on_refused(void *data) {
    struct write *write = data;
    error_set(
        &write->error, ERROR_LIMIT, "history: over %d writes are waiting",
        HISTORY_PENDING_MAX);
}

static struct write *new_write(
    struct history *history, enum write_kind kind, const struct journal_entry *entry,
    history_done_fn on_committed, void *owner) {
    struct write *write = memory_new(sizeof *write);
    *write = (struct write){
        .history = history,
        .shelf = shelf_hold(history->shelf),
        .next = history->writes,
        .kind = kind,
        .entry = *entry,
        .on_committed = on_committed,
        .owner = owner,
    };
    history->writes = write;
    history->pending++;
    return write;
}

static void send_off(struct write *write) {
    struct history *history = write->history;
    bool refused = history->pending > HISTORY_PENDING_MAX;
    write->work = loop_work_new(
        history->loop, refused ? on_refused : carry_out, write, on_carried_out, write);
}

void history_begin(
    struct history *history, const struct run_start *start,
    const struct journal_entry *intent, history_done_fn on_committed, void *owner) {
    struct write *write = new_write(history, WRITE_BEGIN, intent, on_committed, owner);
    write->start = *start;
    send_off(write);
}

/* A copy of a list. */
static void *copy_list(const void *items, uint32_t count, size_t size) {
    void *copy = memory_new_array(count, size);
    if (count > 0) memcpy(copy, items, count * size);
    return copy;
}

void history_end(
    struct history *history, const struct run_outcome *outcome,
    history_done_fn on_committed, void *owner) {
    struct write *write =
        new_write(history, WRITE_END, &outcome->entry, on_committed, owner);
    ensure(outcome->result_count <= HISTORY_RESULTS_MAX);
    ensure(outcome->metric_count <= HISTORY_METRICS_MAX);
    ensure(outcome->histogram_count <= HISTORY_HISTOGRAMS_MAX);
    write->end = outcome->end;
    write->result_count = outcome->result_count;
    write->metric_count = outcome->metric_count;
    write->histogram_count = outcome->histogram_count;
    write->results =
        copy_list(outcome->results, write->result_count, sizeof *write->results);
    write->metrics =
        copy_list(outcome->metrics, write->metric_count, sizeof *write->metrics);
    write->histograms = copy_list(
        outcome->histograms, write->histogram_count, sizeof *write->histograms);
    send_off(write);
}

void history_note(
    struct history *history, const struct journal_entry *entry,
    history_done_fn on_committed, void *owner) {
    send_off(new_write(history, WRITE_NOTE, entry, on_committed, owner));
}
