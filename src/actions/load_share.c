/* SPDX-License-Identifier: MIT */
#include "actions/load_share.h"

#include <stdlib.h>
#include <string.h>

#include "actions/load_worker.h"
#include "base/memory.h"
#include "base/safe_text.h"
#include "base/text.h"
#include "base/units.h"
#include "core/load_follow.h"
#include "io/loop.h"

#define BEAT_NS      (250 * NS_PER_MS)
#define READY_NS     NS_PER_S
#define TOO_LATE_NS  NS_PER_S
#define CUT_GRACE_NS (500 * NS_PER_MS)
#define PART_NS      (3 * NS_PER_S) /* for the last words */

enum { LINE_SIZE = 320 };

struct load_share {
    struct loop *loop; /* borrowed */
    struct load_share_options options;
    struct load_plan *plan; /* holds credentials */
    struct load_mail *mail;
    struct load_follow follow;
    struct load_news news; /* as it was sent last */
    struct load_report *scratch;
    struct load_worker *worker;
    struct load_order order; /* that was read last */
    struct loop_timer *beat, *starting;
    bool asking;       /* for the order */
    unsigned unsaid;   /* news that Redis has not taken yet */
    unsigned wishes;   /* to stop */
    uint64_t ready_ns; /* when that was said last */
    uint64_t part_ns;  /* when the last words are waited for no more; 0: not yet */
    char trouble[LINE_SIZE];
    struct error error;
    bool unable; /* its generator's report says that it could not begin, and why */
};

static void on_beat(void *owner, uint64_t turn_ns);
static void on_start(void *owner, uint64_t now_ns);
static void on_ready(void *owner, uint32_t index, const struct load_ready *ready);
static void on_report(void *owner, uint32_t index, const struct load_report *report);
static void on_end(void *owner, uint32_t index, const struct error *why);

static const struct load_mail_handlers mail_handlers;
static const struct load_worker_handlers worker_handlers = {
    .on_ready = on_ready, .on_report = on_report, .on_end = on_end};

static void fill_follow(
    struct load_share *share, const struct load_share_options *options) {
    struct load_follow *follow = &share->follow;
    follow->shard = options->plan->shard;
    follow->shards = options->plan->shards;
    follow->began_ns = loop_clock_ns();
    follow->patience_ns = options->patience_ns;
    while (follow->token == 0) loop_random(&follow->token, sizeof follow->token);
    load_split_digest(options->plan, follow->shards, follow->digest);
    struct load_news *news = &share->news;
    news->shard = follow->shard;
    news->token = follow->token;
    text_copy(news->digest, sizeof news->digest, follow->digest);
    text_copy_cut(news->who, sizeof news->who, options->who);
}

struct load_share *load_share_start(
    struct loop *loop, const struct load_share_options *options, struct error *err) {
    struct load_share *share = memory_new(sizeof *share);
    const struct load_mail_options mail = {
        .url = options->url,
        .name = options->name,
        .handlers = &mail_handlers,
        .owner = share};
    share->loop = loop;
    share->options = *options;
    share->mail = load_mail_new(loop, &mail, err);
    if (!share->mail) {
        free(share);
        return NULL;
    }
    fill_follow(share, options);
    share->plan = memory_new(sizeof *share->plan);
    *share->plan = *options->plan;
    share->options.plan = NULL;
    share->scratch = memory_new(sizeof *share->scratch);
    share->beat = loop_every(loop, BEAT_NS, on_beat, share);
    return share;
}

void load_share_free(struct load_share *share) {
    if (!share) return;
    loop_timer_free(share->beat);
    loop_timer_free(share->starting);
    load_worker_free(share->worker);
    load_mail_free(share->mail);
    explicit_bzero(share->plan, sizeof *share->plan);
    free(share->plan);
    free(share->scratch);
    free(share);
}

/* The end */

static void take_error(struct load_share *share, const struct error *err) {
    if (share->error.code == ERROR_NONE) share->error = *err;
}

static void send(struct load_share *share, const struct load_report *report) {
    struct error err;
    if (load_mail_send(share->mail, &share->news, report)) {
        share->unsaid++;
    } else {
        error_set(&err, ERROR_LIMIT, "a report that is too long for Redis");
        take_error(share, &err);
    }
}

static void part(struct load_share *share) {
    if (share->part_ns == 0) share->part_ns = loop_clock_ns() + PART_NS;
}

static void say_lost(struct load_share *share) {
    if (!share->follow.run[0] || share->news.kind == LOAD_NEWS_LOST) return;
    share->news.kind = LOAD_NEWS_LOST;
    safe_text_copy(
        share->news.why, sizeof share->news.why, slice_of(share->error.message));
    send(share, NULL);
}

/* Before its time. Its collector is told why, after the last report if there is one. */
static void leave(struct load_share *share, const struct error *why) {
    take_error(share, why);
    share->follow.state = FOLLOW_LEAVES;
    loop_timer_free(share->starting);
    share->starting = NULL;
    if (share->worker) {
        load_worker_end(share->worker, CUT_GRACE_NS);
    } else {
        say_lost(share);
        part(share);
    }
}

static void control(struct load_share *share, enum load_control_kind kind) {
    const struct load_control what = {.kind = kind, .level = share->order.level};
    if (share->worker) load_worker_control(share->worker, &what);
}

void load_share_stop(struct load_share *share) {
    struct error err;
    error_set(&err, ERROR_CANCELLED, "it was stopped");
    share->wishes++;
    if (share->follow.state == FOLLOW_LEAVES) {
        if (share->wishes > 1) share->part_ns = loop_clock_ns();
    } else if (share->follow.state == FOLLOW_RUNS && share->wishes == 1) {
        take_error(share, &err);
        control(share, LOAD_CONTROL_STOP);
    } else {
        leave(share, &err);
    }
}

/* Orders */

static void start_generator(struct load_share *share) {
    struct error err;
    text_copy(share->plan->run, sizeof share->plan->run, share->order.run);
    share->plan->seed = share->order.seed;
    const struct load_worker_options options = {
        .program = share->options.program,
        .plan = share->plan,
        .scratch = share->scratch,
        .stderr_fd = share->options.stderr_fd,
        .handlers = &worker_handlers,
        .owner = share};
    share->worker = load_worker_start(share->loop, &options, &err);
    if (!share->worker) leave(share, &err);
}

static void on_time(
    void *owner, uint64_t redis_us, uint64_t here_ns, const struct error *err) {
    struct load_share *share = owner;
    struct error late;
    if (share->follow.state != FOLLOW_RUNS || share->starting) return;
    if (err->code != ERROR_NONE) {
        leave(share, err);
        return;
    }
    uint64_t start_us = share->order.start_us;
    uint64_t ahead_ns = start_us > redis_us ? (start_us - redis_us) * NS_PER_US : 0;
    uint64_t behind_ns = redis_us > start_us ? (redis_us - start_us) * NS_PER_US : 0;
    uint64_t passed_ns = loop_clock_ns() - here_ns;
    if (behind_ns > TOO_LATE_NS || ahead_ns > LOAD_LEASE_NS) {
        error_set(&late, ERROR_TIMEOUT, "the order to start did not come in time");
        leave(share, &late);
        return;
    }
    uint64_t delay_ns = ahead_ns > passed_ns ? ahead_ns - passed_ns : 0;
    share->starting = loop_after(share->loop, delay_ns, on_start, share);
}

static void on_start(void *owner, uint64_t now_ns) {
    struct load_share *share = owner;
    (void)now_ns;
    share->starting = NULL;
    share->news.kind = LOAD_NEWS_RUNS;
    control(share, LOAD_CONTROL_START);
}

/* Ordered by its collector, or because nobody orders anything any more. */
static void cut(struct load_share *share, const struct error *why) {
    if (why->code != ERROR_NONE) {
        leave(share, why);
    } else if (share->worker) {
        load_worker_end(share->worker, CUT_GRACE_NS);
    }
}

static void take_step(
    struct load_share *share, enum load_follow_step step, const struct error *why) {
    switch (step) {
    case LOAD_FOLLOW_WAIT: break;
    case LOAD_FOLLOW_PREPARE: start_generator(share); break;
    case LOAD_FOLLOW_START: load_mail_ask_time(share->mail); break;
    case LOAD_FOLLOW_LEVEL: control(share, LOAD_CONTROL_LEVEL); break;
    case LOAD_FOLLOW_STOP: control(share, LOAD_CONTROL_STOP); break;
    case LOAD_FOLLOW_CUT: cut(share, why); break;
    case LOAD_FOLLOW_LEAVE: leave(share, why); break;
    }
}

/* A Redis that is not there yet may come,
 * and one that has gone is what the lease is for. */
static void take_trouble(struct load_share *share, const struct error *err) {
    bool may_pass = err->code == ERROR_CONNECT || err->code == ERROR_TIMEOUT ||
                    err->code == ERROR_LOST || share->follow.state != FOLLOW_SEEKS;
    if (!may_pass) {
        leave(share, err);
    } else if (strcmp(share->trouble, err->message) != 0) {
        text_copy_cut(share->trouble, sizeof share->trouble, err->message);
        share->options.on_say(share->options.owner, err->message);
    }
}

static void on_order(
    void *owner, const struct load_order *order, uint64_t asked_ns,
    const struct error *err) {
    struct load_share *share = owner;
    struct error why = {0};
    share->asking = false;
    if (share->follow.state == FOLLOW_LEAVES) return;
    if (err->code != ERROR_NONE) {
        take_trouble(share, err);
        return;
    }
    share->trouble[0] = '\0';
    if (order) share->order = *order;
    bool met = share->follow.run[0] != '\0';
    enum load_follow_step step =
        load_follow_on_order(&share->follow, order, asked_ns, &why);
    if (!met && share->follow.run[0]) {
        load_mail_set_run(share->mail, share->follow.run, share->follow.shards);
    }
    take_step(share, step, &why);
}

/* The generator */

static void say_ready(struct load_share *share) {
    share->ready_ns = loop_clock_ns();
    send(share, NULL);
}

static void on_ready(void *owner, uint32_t index, const struct load_ready *ready) {
    struct load_share *share = owner;
    char words[LINE_SIZE];
    struct text text = TEXT_IN(words);
    (void)index;
    if (share->follow.state == FOLLOW_LEAVES) return;
    for (uint32_t i = 0; i < ready->note_count; i++) {
        share->options.on_say(share->options.owner, ready->notes[i].words);
    }
    text_addf(&text, "ready for %s, waiting for the others", share->follow.collector);
    share->options.on_say(share->options.owner, words);
    share->news.ready = *ready;
    load_follow_on_ready(&share->follow);
    say_ready(share);
}

static void take_end(struct load_share *share, const struct load_report *report) {
    struct error err;
    bool refused = report->ended == LOAD_ENDED_REFUSED;
    if (!refused && report->ended != LOAD_ENDED_UNREACHED) return;
    error_set(
        &err, refused ? ERROR_USAGE : ERROR_CONNECT, "%s%s%s",
        load_end_words((enum load_end)report->ended), report->words[0] ? ": " : "",
        report->words);
    take_error(share, &err);
    share->unable = true;
}

static void on_report(void *owner, uint32_t index, const struct load_report *report) {
    struct load_share *share = owner;
    (void)index;
    share->news.kind = LOAD_NEWS_RUNS;
    send(share, report);
    take_end(share, report);
    share->options.on_report(share->options.owner, report);
}

static void on_end(void *owner, uint32_t index, const struct error *why) {
    struct load_share *share = owner;
    (void)index;
    load_worker_free(share->worker);
    share->worker = NULL;
    if (why->code != ERROR_NONE) take_error(share, why);
    if (share->error.code == ERROR_NONE || share->unable) {
        share->news.kind = LOAD_NEWS_DONE;
        send(share, NULL);
    } else {
        say_lost(share);
    }
    share->follow.state = FOLLOW_LEAVES;
    part(share);
}

/* Time */

static void on_sent(void *owner, const struct error *err) {
    struct load_share *share = owner;
    struct error lost = *err;
    share->unsaid--;
    if (err->code == ERROR_NONE || share->news.kind == LOAD_NEWS_READY) return;
    error_wrap(&lost, "a report did not reach Redis");
    lost.code = ERROR_LOST;
    take_error(share, &lost);
}

static void finish_in_time(struct load_share *share, uint64_t now_ns) {
    if (share->unsaid > 0 && now_ns < share->part_ns) return;
    loop_timer_free(share->beat);
    share->beat = NULL;
    share->options.on_finish(share->options.owner, &share->error);
}

static void on_beat(void *owner, uint64_t turn_ns) {
    struct load_share *share = owner;
    struct error why = {0};
    uint64_t now_ns = loop_clock_ns();
    (void)turn_ns;
    if (share->part_ns > 0) {
        finish_in_time(share, now_ns);
        return;
    }
    enum load_follow_step step = load_follow_look(&share->follow, now_ns, &why);
    if (step == LOAD_FOLLOW_LEAVE && !share->follow.run[0] && share->trouble[0]) {
        error_set(&why, ERROR_CONNECT, "%s", share->trouble);
    }
    take_step(share, step, &why);
    if (share->follow.state == FOLLOW_LEAVES) return;
    if (share->follow.state == FOLLOW_WAITS && now_ns - share->ready_ns >= READY_NS) {
        say_ready(share);
    }
    if (share->asking) return;
    share->asking = true;
    load_mail_read_order(share->mail);
}

static const struct load_mail_handlers mail_handlers = {
    .on_order = on_order, .on_sent = on_sent, .on_time = on_time};
