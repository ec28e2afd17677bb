/* SPDX-License-Identifier: MIT */
#include "actions/load.h"

#include <stdlib.h>
#include <string.h>

#include "actions/load_merge.h"
#include "actions/load_worker.h"
#include "base/memory.h"
#include "base/panic.h"
#include "base/text.h"
#include "base/units.h"
#include "io/loop.h"

#define READY_LIMIT_NS (20 * NS_PER_S)
#define END_GRACE_NS   (5 * NS_PER_S)
#define CUT_GRACE_NS   (500 * NS_PER_MS)

/* Looks in a row that found no report of a generator. Looks are counted and not time:
 * when we ourselves were stopped, it was not the generator that was silent. */
enum { SILENT_LOOKS_MOST = 5 };
#define LOOK_NS NS_PER_S

struct member {
    struct load_worker *worker; /* NULL once it has ended */
    bool ready;
    uint32_t silent_looks;
    uint64_t sequence; /* of the one that came last */
};

struct load {
    struct loop *loop; /* borrowed */
    struct load_options options;
    uint64_t drain_ns;
    struct load_report *scratch;
    struct load_merge *merge;
    uint32_t ready_count, alive_count;
    bool started, stopping;
    struct load_ready notes; /* of all, as far as there is room */
    struct load_finish finish;
    struct loop_timer *limit; /* until all are ready, or have ended */
    struct loop_timer *look;  /* at those that run */
    struct member members[LOAD_WORKERS_MAX];
};

static void on_ready(void *owner, uint32_t index, const struct load_ready *ready);
static void on_report(void *owner, uint32_t index, const struct load_report *report);
static void on_end(void *owner, uint32_t index, const struct error *why);
static void on_look(void *owner, uint64_t now_ns);
static void on_limit(void *owner, uint64_t now_ns);

static const struct load_worker_handlers handlers = {
    .on_ready = on_ready, .on_report = on_report, .on_end = on_end};

static bool start_workers(
    struct load *load, const struct load_plan *whole, struct error *err) {
    struct load_plan *plan = memory_new(sizeof *plan);
    bool started = true;
    *plan = *whole;
    plan->shards = load->options.workers;
    for (uint32_t i = 0; i < load->options.workers && started; i++) {
        plan->shard = i;
        const struct load_worker_options options = {
            .program = load->options.program,
            .plan = plan,
            .scratch = load->scratch,
            .index = i,
            .stderr_fd = load->options.stderr_fd,
            .handlers = &handlers,
            .owner = load,
        };
        load->members[i].worker = load_worker_start(load->loop, &options, err);
        started = load->members[i].worker != NULL;
        load->alive_count += started;
    }
    explicit_bzero(plan, sizeof *plan);
    free(plan);
    return started;
}

struct load *load_start(
    struct loop *loop, const struct load_options *options, struct error *err) {
    ensure(options->workers >= 1 && options->workers <= LOAD_WORKERS_MAX);
    if (!load_plan_check(options->plan, err)) return NULL;
    struct load *load = memory_new(sizeof *load);
    load->loop = loop;
    load->options = *options;
    load->options.plan = NULL;
    load->drain_ns = options->plan->drain_ns;
    load->scratch = memory_new(sizeof *load->scratch);
    load->merge = load_merge_new(options->on_report, options->owner);
    if (!start_workers(load, options->plan, err)) {
        load_free(load);
        return NULL;
    }
    load->limit = loop_after(loop, READY_LIMIT_NS, on_limit, load);
    return load;
}

void load_free(struct load *load) {
    if (!load) return;
    loop_timer_free(load->limit);
    loop_timer_free(load->look);
    for (uint32_t i = 0; i < load->options.workers; i++) {
        load_worker_free(load->members[i].worker);
    }
    load_merge_free(load->merge);
    free(load->scratch);
    free(load);
}

static void control(struct load *load, const struct load_control *what) {
    for (uint32_t i = 0; i < load->options.workers; i++) {
        if (load->members[i].worker) {
            load_worker_control(load->members[i].worker, what);
        }
    }
}

/* Whoever does not keep to the time is ended. */
static void limit(struct load *load, uint64_t limit_ns) {
    loop_timer_free(load->limit);
    load->limit = loop_after(load->loop, limit_ns, on_limit, load);
}

void load_set_level(struct load *load, double level) {
    const struct load_control what = {.kind = LOAD_CONTROL_LEVEL, .level = level};
    if (load->started && !load->stopping) control(load, &what);
}

void load_stop(struct load *load) {
    const struct load_control what = {.kind = LOAD_CONTROL_STOP};
    if (load->stopping) return;
    load->stopping = true;
    if (load->started) {
        control(load, &what);
        limit(load, load->drain_ns + END_GRACE_NS);
    } else {
        load_cut(load);
    }
}

void load_cut(struct load *load) {
    load->stopping = true;
    for (uint32_t i = 0; i < load->options.workers; i++) {
        if (load->members[i].worker) {
            load_worker_end(load->members[i].worker, CUT_GRACE_NS);
        }
    }
}

static void lose(struct load *load, const char *words) {
    load->finish.lost = true;
    load->finish.workers_lost++;
    if (load->finish.words[0]) return;
    text_copy_cut(load->finish.words, sizeof load->finish.words, words);
}

static void on_limit(void *owner, uint64_t now_ns) {
    struct load *load = owner;
    (void)now_ns;
    load->limit = NULL;
    lose(
        load, load->started ? "a generator did not end in time"
                            : "a generator was not ready in time");
    load_cut(load);
}

/* Until they begin */

static void on_ready(void *owner, uint32_t index, const struct load_ready *ready) {
    static const struct load_control start = {.kind = LOAD_CONTROL_START};
    struct load *load = owner;
    if (load->members[index].ready || load->started) return;
    load->members[index].ready = true;
    if (load->ready_count == 0) load->notes = *ready;
    load_ready_add_notes(&load->notes, ready);
    load->ready_count++;
    if (load->ready_count < load->options.workers || load->stopping) return;
    loop_timer_free(load->limit);
    load->limit = NULL;
    load->started = true;
    load->look = loop_every(load->loop, LOOK_NS, on_look, load);
    control(load, &start);
    load->options.on_start(load->options.owner, &load->notes);
}

/* While they run */

/* The interval that all who will still report have left behind. */
static uint64_t left_behind(const struct load *load) {
    uint64_t least = UINT64_MAX;
    for (uint32_t i = 0; i < load->options.workers; i++) {
        const struct member *member = &load->members[i];
        if (member->worker && member->sequence < least) least = member->sequence;
    }
    return least;
}

static void take_end(struct load *load, const struct load_report *report) {
    if (report->ended < (uint32_t)load->finish.end) return;
    load->finish.end = (enum load_end)report->ended;
    if (load->finish.lost || !report->words[0]) return;
    text_copy_cut(load->finish.words, sizeof load->finish.words, report->words);
}

static void on_report(void *owner, uint32_t index, const struct load_report *report) {
    struct load *load = owner;
    load_merge_add(load->merge, report);
    load->members[index].sequence = report->sequence;
    load->members[index].silent_looks = 0;
    if (report->ended != LOAD_RUNS) take_end(load, report);
    load_merge_tell(load->merge, left_behind(load));
}

static void lose_the_silent(struct load *load, uint32_t index) {
    struct load_worker *worker = load->members[index].worker;
    char words[LOAD_END_WORDS_SIZE];
    struct text text = TEXT_IN(words);
    text_addf(
        &text, "generator %u (pid %d) has been silent for %d seconds",
        (unsigned)index + 1, (int)load_worker_pid(worker), SILENT_LOOKS_MOST);
    lose(load, words);
    load_stop(load);
    load_worker_end(
        worker, 0); /* it may be stopped, and would not hear anything else */
}

static void on_look(void *owner, uint64_t now_ns) {
    struct load *load = owner;
    (void)now_ns;
    /* From then on there is a limit for all. */
    if (load->stopping) return;
    for (uint32_t i = 0; i < load->options.workers; i++) {
        struct member *member = &load->members[i];
        if (!member->worker || ++member->silent_looks <= SILENT_LOOKS_MOST) continue;
        lose_the_silent(load, i);
    }
}

static void finish(struct load *load) {
    load_merge_finish(load->merge);
    loop_timer_free(load->limit);
    loop_timer_free(load->look);
    load->limit = NULL;
    load->look = NULL;
    load->options.on_finish(load->options.owner, &load->finish);
}

static void on_end(void *owner, uint32_t index, const struct error *why) {
    struct load *load = owner;
    load_worker_free(load->members[index].worker);
    load->members[index].worker = NULL;
    load->alive_count--;
    if (why->code != ERROR_NONE && !load->stopping) {
        lose(load, why->message);
        load_stop(load);
    }
    if (load->alive_count == 0) {
        finish(load);
    } else {
        load_merge_tell(load->merge, left_behind(load));
    }
}
