/* SPDX-License-Identifier: MIT */
#include "agent/worker.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "agent/agent.h"
#include "agent/declare.h"
#include "agent/hand.h"
#include "agent/job_queue.h"
#include "agent/job_record.h"
#include "agent/model_guard.h"
#include "agent/queue_taken.h"
#include "agent/registry.h"
#include "agent/worker_counts.h"
#include "base/memory.h"
#include "base/text.h"
#include "base/units.h"
#include "core/sojourn.h"
#include "io/loop.h"
#include "io/redis.h"

enum { MEAN_OF = 16, SLOTS_DEFAULT = 4, BEATS_PER_LEASE = 3, RECOVERIES_PER_LEASE = 6 };

static const uint64_t lease_default_ns = 30 * NS_PER_S;
/* A third of the lease would do for the jobs; whoever looks on wants to know sooner. */
static const uint64_t beat_most_ns = NS_PER_S;
static const uint64_t again_ns = NS_PER_S;

struct worker {
    struct agent *agent;  /* borrowed */
    struct redis *waiter; /* a connection of its own: it blocks */
    struct job_queue queue;
    struct worker_counts counts;
    char name[AGENT_NAME_SIZE];
    unsigned slots;
    uint64_t lease_ns, beat_ns;
    uint64_t recovered_ns; /* when silent workers' jobs were last looked for */
    struct hand *hands[QUEUE_SLOTS_MAX];
    size_t hand_count;
    struct sojourn sojourn;           /* of the jobs that were taken */
    uint64_t mean_ns;                 /* that a job takes */
    uint64_t take, wait, beat, leave; /* tickets; 0 for none */
    struct loop_timer *again;         /* after a failure */
    struct loop_timer *beating;
    bool draining;
    struct loop_timer *limit; /* of the drain */
    worker_drained_fn on_drained;
    void *drained_owner;
};

static void take(struct worker *worker);
static void on_taken(void *owner, const struct redis_result *result);
static void on_news(void *owner, const struct redis_result *result);
static void on_hand_done(void *owner, struct hand *hand);
static void on_again(void *owner, uint64_t now_ns);
static void on_beat(void *owner, uint64_t now_ns);
static void on_beaten(void *owner, const struct redis_result *result);
static void on_limit(void *owner, uint64_t now_ns);
static void on_left(void *owner, const struct redis_result *result);

struct worker *worker_new(
    struct agent *agent, const struct worker_options *options, struct error *err) {
    struct redis_options redis = {
        .url = options->redis_url,
        .client_name = options->name,
        .authority = REDIS_MAY_ACT};
    struct redis *waiter = redis_new(agent->loop, &redis, err);
    if (!waiter) return NULL;

    struct worker *worker = memory_new(sizeof *worker);
    worker->agent = agent;
    worker->waiter = waiter;
    job_queue_init(&worker->queue, agent->redis, agent->version);
    text_copy_cut(worker->name, sizeof worker->name, options->name);
    worker_counts_init(&worker->counts, agent, &worker->queue, worker->name);
    worker->sojourn = sojourn_default();
    worker->slots = options->slots ? options->slots : SLOTS_DEFAULT;
    if (worker->slots > QUEUE_SLOTS_MAX) worker->slots = QUEUE_SLOTS_MAX;
    worker->lease_ns = options->lease_ns ? options->lease_ns : lease_default_ns;
    worker->beat_ns = worker->lease_ns / BEATS_PER_LEASE;
    if (worker->beat_ns > beat_most_ns) worker->beat_ns = beat_most_ns;
    declare_worker(agent->registry);
    worker->beating = loop_every(agent->loop, worker->beat_ns, on_beat, worker);
    job_queue_make_groups(&worker->queue, worker->name);
    on_beat(worker, 0);
    take(worker);
    return worker;
}

void worker_free(struct worker *worker) {
    if (!worker) return;
    struct redis *redis = worker->agent->redis;
    for (size_t i = 0; i < worker->hand_count; i++) hand_free(worker->hands[i]);
    worker_counts_clear(&worker->counts);
    if (worker->take) redis_cancel(redis, worker->take);
    if (worker->beat) redis_cancel(redis, worker->beat);
    if (worker->leave) redis_cancel(redis, worker->leave);
    loop_timer_free(worker->again);
    loop_timer_free(worker->beating);
    loop_timer_free(worker->limit);
    redis_free(worker->waiter);
    free(worker);
}

/* Whether this turn also looks for jobs of workers that went silent. */
static bool recovers(struct worker *worker) {
    uint64_t now_ns = loop_now_ns(worker->agent->loop);
    bool is_due =
        now_ns - worker->recovered_ns >= worker->lease_ns / RECOVERIES_PER_LEASE;
    if (is_due) worker->recovered_ns = now_ns;
    return is_due;
}

/* While the model is left alone jobs stay in the queue, where whoever can ask it first
 * finds them: not in the hands of a worker that can only wait. */
static unsigned free_slots(struct worker *worker) {
    uint64_t wait_ns = 0;
    uint32_t room = model_guard_room(worker->agent->guard, worker->slots, &wait_ns);
    if (room > worker->hand_count) return room - (unsigned)worker->hand_count;
    /* With something in hand its end is the next occasion. */
    if (wait_ns > again_ns) wait_ns = again_ns;
    if (room == 0) {
        worker->again = loop_after(worker->agent->loop, wait_ns, on_again, worker);
    }
    return 0;
}

static void take(struct worker *worker) {
    bool is_busy = worker->take || worker->wait || worker->again;
    if (worker->draining || is_busy || worker->hand_count >= worker->slots) return;
    unsigned slots = free_slots(worker);
    if (slots == 0) return;
    struct queue_take options = {
        .worker = worker->name,
        .slots = slots,
        .lease_ms = recovers(worker) ? worker->lease_ns / NS_PER_MS : 0};
    worker->take = job_queue_take(&worker->queue, &options, on_taken, worker);
}

/* A lease that ran out while Redis was away brings back what is still in hand. */
static bool is_in_hand(const struct worker *worker, const struct job *job) {
    for (size_t i = 0; i < worker->hand_count; i++) {
        if (strcmp(hand_job(worker->hands[i])->id, job->id) == 0) return true;
    }
    return false;
}

static void start(struct worker *worker, struct job *job) {
    if (is_in_hand(worker, job)) {
        job_clear(job);
        return;
    }
    uint64_t now_ns = loop_now_ns(worker->agent->loop);
    int64_t waited_ms = job->taken_ms - job->submitted_ms;
    uint64_t waited_ns = waited_ms > 0 ? (uint64_t)waited_ms * NS_PER_MS : 0;
    bool stands = sojourn_on_leave(&worker->sojourn, waited_ns, now_ns);
    struct hand_options options = {
        .agent = worker->agent,
        .need_ns = stands ? worker->mean_ns : 0,
        .queue = &worker->queue,
        .worker = worker->name,
        .counts = &worker->counts,
        .hand_count = &worker->hand_count};
    worker->hands[worker->hand_count++] = hand_new(&options, job, on_hand_done, worker);
    registry_set(
        worker->agent->registry, FAMILY_ACTIVE, NULL, NULL, (double)worker->hand_count);
}

static void say_drained(struct worker *worker) {
    worker_drained_fn on_drained = worker->on_drained;
    worker->on_drained = NULL;
    if (on_drained) on_drained(worker->drained_owner);
}

/* Whoever says nothing before it ends is taken for dead. */
static void leave(struct worker *worker) {
    if (worker->leave) return;
    loop_timer_free(worker->limit);
    worker->limit = NULL;
    loop_timer_free(worker->beating);
    worker->beating = NULL;
    if (!agent_has_redis(worker->agent)) {
        say_drained(worker);
        return;
    }
    worker_counts_send(&worker->counts);
    worker->leave = job_queue_leave(&worker->queue, worker->name, on_left, worker);
}

static void on_left(void *owner, const struct redis_result *result) {
    struct worker *worker = owner;
    (void)result;
    worker->leave = 0;
    say_drained(worker);
}

static void drain_if_idle(struct worker *worker) {
    if (worker->draining && worker->hand_count == 0 && !worker->take) leave(worker);
}

static void note_trouble(struct worker *worker, const struct redis_result *result) {
    const struct redis_reply *reply = result->reply;
    /* The group is gone when Redis was emptied under us. */
    if (reply && reply->kind == REDIS_ERROR &&
        slice_starts_with(reply->string, "NOGROUP")) {
        job_queue_make_groups(&worker->queue, worker->name);
    }
    json_log_write(
        &worker->agent->log, LOG_WARN, NULL, "the queue cannot be read: %.*s",
        reply ? (int)reply->string.length : ERROR_MESSAGE_SIZE,
        reply ? reply->string.data : result->error.message);
    worker->again = loop_after(worker->agent->loop, again_ns, on_again, worker);
}

static void on_again(void *owner, uint64_t now_ns) {
    struct worker *worker = owner;
    (void)now_ns;
    worker->again = NULL;
    take(worker);
}

/* Nobody else would tell: whoever worked on it is dead. */
static void note_dead(struct worker *worker, struct job *job) {
    struct chat_result result = {
        .outcome = OUTCOME_DEAD, .message = "no worker survived it"};
    agent_note_error(
        worker->agent, outcome_name(result.outcome), "job", job->request_id,
        result.message);
    job_record_keep(worker->agent, job, &result, "queue");
    job_clear(job);
}

static void on_taken(void *owner, const struct redis_result *result) {
    struct worker *worker = owner;
    worker->take = 0;
    struct queue_taken taken;
    if (!result->reply || !queue_taken_read(&taken, result->reply)) {
        note_trouble(worker, result);
        drain_if_idle(worker);
        return;
    }
    for (size_t i = 0; i < taken.count; i++) {
        bool is_dead = taken.jobs[i].deliveries > QUEUE_DELIVERIES_MAX;
        (is_dead ? note_dead : start)(worker, &taken.jobs[i]);
    }
    if (worker->draining) {
        drain_if_idle(worker);
    } else if (taken.count > 0) {
        take(worker);
    } else {
        sojourn_on_empty(&worker->sojourn);
        worker->wait =
            job_queue_wait(&worker->queue, worker->waiter, taken.last, on_news, worker);
    }
}

static void on_news(void *owner, const struct redis_result *result) {
    struct worker *worker = owner;
    worker->wait = 0;
    if (!result->reply || result->reply->kind == REDIS_ERROR) {
        note_trouble(worker, result);
        return;
    }
    take(worker);
}

static void forget_hand(struct worker *worker, const struct hand *hand) {
    size_t i = 0;
    while (i < worker->hand_count && worker->hands[i] != hand) i++;
    worker->hands[i] = worker->hands[--worker->hand_count];
    registry_set(
        worker->agent->registry, FAMILY_ACTIVE, NULL, NULL, (double)worker->hand_count);
}

static void on_hand_done(void *owner, struct hand *hand) {
    struct worker *worker = owner;
    /* Of about the last sixteen. */
    uint64_t took_ns = hand_age_ns(hand);
    worker->mean_ns = worker->mean_ns - worker->mean_ns / MEAN_OF + took_ns / MEAN_OF;
    forget_hand(worker, hand);
    drain_if_idle(worker);
    take(worker);
}

static void on_beat(void *owner, uint64_t now_ns) {
    struct worker *worker = owner;
    (void)now_ns;
    /* What only waits for the model is better given back. */
    if (worker->draining && model_guard_rests(worker->agent->guard)) {
        leave(worker);
        return;
    }
    if (worker->beat) return;
    if (agent_has_redis(worker->agent)) worker_counts_send(&worker->counts);
    const struct job *jobs[QUEUE_SLOTS_MAX];
    for (size_t i = 0; i < worker->hand_count; i++) {
        jobs[i] = hand_job(worker->hands[i]);
    }
    struct queue_beat beat = {
        .worker = worker->name,
        .pid = getpid(),
        .every_ms = worker->beat_ns / NS_PER_MS,
        .jobs = jobs,
        .job_count = worker->hand_count};
    worker->beat = job_queue_beat(&worker->queue, &beat, on_beaten, worker);
}

/* Somebody took the job over: whatever we find out, it is not ours to tell. */
static void drop_lost(struct worker *worker, struct slice entry) {
    for (size_t i = 0; i < worker->hand_count; i++) {
        struct hand *hand = worker->hands[i];
        if (!slice_equals(entry, hand_job(hand)->entry)) continue;
        json_log_write(
            &worker->agent->log, LOG_WARN, hand_job(hand)->request_id,
            "job %s was taken over", hand_job(hand)->id);
        forget_hand(worker, hand);
        hand_free(hand);
        return;
    }
}

static void on_beaten(void *owner, const struct redis_result *result) {
    struct worker *worker = owner;
    worker->beat = 0;
    const struct redis_reply *lost = result->reply;
    if (!lost || lost->kind != REDIS_LIST) return;
    for (size_t i = 0; i < lost->count; i++) drop_lost(worker, lost->items[i].string);
    if (lost->count == 0) return;
    drain_if_idle(worker);
    take(worker);
}

void worker_drain(
    struct worker *worker, uint64_t limit_ns, worker_drained_fn on_drained,
    void *owner) {
    worker->draining = true;
    worker->agent->draining = true;
    worker->on_drained = on_drained;
    worker->drained_owner = owner;
    bool is_idle = worker->hand_count == 0 && !worker->take;
    worker->limit =
        loop_after(worker->agent->loop, is_idle ? 0 : limit_ns, on_limit, worker);
}

static void on_limit(void *owner, uint64_t now_ns) {
    struct worker *worker = owner;
    (void)now_ns;
    worker->limit = NULL;
    leave(worker);
}
