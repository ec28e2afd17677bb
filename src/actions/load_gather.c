/* SPDX-License-Identifier: MIT */
#include "actions/load_gather.h"

#include <stdlib.h>
#include <string.h>

#include "actions/load_claim.h"
#include "actions/load_merge.h"
#include "base/memory.h"
#include "base/text.h"
#include "base/units.h"
#include "core/load_barrier.h"
#include "io/loop.h"

#define BEAT_NS      (100 * NS_PER_MS)
#define START_IN_NS  (1500 * NS_PER_MS) /* every shard has read the order by then */
#define END_GRACE_NS (5 * NS_PER_S)
#define CUT_GRACE_NS (3 * NS_PER_S)
#define REMIND_NS    (10 * NS_PER_S)

enum { LINE_SIZE = 400 };

enum gather_state {
    GATHERS, /* takes the name, and waits until all have come */
    AGREES,  /* asks Redis what time it is */
    RUNS,
    PARTS, /* the last words are on their way */
};

struct load_gather {
    struct loop *loop; /* borrowed */
    struct load_options options;
    void (*on_wait)(void *owner, const char *words);
    struct load_mail *mail;
    struct load_merge *merge;
    struct load_barrier barrier;
    struct load_claim claim;
    uint32_t task_count;
    uint64_t drain_ns;
    enum gather_state state;
    bool reading, stopping, held; /* held: the name was, at least once */
    uint64_t reminded_ns;         /* when it was said last who is missing */
    uint64_t limit_ns;            /* when nobody is waited for any more; 0: no limit */
    char trouble[ERROR_MESSAGE_SIZE]; /* as it was said last */
    struct load_ready notes;
    struct load_finish finish;
    struct loop_timer *beat;
};

static void on_beat(void *owner, uint64_t turn_ns);

static const struct load_mail_handlers handlers;

static void fill_order(
    struct load_gather *gather, const struct load_gather_options *options) {
    const struct load_plan *plan = options->load.plan;
    struct load_order *order = &gather->claim.order;
    text_copy(order->run, sizeof order->run, plan->run);
    text_copy_cut(order->who, sizeof order->who, options->who);
    load_split_digest(plan, options->shards, order->digest);
    order->seed = plan->seed;
    order->token_count = options->shards;
}

struct load_gather *load_gather_start(
    struct loop *loop, const struct load_gather_options *options, struct error *err) {
    struct load_gather *gather = memory_new(sizeof *gather);
    const struct load_mail_options mail = {
        .url = options->url,
        .name = options->name,
        .handlers = &handlers,
        .owner = gather};
    gather->loop = loop;
    gather->options = options->load;
    gather->on_wait = options->on_wait;
    gather->task_count = options->load.plan->task_count;
    gather->drain_ns = options->load.plan->drain_ns;
    gather->mail = load_mail_new(loop, &mail, err);
    if (!gather->mail) {
        free(gather);
        return NULL;
    }
    gather->claim.mail = gather->mail;
    fill_order(gather, options);
    gather->options.plan = NULL;
    gather->merge = load_merge_new(options->load.on_report, options->load.owner);
    load_barrier_init(
        &gather->barrier, options->shards, options->patience_ns, loop_clock_ns());
    text_copy(
        gather->barrier.digest, sizeof gather->barrier.digest,
        gather->claim.order.digest);
    load_mail_set_run(gather->mail, gather->claim.order.run, options->shards);
    gather->beat = loop_every(loop, BEAT_NS, on_beat, gather);
    return gather;
}

void load_gather_free(struct load_gather *gather) {
    if (!gather) return;
    loop_timer_free(gather->beat);
    load_mail_free(gather->mail);
    load_merge_free(gather->merge);
    free(gather);
}

/* The end */

/* Whoever still waits or runs learns from the last order why it is over; when nobody
 * does, the name is free at once. The time that Redis tells after that is of no
 * interest: it comes when all else is done. */
static void part(struct load_gather *gather) {
    const struct load_barrier *barrier = &gather->barrier;
    bool whole = barrier->started && load_barrier_speaking(barrier) == 0;
    gather->state = PARTS;
    gather->finish.workers_lost += barrier->lost_count;
    struct load_order *order = &gather->claim.order;
    if (!whole) {
        order->kind = LOAD_ORDER_CUT;
        if (!order->why[0]) {
            text_copy_cut(order->why, sizeof order->why, gather->finish.words);
        }
        load_claim_end(&gather->claim);
    } else if (load_claim_holds(&gather->claim, loop_clock_ns())) {
        load_mail_clear(gather->mail);
    }
    load_mail_ask_time(gather->mail);
}

/* The first loss counts more than how others ended. */
static void set_words(struct load_gather *gather, const char *words) {
    if (gather->finish.lost) return;
    text_copy_cut(gather->finish.words, sizeof gather->finish.words, words);
    text_copy_cut(gather->claim.order.why, sizeof gather->claim.order.why, words);
}

/* Before the start nothing was sent; after it somebody is lost. */
static void end_badly(struct load_gather *gather, const char *words) {
    set_words(gather, words);
    gather->finish.lost = gather->barrier.started;
    gather->finish.missing = !gather->barrier.started;
    part(gather);
}

/* Orders */

static void order_stop(
    struct load_gather *gather, enum load_order_kind kind, uint64_t limit_ns) {
    gather->stopping = true;
    gather->claim.order.kind = kind;
    gather->claim.changed = true;
    gather->limit_ns = loop_clock_ns() + limit_ns;
}

void load_gather_set_level(struct load_gather *gather, double level) {
    if (gather->state != RUNS || gather->stopping) return;
    gather->claim.order.level = level;
    gather->claim.order.level_count++;
    gather->claim.changed = true;
}

void load_gather_stop(struct load_gather *gather) {
    if (gather->stopping || gather->state == PARTS) return;
    gather->finish.end = LOAD_ENDED_STOPPED;
    if (gather->state == RUNS) {
        order_stop(gather, LOAD_ORDER_STOP, gather->drain_ns + END_GRACE_NS);
    } else {
        text_copy(
            gather->claim.order.why, sizeof gather->claim.order.why,
            "its collector was stopped");
        gather->stopping = true;
        part(gather);
    }
}

void load_gather_cut(struct load_gather *gather) {
    load_gather_stop(gather);
    if (gather->state == RUNS) order_stop(gather, LOAD_ORDER_CUT, CUT_GRACE_NS);
}

static void say(struct load_gather *gather, const char *words) {
    if (gather->on_wait) gather->on_wait(gather->options.owner, words);
}

static void on_written(
    void *owner, bool stands, uint64_t asked_ns, const struct error *err) {
    struct load_gather *gather = owner;
    load_claim_on_written(&gather->claim, stands, asked_ns, err);
}

static void on_order(
    void *owner, const struct load_order *order, uint64_t asked_ns,
    const struct error *err) {
    struct load_gather *gather = owner;
    load_claim_on_order(&gather->claim, order, asked_ns, err);
}

/* News */

static void greet(
    struct load_gather *gather, const struct load_news *news, bool comes) {
    char words[LINE_SIZE];
    struct text text = TEXT_IN(words);
    if (comes) {
        text_addf(
            &text, "shard %u has come: %s to %s, %u of %u are there",
            (unsigned)news->shard, news->who, news->ready.address,
            (unsigned)load_barrier_came(&gather->barrier),
            (unsigned)gather->barrier.shards);
        load_ready_add_notes(&gather->notes, &news->ready);
    } else {
        text_addf(&text, "%s is not let in: it sends another load", news->who);
    }
    say(gather, words);
}

static void take_end(
    struct load_gather *gather, const struct load_news *news,
    const struct load_report *report) {
    if (report->ended < (uint32_t)gather->finish.end) return;
    gather->finish.end = (enum load_end)report->ended;
    if (gather->finish.lost || !report->words[0]) return;
    struct text words = TEXT_IN(gather->finish.words);
    text_addf(
        &words, "shard %u, %s: %s", (unsigned)news->shard, news->who, report->words);
}

static void on_news(
    void *owner, const struct load_news *news, const struct load_report *report) {
    struct load_gather *gather = owner;
    struct error ignored;
    if (gather->state == PARTS) return;
    /* What is left out shows as a gap before the next one. */
    if (report && !load_news_check(report, gather->task_count, &ignored)) report = NULL;
    switch (load_barrier_hear(&gather->barrier, news, report, loop_clock_ns())) {
    case LOAD_HEARD_NOTHING: break;
    case LOAD_HEARD_NEW: greet(gather, news, true); break;
    case LOAD_HEARD_STRANGER: greet(gather, news, false); break;
    case LOAD_HEARD_REPORT:
        if (!report) break;
        load_merge_add(gather->merge, report);
        if (report->ended != LOAD_RUNS) take_end(gather, news, report);
        load_merge_tell(gather->merge, load_barrier_left_behind(&gather->barrier));
        break;
    }
}

static void read_news(struct load_gather *gather) {
    if (gather->reading) return;
    gather->reading = true;
    load_mail_read_news(gather->mail);
}

static void on_read(void *owner, bool more, const struct error *err) {
    struct load_gather *gather = owner;
    (void)err; /* the lease tells how long that can go on */
    gather->reading = false;
    if (more && gather->state != PARTS) read_news(gather);
}

/* The start */

static void on_time(
    void *owner, uint64_t redis_us, uint64_t here_ns, const struct error *err) {
    struct load_gather *gather = owner;
    if (gather->state == PARTS) {
        load_merge_finish(gather->merge);
        gather->options.on_finish(gather->options.owner, &gather->finish);
        return;
    }
    if (gather->state != AGREES) return;
    gather->state = GATHERS;
    enum load_barrier_next next = load_barrier_look(&gather->barrier, loop_clock_ns());
    if (err->code != ERROR_NONE || next != LOAD_BARRIER_START) return;
    gather->state = RUNS;
    gather->claim.order.kind = LOAD_ORDER_START;
    gather->claim.order.start_us = redis_us + START_IN_NS / NS_PER_US;
    gather->claim.changed = true;
    load_barrier_start(&gather->barrier, here_ns + START_IN_NS);
    gather->options.on_start(gather->options.owner, &gather->notes);
}

/* Time */

static void remind(struct load_gather *gather, uint64_t now_ns) {
    char words[LINE_SIZE];
    struct text text = TEXT_IN(words);
    if (now_ns - gather->reminded_ns < REMIND_NS) return;
    gather->reminded_ns = now_ns;
    text_add(&text, "waiting for ");
    load_barrier_add_missing(&text, &gather->barrier);
    say(gather, words);
}

static void look(struct load_gather *gather, uint64_t now_ns) {
    const struct load_barrier *barrier = &gather->barrier;
    switch (load_barrier_look(&gather->barrier, now_ns)) {
    case LOAD_BARRIER_WAIT: break;
    case LOAD_BARRIER_START:
        if (gather->state != GATHERS) break;
        gather->state = AGREES;
        load_mail_ask_time(gather->mail);
        break;
    case LOAD_BARRIER_MISSING: end_badly(gather, barrier->why); return;
    case LOAD_BARRIER_LOST:
        if (!barrier->started) {
            end_badly(gather, barrier->why);
            return;
        }
        set_words(gather, barrier->why);
        gather->finish.lost = true;
        load_gather_stop(gather);
        break;
    case LOAD_BARRIER_OVER:
        if (barrier->lost_count > 0) end_badly(gather, barrier->why);
        if (gather->state != PARTS) part(gather);
        return;
    }
    load_merge_tell(gather->merge, load_barrier_left_behind(barrier));
}

/* Until the name is held. */
static void seek(struct load_gather *gather, uint64_t now_ns) {
    const char *trouble = gather->claim.trouble;
    bool late = load_barrier_look(&gather->barrier, now_ns) == LOAD_BARRIER_MISSING;
    if (gather->claim.state == LOAD_CLAIM_REFUSED || late) {
        end_badly(gather, trouble[0] ? trouble : "Redis did not answer");
    } else if (strcmp(gather->trouble, trouble) != 0) {
        text_copy(gather->trouble, sizeof gather->trouble, trouble);
        if (trouble[0]) say(gather, trouble);
    }
}

/* Without a lease the shards stop by themselves. */
static void lose_hold(struct load_gather *gather) {
    char words[LINE_SIZE];
    struct text text = TEXT_IN(words);
    const char *trouble = gather->claim.trouble;
    text_addf(
        &text, "the shards' lease in Redis ran out%s%s", trouble[0] ? ": " : "",
        trouble);
    end_badly(gather, words);
}

static bool has_hold(struct load_gather *gather, uint64_t now_ns) {
    char words[LINE_SIZE];
    struct text text = TEXT_IN(words);
    if (gather->claim.state != LOAD_CLAIM_HELD) {
        seek(gather, now_ns);
        return false;
    }
    if (!load_claim_holds(&gather->claim, now_ns)) {
        lose_hold(gather);
        return false;
    }
    if (!gather->held) {
        gather->held = true;
        gather->reminded_ns = now_ns;
        text_addf(&text, "waiting for %u shards", (unsigned)gather->barrier.shards);
        say(gather, words);
    }
    return true;
}

static void sync_tokens(struct load_gather *gather) {
    for (uint32_t i = 0; i < gather->barrier.shards; i++) {
        struct load_token *token = &gather->claim.order.tokens[i];
        uint64_t now = gather->barrier.places[i].token;
        if (token->token != now) gather->claim.changed = true;
        token->token = now;
    }
}

static void on_beat(void *owner, uint64_t turn_ns) {
    struct load_gather *gather = owner;
    uint64_t now_ns = loop_clock_ns();
    (void)turn_ns;
    if (gather->state == PARTS) return;
    if (has_hold(gather, now_ns)) look(gather, now_ns);
    if (gather->state == PARTS) return;
    if (gather->limit_ns > 0 && now_ns >= gather->limit_ns) {
        load_barrier_give_up(&gather->barrier);
        end_badly(gather, gather->barrier.why);
        return;
    }
    if (gather->held) {
        if (gather->state == GATHERS) remind(gather, now_ns);
        sync_tokens(gather);
        read_news(gather);
    }
    load_claim_renew(&gather->claim, now_ns);
}

static const struct load_mail_handlers handlers = {
    .on_order = on_order,
    .on_written = on_written,
    .on_news = on_news,
    .on_read = on_read,
    .on_time = on_time,
};
