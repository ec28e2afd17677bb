/* SPDX-License-Identifier: MIT */
#include "past_watch.h"

#include <stdlib.h>

#include "base/memory.h"
#include "base/text.h"
#include "base/units.h"
#include "history/past_rollouts.h"
#include "history/store.h"
#include "io/loop.h"

#define FIRST_NS    (500 * NS_PER_MS)
#define INTERVAL_NS (15 * NS_PER_S)

/* One reading. Only the thread uses it until it is done. */
struct errand {
    char path[FOLDER_PATH_SIZE];
    char target[STATE_NAME_SIZE];
    struct rollout_past past;
    bool is_read;
};

struct past_watch {
    struct loop *loop; /* borrowed */
    struct loop_timer *due;
    struct loop_work *work; /* NULL: nothing is being read */
    struct errand *errand;
    char target[STATE_NAME_SIZE];
    struct rollout_past past;
};

static void on_due(void *owner, uint64_t now_ns);
static void read_past(void *data);
static void on_read(void *owner);

struct past_watch *past_watch_new(struct loop *loop, const char *target) {
    struct past_watch *watch = memory_new(sizeof *watch);
    watch->loop = loop;
    text_copy_cut(watch->target, sizeof watch->target, target);
    watch->due = loop_after(loop, FIRST_NS, on_due, watch);
    return watch;
}

void past_watch_free(struct past_watch *watch) {
    if (!watch) return;
    loop_timer_free(watch->due);
    if (watch->work) loop_work_free(watch->work, free);
    free(watch);
}

const struct rollout_past *past_watch_seen(const struct past_watch *watch) {
    return &watch->past;
}

static void on_due(void *owner, uint64_t now_ns) {
    struct past_watch *watch = owner;
    struct error ignored; /* without a place for it there is no history */
    (void)now_ns;
    watch->due = NULL;
    struct errand *errand = memory_new(sizeof *errand);
    if (!store_path(errand->path, &ignored)) {
        free(errand);
        return;
    }
    text_copy_cut(errand->target, sizeof errand->target, watch->target);
    watch->errand = errand;
    watch->work = loop_work_new(watch->loop, read_past, errand, on_read, watch);
}

/* On the working thread. */
static void read_past(void *data) {
    struct errand *errand = data;
    struct error ignored; /* what cannot be read is not known */
    errand->is_read =
        past_rollouts_read(errand->path, errand->target, &errand->past, &ignored);
}

static void on_read(void *owner) {
    struct past_watch *watch = owner;
    struct errand *errand = watch->errand;
    watch->work = NULL;
    watch->errand = NULL;
    if (errand->is_read) watch->past = errand->past;
    free(errand);
    watch->due = loop_after(watch->loop, INTERVAL_NS, on_due, watch);
}
