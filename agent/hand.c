/* SPDX-License-Identifier: MIT */
#include "agent/hand.h"

#include <stdio.h>
#include <stdlib.h>

#include "agent/agent.h"
#include "agent/conversation.h"
#include "agent/job_queue.h"
#include "agent/job_record.h"
#include "agent/model_client.h"
#include "agent/registry.h"
#include "agent/worker_counts.h"
#include "base/memory.h"
#include "base/text.h"
#include "base/units.h"
#include "io/loop.h"
#include "io/redis.h"

enum { ATTEMPTS_MAX = 60 };

static const uint64_t again_ns = NS_PER_S / 2;

struct hand {
    struct hand_options options;
    struct job job;
    struct chat *chat;        /* while the model is asked */
    struct loop_timer *timer; /* before the work, and between attempts to complete */
    uint64_t ticket;          /* of the completion */
    uint32_t attempts;        /* to complete */
    uint64_t started_ns;
    struct chat_result result; /* its slices are the three below */
    char message[ERROR_MESSAGE_SIZE];
    char *response, *turn, *calls; /* owned */
    hand_done_fn on_done;
    void *owner;
};

static void on_start(void *owner, uint64_t now_ns);
static void on_answer(void *owner, const struct chat_result *result);
static void complete(void *owner, uint64_t now_ns);
static void on_completed(void *owner, const struct redis_result *result);

struct hand *hand_new(
    const struct hand_options *options, struct job *job, hand_done_fn on_done,
    void *owner) {
    struct hand *hand = memory_new(sizeof *hand);
    hand->options = *options;
    hand->job = *job;
    *job = (struct job){0};
    hand->on_done = on_done;
    hand->owner = owner;
    hand->started_ns = loop_now_ns(options->agent->loop);
    hand->timer = loop_soon(options->agent->loop, on_start, hand);
    return hand;
}

void hand_free(struct hand *hand) {
    if (!hand) return;
    chat_free(hand->chat);
    loop_timer_free(hand->timer);
    if (hand->ticket) redis_cancel(hand->options.agent->redis, hand->ticket);
    job_clear(&hand->job);
    free(hand->response);
    free(hand->turn);
    free(hand->calls);
    free(hand);
}

const struct job *hand_job(const struct hand *hand) {
    return &hand->job;
}

uint64_t hand_age_ns(const struct hand *hand) {
    return loop_now_ns(hand->options.agent->loop) - hand->started_ns;
}

static void finish(struct hand *hand) {
    hand->on_done(hand->owner, hand);
    hand_free(hand);
}

static void on_start(void *owner, uint64_t now_ns) {
    struct hand *hand = owner;
    const struct job *job = &hand->job;
    struct registry *registry = hand->options.agent->registry;
    hand->timer = NULL;
    if (job->deliveries == 1) {
        registry_observe(
            registry, FAMILY_QUEUE_WAIT, NULL, NULL,
            (double)(job->taken_ms - job->submitted_ms) / 1000);
    }
    int64_t need_ms = (int64_t)(hand->options.need_ns / NS_PER_MS);
    if (job->deadline_ms <= job->taken_ms + need_ms) {
        struct chat_result late = {
            .outcome = OUTCOME_EXPIRED,
            .message = "it waited for a worker until its time was over",
            .cost_known = model_client_is_priced(hand->options.agent->model)};
        registry_count(registry, FAMILY_SHED, "expired", NULL, 1);
        on_answer(hand, &late);
        return;
    }
    uint64_t left_ms = (uint64_t)(job->deadline_ms - job->taken_ms);
    struct chat_question question = {
        .user_id = job->request.user_id,
        .message =
            {.data = job->request.message, .length = job->request.message_length},
        .context = &job->request.context,
        .cache = job->cache,
        .deadline_ns = now_ns + left_ms * NS_PER_MS};
    hand->chat = chat_start(hand->options.agent, &question, on_answer, hand);
}

static char *keep(struct slice *slice) {
    char *copy = memory_copy_bytes(slice->data, slice->length);
    slice->data = copy;
    return copy;
}

static void note(struct hand *hand) {
    struct agent *agent = hand->options.agent;
    const struct chat_result *result = &hand->result;
    bool has_failed = outcome_failed(result->outcome);
    const char *status = has_failed ? "error" : "success";
    double took_s =
        (double)(loop_now_ns(agent->loop) - hand->started_ns) / (double)NS_PER_S;
    registry_count(agent->registry, FAMILY_REQUESTS, status, NULL, 1);
    registry_observe(agent->registry, FAMILY_DURATION, status, NULL, took_s);
    if (has_failed) {
        agent_note_error(
            agent, outcome_name(result->outcome), "job", hand->job.request_id,
            result->message);
    } else {
        json_log_write(
            &agent->log, LOG_INFO, hand->job.request_id,
            "job %s %s in %.0f ms, delivery %u, user %s", hand->job.id,
            outcome_name(result->outcome), took_s * 1000, hand->job.deliveries,
            hand->job.user_hash);
    }
}

static void on_answer(void *owner, const struct chat_result *result) {
    struct hand *hand = owner;
    hand->chat = NULL;
    /* The result is needed until Redis has it, however long that takes. */
    hand->result = *result;
    text_copy_cut(hand->message, sizeof hand->message, result->message);
    hand->result.message = hand->message;
    hand->response = keep(&hand->result.response);
    hand->turn = keep(&hand->result.turn);
    hand->calls = keep(&hand->result.calls);
    note(hand);
    complete(hand, 0);
}

static void complete(void *owner, uint64_t now_ns) {
    struct hand *hand = owner;
    (void)now_ns;
    hand->timer = NULL;
    hand->attempts++;
    struct queue_completion completion = {
        .worker = hand->options.worker,
        .is_last = *hand->options.hand_count == 1,
        .job = &hand->job,
        .result = &hand->result};
    /* First: a death right after the job's end takes nothing back, either. */
    worker_counts_send(hand->options.counts);
    hand->ticket =
        job_queue_complete(hand->options.queue, &completion, on_completed, hand);
}

/* The script is safe to run again: it completes a job at most once. */
static void on_completed(void *owner, const struct redis_result *result) {
    struct hand *hand = owner;
    struct agent *agent = hand->options.agent;
    hand->ticket = 0;
    const struct redis_reply *reply = result->reply;
    if (reply && reply->kind != REDIS_ERROR) {
        bool is_done = slice_equals(reply->string, "done");
        /* When an attempt's reply was lost, it is our own end that is known. */
        if (is_done || (hand->attempts > 1 && slice_equals(reply->string, "known"))) {
            job_record_keep(agent, &hand->job, &hand->result, "queue");
        }
        if (!is_done) {
            json_log_write(
                &agent->log, LOG_WARN, hand->job.request_id,
                "job %s was completed by somebody else", hand->job.id);
        }
        finish(hand);
        return;
    }
    if (hand->attempts >= ATTEMPTS_MAX) {
        json_log_write(
            &agent->log, LOG_ERROR, hand->job.request_id,
            "job %s could not be completed: %s", hand->job.id,
            reply ? "Redis refused" : result->error.message);
        finish(hand);
        return;
    }
    hand->timer = loop_after(agent->loop, again_ns, complete, hand);
}
