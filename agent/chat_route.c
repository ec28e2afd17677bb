/* SPDX-License-Identifier: MIT */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent/accepted.h"
#include "agent/agent.h"
#include "agent/answer.h"
#include "agent/chat.h"
#include "agent/chat_body.h"
#include "agent/chat_headers.h"
#include "agent/chat_refusal.h"
#include "agent/chat_stream.h"
#include "agent/exchange.h"
#include "agent/http_status.h"
#include "agent/job_record.h"
#include "agent/redis_pass.h"
#include "agent/registry.h"
#include "agent/replay.h"
#include "agent/routes.h"
#include "agent/service.h"
#include "base/json_writer.h"
#include "base/memory.h"
#include "base/text.h"
#include "base/units.h"
#include "io/loop.h"
#include "io/redis.h"
#include "io/server.h"

enum {
    RETRY_AFTER_S = 1,
    NUMBER_SIZE = 32,
};

static const uint64_t claim_slack_ns = 30 * NS_PER_S;

/* A chat of a client that waits: answered by the model, or put into the queue.
 *
 *   claiming (with an Idempotency-Key) ──► chatting ──► recording ──► answered
 *   submitting ──► accepted
 *
 * Of a stream nothing is new but that words and calls are told while it chats.
 */
struct turn {
    struct exchange *exchange; /* the one that owns this */
    struct job job;
    struct chat *chat;          /* while the model is asked */
    uint64_t ticket;            /* of Redis, while it is asked */
    struct redis_pass pass;     /* of the record */
    struct chat_stream *stream; /* NULL: the answer comes in one piece */
    uint64_t patience_ns;       /* of the client; UINT64_MAX when it does not say */
    bool is_counted;            /* among the service's chats in flight */
    bool has_ended;             /* how is known, and counted */
    bool has_claimed;           /* the key; to be given back when there is no answer */
    struct buffer body;         /* of the answer, while the chat is recorded */
    struct chat_result ended;   /* of the chat; its texts are gone */
};

static void on_claimed(void *owner, const struct redis_result *result);
static void on_text(void *owner, struct slice text);
static void on_calls(void *owner, struct slice calls);
static void on_chat(void *owner, const struct chat_result *result);
static void on_recorded(void *owner, const struct redis_result *result);
static void on_submitted(void *owner, const struct redis_result *result);

static struct registry *registry_of(const struct exchange *exchange) {
    return exchange->service->agent->registry;
}

static void stop_counting(struct turn *turn) {
    struct service *service = turn->exchange->service;
    if (!turn->is_counted) return;
    turn->is_counted = false;
    service->sync_count--;
    registry_set(
        service->agent->registry, FAMILY_ACTIVE, NULL, NULL, service->sync_count);
}

static void free_turn(void *data) {
    struct turn *turn = data;
    struct service *service = turn->exchange->service;
    /* Work that is still going on means that nobody waits for it any more. */
    bool is_working = turn->chat || turn->ticket;
    if (is_working && !turn->has_ended) chat_count_end(turn->exchange, "cancelled");
    chat_free(turn->chat);
    if (turn->ticket) redis_cancel(service->agent->redis, turn->ticket);
    redis_pass_end(&turn->pass, service->agent, NULL);
    if (turn->has_claimed) job_queue_release(&service->queue, &turn->job);
    stop_counting(turn);
    chat_stream_free(turn->stream);
    job_clear(&turn->job);
    buffer_clear(&turn->body);
    free(turn);
}

static struct turn *begin(struct exchange *exchange, struct chat_request *request) {
    struct turn *turn = memory_new(sizeof *turn);
    struct job *job = &turn->job;
    turn->exchange = exchange;
    job->request = *request;
    job->submitted_ms = loop_wall_ms();
    job->cache =
        cache_wish_read(server_request_header(exchange->request, "Cache-Control"));
    memcpy(job->id, exchange->job_id, sizeof job->id);
    memcpy(job->request_id, exchange->id, sizeof job->request_id);
    text_copy_cut(job->version, sizeof job->version, exchange->service->agent->version);
    chat_request_hash_user(slice_of(job->request.user_id), job->user_hash);
    buffer_init(&turn->body, CHAT_BODY_MAX);
    exchange->data = turn;
    exchange->free_data = free_turn;
    return turn;
}

static uint64_t at_most(const struct turn *turn, uint64_t limit_ns) {
    return turn->patience_ns < limit_ns ? turn->patience_ns : limit_ns;
}

static uint64_t time_for_chat(const struct turn *turn) {
    return at_most(turn, turn->exchange->service->options.chat_timeout_ns);
}

static uint64_t time_for_job(const struct turn *turn) {
    return at_most(turn, turn->exchange->service->options.job_timeout_ns);
}

static void start_chat(struct turn *turn) {
    struct service *service = turn->exchange->service;
    struct agent *agent = service->agent;
    struct chat_question question = {
        .user_id = turn->job.request.user_id,
        .message =
            {.data = turn->job.request.message,
             .length = turn->job.request.message_length},
        .context = &turn->job.request.context,
        .cache = turn->job.cache,
        .on_text = turn->stream ? on_text : NULL,
        .on_calls = turn->stream ? on_calls : NULL,
        .deadline_ns = loop_now_ns(agent->loop) + time_for_chat(turn)};
    turn->is_counted = true;
    service->sync_count++;
    registry_set(agent->registry, FAMILY_ACTIVE, NULL, NULL, service->sync_count);
    turn->chat = chat_start(agent, &question, on_chat, turn);
}

static void submit(struct turn *turn) {
    struct service *service = turn->exchange->service;
    if (!agent_has_redis(service->agent)) {
        chat_refuse(
            turn->exchange, &(struct exchange_problem){
                                .status = STATUS_UNAVAILABLE,
                                .code = "queue_unavailable",
                                .message = "jobs are not taken while Redis is away",
                                .retry_after_s = RETRY_AFTER_S});
        return;
    }
    turn->ticket = job_queue_submit(
        &service->queue, &turn->job, time_for_job(turn) / NS_PER_MS, on_submitted,
        turn);
}

/* Without Redis nobody knows what was asked before: the answer is worth more than the
 * promise, and says that there was none. */
static void start_unpromised(struct turn *turn) {
    server_add_header(turn->exchange->request, "X-Agent-Idempotency", "ignored");
    start_chat(turn);
}

static void claim(struct turn *turn) {
    struct service *service = turn->exchange->service;
    if (!agent_has_redis(service->agent)) {
        start_unpromised(turn);
        return;
    }
    uint64_t kept_ns = time_for_chat(turn) + claim_slack_ns;
    turn->has_claimed = true;
    turn->ticket = job_queue_claim(
        &service->queue, &turn->job, kept_ns / NS_PER_MS, on_claimed, turn);
}

static bool wants_to_wait(const struct exchange *exchange) {
    const char *prefer = server_request_header(exchange->request, "Prefer");
    return !prefer || !strcasestr(prefer, "respond-async");
}

/* The request, understood; NULL when it is not, and has been answered. */
static struct turn *read_turn(struct exchange *exchange) {
    struct chat_request request;
    struct error err = {0};
    if (!chat_request_read(&request, server_request_body(exchange->request), &err)) {
        chat_reject(exchange, &err);
        return NULL;
    }
    struct turn *turn = begin(exchange, &request);
    const char *timeout = server_request_header(exchange->request, "X-Request-Timeout");
    bool is_good = chat_request_timeout(timeout, UINT64_MAX, &turn->patience_ns, &err);
    if (is_good) return turn;
    chat_reject(exchange, &err);
    return NULL;
}

void route_chat(struct exchange *exchange) {
    struct turn *turn = read_turn(exchange);
    if (!turn) return;
    const char *key = server_request_header(exchange->request, "Idempotency-Key");
    struct slice body = server_request_body(exchange->request);
    struct error err = {0};
    if (!idempotency_read(&turn->job.idempotency, key, body, &err)) {
        chat_reject(exchange, &err);
        return;
    }
    struct exchange_problem problem;
    struct admission_ask ask = {
        .user_hash = turn->job.user_hash,
        .waits = wants_to_wait(exchange),
        .can_queue = true,
        .limit_ns = time_for_job(turn)};
    switch (admission_judge(exchange->service, &ask, &problem)) {
    case ADMISSION_REFUSED: chat_refuse(exchange, &problem); break;
    case ADMISSION_QUEUE: submit(turn); break;
    case ADMISSION_NOW:
        if (key) {
            claim(turn);
        } else {
            start_chat(turn);
        }
        break;
    }
}

void route_chat_stream(struct exchange *exchange) {
    struct turn *turn = read_turn(exchange);
    if (!turn) return;
    struct exchange_problem problem;
    struct admission_ask ask = {.user_hash = turn->job.user_hash, .waits = true};
    if (admission_judge(exchange->service, &ask, &problem) != ADMISSION_NOW) {
        chat_refuse(exchange, &problem);
        return;
    }
    turn->stream = chat_stream_new(exchange, exchange->service->options.ping_ns);
    /* What was said piece by piece is not said again. */
    bool has_key = server_request_header(exchange->request, "Idempotency-Key") != NULL;
    if (has_key) {
        start_unpromised(turn);
    } else {
        start_chat(turn);
    }
}

static void on_text(void *owner, struct slice text) {
    struct turn *turn = owner;
    chat_stream_text(turn->stream, text);
}

static void on_calls(void *owner, struct slice calls) {
    struct turn *turn = owner;
    chat_stream_calls(turn->stream, calls);
}

static void answer(struct turn *turn) {
    struct exchange *exchange = turn->exchange;
    /* The exchange frees the turn, whose body it is about to send. */
    struct buffer body = turn->body;
    buffer_init(&turn->body, CHAT_BODY_MAX);
    json_log_write(
        &exchange->service->agent->log, LOG_INFO, exchange->id,
        "chat %s in %.0f ms, job %s, user %s", outcome_name(turn->ended.outcome),
        exchange_age_s(exchange) * 1000, turn->job.id, turn->job.user_hash);
    bool has_failed = outcome_failed(turn->ended.outcome);
    if (turn->stream && (!has_failed || chat_stream_has_begun(turn->stream))) {
        chat_stream_end(turn->stream, has_failed, buffer_slice(&body));
        exchange_end_stream(exchange);
    } else {
        chat_headers_add(exchange->request, &turn->ended, turn->job.id);
        exchange_answer(
            exchange, outcome_status(turn->ended.outcome), ANSWER_JSON, &body);
    }
    buffer_clear(&body);
}

static void write_failure(struct turn *turn, const struct chat_result *result) {
    struct exchange *exchange = turn->exchange;
    chat_body_write_failure(result, exchange->id, &turn->body);
    agent_note_error(
        exchange->service->agent, outcome_name(result->outcome), exchange->route,
        exchange->id, result->message);
}

static void on_chat(void *owner, const struct chat_result *result) {
    struct turn *turn = owner;
    struct exchange *exchange = turn->exchange;
    struct service *service = exchange->service;
    turn->chat = NULL;
    turn->has_ended = true;
    turn->ended = *result;
    stop_counting(turn);
    bool has_failed = outcome_failed(result->outcome);
    chat_count_end(exchange, has_failed ? "error" : "success");
    if (has_failed) {
        write_failure(turn, result);
    } else {
        chat_body_write(result, turn->job.id, service->agent->version, &turn->body);
    }
    turn->job.taken_ms = loop_wall_ms();
    job_record_keep(service->agent, &turn->job, result, "sync");
    if (redis_pass_begin(&turn->pass, service->agent)) {
        turn->ticket =
            job_queue_record(&service->queue, &turn->job, result, on_recorded, turn);
    } else {
        answer(turn);
    }
}

/* Kept or not: the user has waited for the answer, not for the record of it. */
static void on_recorded(void *owner, const struct redis_result *result) {
    struct turn *turn = owner;
    struct service *service = turn->exchange->service;
    turn->ticket = 0;
    redis_pass_end(&turn->pass, service->agent, result);
    bool is_kept = result->reply && result->reply->kind != REDIS_ERROR;
    turn->has_claimed = turn->has_claimed && !is_kept;
    if (is_kept) redis_refusal_end(&service->not_recorded);
    if (!is_kept) {
        uint64_t now_ns = loop_now_ns(service->agent->loop);
        redis_refusal_note(&service->not_recorded, result->reply, now_ns);
        json_log_write(
            &service->agent->log, LOG_WARN, turn->exchange->id, "chat not recorded: %s",
            result->reply ? "Redis refused" : result->error.message);
    }
    answer(turn);
}

static void accept(struct turn *turn) {
    struct exchange *exchange = turn->exchange;
    redis_refusal_end(&exchange->service->not_taken);
    registry_count(registry_of(exchange), FAMILY_QUEUE_ENQUEUED, NULL, NULL, 1);
    chat_count_end(exchange, "accepted");
    json_log_write(
        &exchange->service->agent->log, LOG_INFO, exchange->id,
        "chat accepted as job %s, user %s", turn->job.id, turn->job.user_hash);
    struct accepted accepted = {
        .job_id = slice_of(turn->job.id),
        .status = slice_of("queued"),
        .version = slice_of(exchange->service->agent->version)};
    accepted_answer(exchange, &accepted);
}

/* The script's reply: a list whose first item says what became of the job. */
static bool says(const struct redis_reply *reply, const char *word) {
    return reply && reply->kind == REDIS_LIST && reply->count > 0 &&
           slice_equals(reply->items[0].string, word);
}

static void on_claimed(void *owner, const struct redis_result *result) {
    struct turn *turn = owner;
    turn->ticket = 0;
    if (replay_promised(turn->exchange, result->reply, true)) return;
    if (says(result->reply, "new")) {
        start_chat(turn);
    } else {
        start_unpromised(turn);
    }
}

static void on_submitted(void *owner, const struct redis_result *result) {
    struct turn *turn = owner;
    turn->ticket = 0;
    struct service *service = turn->exchange->service;
    bool waits = wants_to_wait(turn->exchange);
    redis_refusal_note(
        &service->not_taken, result->reply, loop_now_ns(service->agent->loop));
    if (replay_promised(turn->exchange, result->reply, waits)) return;
    if (says(result->reply, "queued")) {
        accept(turn);
    } else if (says(result->reply, "full")) {
        registry_count(registry_of(turn->exchange), FAMILY_SHED, "queue_full", NULL, 1);
        chat_refuse(
            turn->exchange, &(struct exchange_problem){
                                .status = STATUS_UNAVAILABLE,
                                .code = "queue_full",
                                .message = "too many jobs are waiting",
                                .retry_after_s = RETRY_AFTER_S});
    } else {
        chat_refuse(
            turn->exchange, &(struct exchange_problem){
                                .status = STATUS_UNAVAILABLE,
                                .code = "queue_unavailable",
                                .message = "the queue did not take the job",
                                .retry_after_s = RETRY_AFTER_S});
    }
}
