/* SPDX-License-Identifier: MIT */
#include "agent/job_queue.h"

#include <stdio.h>
#include <string.h>

#include "agent/conversation.h"
#include "agent/job_scripts.h"
#include "agent/promise_scripts.h"
#include "base/panic.h"
#include "base/text.h"
#include "base/units.h"

static const char group[] = "agent";
static const uint64_t timeout_ns = 2 * NS_PER_S;
static const int64_t wait_ms = 1000;
static const int64_t long_ms = INT64_C(86400) * 1000; /* longer than any lease */

const enum chat_priority queue_priorities[QUEUE_STREAMS] = {
    PRIORITY_HIGH, PRIORITY_NORMAL, PRIORITY_LOW};

void job_queue_init(struct job_queue *queue, struct redis *redis, const char *version) {
    *queue = (struct job_queue){.redis = redis, .depth_max = QUEUE_DEPTH_MAX};
    text_copy_cut(queue->version, sizeof queue->version, version);
    for (size_t i = 0; i < QUEUE_STREAMS; i++) {
        snprintf(
            queue->streams[i], sizeof queue->streams[i], "q:%s:%d", queue->version,
            (int)queue_priorities[i]);
    }
    snprintf(queue->dead, sizeof queue->dead, "q:%s:dead", queue->version);
    snprintf(queue->stats, sizeof queue->stats, "stats:%s", queue->version);
}

static size_t stream_of(enum chat_priority priority) {
    for (size_t i = 0; i < QUEUE_STREAMS; i++) {
        if (queue_priorities[i] == priority) return i;
    }
    return 1;
}

static uint64_t send_args(
    struct job_queue *queue, const struct redis_args *args, redis_done_fn done,
    void *owner) {
    return redis_command(
        queue->redis, args->items, args->count, timeout_ns, done, owner);
}

static void begin_script(struct redis_args *args, const char *script, int key_count) {
    redis_args_init(args);
    redis_args_add_string(args, "EVAL");
    redis_args_add_string(args, script);
    redis_args_add_int(args, key_count);
}

static void add_streams(struct redis_args *args, const struct job_queue *queue) {
    for (size_t i = 0; i < QUEUE_STREAMS; i++) {
        redis_args_add_string(args, queue->streams[i]);
    }
}

static void ignore(void *owner, const struct redis_result *result) {
    (void)owner;
    (void)result;
}

void job_queue_make_groups(struct job_queue *queue, const char *worker) {
    for (size_t i = 0; i < QUEUE_STREAMS; i++) {
        /* The group may exist already: then the second command is all that is new. */
        redis_ask(
            queue->redis, timeout_ns, ignore, NULL, "XGROUP", "CREATE",
            queue->streams[i], group, "0", "MKSTREAM", NULL);
        redis_ask(
            queue->redis, timeout_ns, ignore, NULL, "XGROUP", "CREATECONSUMER",
            queue->streams[i], group, worker, NULL);
    }
}

static void add_promise(struct redis_args *args, const struct job *job) {
    redis_args_addf(args, "idem:%s:%s", job->user_hash, job->idempotency.key);
}

uint64_t job_queue_submit(
    struct job_queue *queue, const struct job *job, uint64_t deadline_ms,
    redis_done_fn done, void *owner) {
    struct redis_args args;
    bool is_promise = job->idempotency.key[0] != '\0';
    begin_script(&args, job_script_submit, QUEUE_STREAMS + (is_promise ? 2 : 1));
    add_streams(&args, queue);
    redis_args_addf(&args, "job:%s", job->id);
    if (is_promise) add_promise(&args, job);
    redis_args_add_int(&args, (int64_t)stream_of(job->request.priority) + 1);
    redis_args_add_int(&args, queue->depth_max);
    redis_args_add_int(&args, (int64_t)deadline_ms);
    redis_args_add_string(&args, job->id);
    redis_args_add_string(&args, job->idempotency.body);
    job_add_fields(job, &args);
    return send_args(queue, &args, done, owner);
}

uint64_t job_queue_claim(
    struct job_queue *queue, const struct job *job, uint64_t kept_ms,
    redis_done_fn done, void *owner) {
    struct redis_args args;
    begin_script(&args, promise_script_claim, 2);
    add_promise(&args, job);
    redis_args_addf(&args, "job:%s", job->id);
    redis_args_add_string(&args, job->idempotency.body);
    redis_args_add_string(&args, job->id);
    redis_args_add_int(&args, (int64_t)kept_ms);
    job_add_fields(job, &args);
    return send_args(queue, &args, done, owner);
}

void job_queue_release(struct job_queue *queue, const struct job *job) {
    struct redis_args args;
    begin_script(&args, promise_script_release, 2);
    add_promise(&args, job);
    redis_args_addf(&args, "job:%s", job->id);
    redis_args_add_string(&args, job->id);
    send_args(queue, &args, ignore, NULL);
}

static const char *status_of(enum outcome outcome) {
    return outcome_failed(outcome) ? "failed" : "completed";
}

uint64_t job_queue_record(
    struct job_queue *queue, const struct job *job, const struct chat_result *result,
    redis_done_fn done, void *owner) {
    struct redis_args args;
    begin_script(&args, job_script_record, 2);
    redis_args_addf(&args, "job:%s", job->id);
    redis_args_addf(&args, "conv:%s", job->request.user_id);
    redis_args_add_string(&args, status_of(result->outcome));
    redis_args_add_string(&args, outcome_name(result->outcome));
    redis_args_add(&args, result->turn);
    redis_args_add_int(&args, CONVERSATION_TURNS_MAX);
    redis_args_add_int(&args, job->taken_ms - job->submitted_ms);
    job_add_fields(job, &args);
    job_add_result(result, &args);
    return send_args(queue, &args, done, owner);
}

uint64_t job_queue_read(
    struct job_queue *queue, const char *id, redis_done_fn done, void *owner) {
    struct redis_args args;
    redis_args_init(&args);
    redis_args_add_string(&args, "HGETALL");
    redis_args_addf(&args, "job:%s", id);
    return send_args(queue, &args, done, owner);
}

uint64_t job_queue_take(
    struct job_queue *queue, const struct queue_take *take, redis_done_fn done,
    void *owner) {
    ensure(take->slots > 0 && take->slots <= QUEUE_SLOTS_MAX);
    struct redis_args args;
    begin_script(&args, job_script_take, QUEUE_STREAMS + 3);
    add_streams(&args, queue);
    redis_args_add_string(&args, queue->dead);
    redis_args_add_string(&args, queue->stats);
    redis_args_addf(&args, "worker:%s", take->worker);
    redis_args_add_string(&args, group);
    redis_args_add_string(&args, take->worker);
    redis_args_add_int(&args, take->slots);
    redis_args_add_int(&args, (int64_t)take->lease_ms);
    redis_args_add_int(&args, QUEUE_DELIVERIES_MAX);
    return send_args(queue, &args, done, owner);
}

uint64_t job_queue_wait(
    struct job_queue *queue, struct redis *redis,
    char last[QUEUE_STREAMS][JOB_ENTRY_SIZE], redis_done_fn done, void *owner) {
    struct redis_args args;
    redis_args_init(&args);
    redis_args_add_string(&args, "XREAD");
    redis_args_add_string(&args, "COUNT");
    redis_args_add_int(&args, 1);
    redis_args_add_string(&args, "BLOCK");
    redis_args_add_int(&args, wait_ms);
    redis_args_add_string(&args, "STREAMS");
    add_streams(&args, queue);
    for (size_t i = 0; i < QUEUE_STREAMS; i++) redis_args_add_string(&args, last[i]);
    uint64_t patience_ns = timeout_ns + (uint64_t)wait_ms * NS_PER_MS;
    return redis_command(redis, args.items, args.count, patience_ns, done, owner);
}

uint64_t job_queue_beat(
    struct job_queue *queue, const struct queue_beat *beat, redis_done_fn done,
    void *owner) {
    ensure(beat->job_count <= QUEUE_SLOTS_MAX);
    struct redis_args args;
    begin_script(&args, job_script_beat, QUEUE_STREAMS + 1);
    redis_args_addf(&args, "worker:%s", beat->worker);
    add_streams(&args, queue);
    redis_args_add_string(&args, group);
    redis_args_add_string(&args, beat->worker);
    redis_args_add_int(&args, beat->pid);
    redis_args_add_string(&args, queue->version);
    redis_args_add_string(&args, beat->job_count > 0 ? "busy" : "idle");
    redis_args_add_string(&args, beat->job_count > 0 ? beat->jobs[0]->id : "");
    redis_args_add_int(&args, (int64_t)beat->every_ms);
    for (size_t i = 0; i < beat->job_count; i++) {
        const struct job *job = beat->jobs[i];
        redis_args_add_string(&args, queue->streams[stream_of(job->queue)]);
        redis_args_add_string(&args, job->entry);
    }
    return send_args(queue, &args, done, owner);
}

uint64_t job_queue_leave(
    struct job_queue *queue, const char *worker, redis_done_fn done, void *owner) {
    struct redis_args args;
    begin_script(&args, job_script_leave, QUEUE_STREAMS + 1);
    add_streams(&args, queue);
    redis_args_addf(&args, "worker:%s", worker);
    redis_args_add_string(&args, group);
    redis_args_add_string(&args, worker);
    redis_args_add_int(&args, long_ms);
    return send_args(queue, &args, done, owner);
}

uint64_t job_queue_complete(
    struct job_queue *queue, const struct queue_completion *completion,
    redis_done_fn done, void *owner) {
    const struct job *job = completion->job;
    const struct chat_result *result = completion->result;
    struct redis_args args;
    begin_script(&args, job_script_complete, 5);
    redis_args_add_string(&args, queue->streams[stream_of(job->queue)]);
    redis_args_addf(&args, "job:%s", job->id);
    redis_args_addf(&args, "conv:%s", job->request.user_id);
    redis_args_add_string(&args, queue->stats);
    redis_args_addf(&args, "worker:%s", completion->worker);
    redis_args_add_string(&args, group);
    redis_args_add_string(&args, completion->worker);
    redis_args_add_string(&args, job->entry);
    redis_args_add_string(&args, status_of(result->outcome));
    redis_args_add_string(&args, outcome_name(result->outcome));
    redis_args_add(&args, result->turn);
    redis_args_add_int(&args, CONVERSATION_TURNS_MAX);
    redis_args_add_string(&args, completion->is_last ? "idle" : "busy");
    job_add_result(result, &args);
    return send_args(queue, &args, done, owner);
}

uint64_t job_queue_snapshot(struct job_queue *queue, redis_done_fn done, void *owner) {
    struct redis_args args;
    begin_script(&args, job_script_snapshot, QUEUE_STREAMS + 1);
    add_streams(&args, queue);
    redis_args_add_string(&args, queue->stats);
    redis_args_add_string(&args, group);
    return send_args(queue, &args, done, owner);
}
