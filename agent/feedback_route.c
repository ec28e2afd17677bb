/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <stdlib.h>

#include "agent/agent.h"
#include "agent/answer.h"
#include "agent/exchange.h"
#include "agent/feedback_request.h"
#include "agent/http_status.h"
#include "agent/registry.h"
#include "agent/routes.h"
#include "agent/service.h"
#include "agent/storage.h"
#include "base/json_writer.h"
#include "base/memory.h"
#include "base/text.h"
#include "base/units.h"
#include "io/loop.h"
#include "io/redis.h"
#include "io/server.h"

enum {
    BODY_MAX = 4096,
    KEY_SIZE = JOB_ID_SIZE + 8,
    RETRY_AFTER_S = 1,
};

static const uint64_t timeout_ns = NS_PER_S / 2;

/* A rating on its way.
 *
 *   looking for the job's version in Redis ──► rating, with it or without ──► answered
 */
struct feedback {
    struct agent *agent; /* borrowed */
    struct storage_rating rating;
    uint64_t ticket; /* of Redis, while it is asked */
    struct storage_ask *ask;
};

static void on_version(void *owner, const struct redis_result *result);
static void on_rated(void *owner, const struct storage_answer *answer);

static void free_feedback(void *data) {
    struct feedback *feedback = data;
    if (feedback->ticket) redis_cancel(feedback->agent->redis, feedback->ticket);
    storage_ask_free(feedback->ask);
    free(feedback);
}

static void refuse(
    struct exchange *exchange, unsigned status, const char *code, const char *message) {
    exchange_refuse(
        exchange,
        &(struct exchange_problem){
            .status = status,
            .code = code,
            .message = message,
            .retry_after_s = status == STATUS_UNAVAILABLE ? RETRY_AFTER_S : 0});
}

static void refuse_unavailable(struct exchange *exchange) {
    refuse(
        exchange, STATUS_UNAVAILABLE, "feedback_unavailable",
        "ratings are not taken without a store that works");
}

static void refuse_unknown(struct exchange *exchange) {
    refuse(
        exchange, STATUS_NOT_FOUND, "job_not_found",
        "there is no such job, or it ended long ago");
}

static void rate(struct exchange *exchange) {
    struct feedback *feedback = exchange->data;
    feedback->ask =
        storage_rate(feedback->agent->store, &feedback->rating, on_rated, exchange);
    if (!feedback->ask) refuse_unavailable(exchange);
}

static void look_for_version(struct exchange *exchange) {
    struct feedback *feedback = exchange->data;
    if (!agent_has_redis(feedback->agent)) {
        rate(exchange);
        return;
    }
    char key[KEY_SIZE];
    struct text text = TEXT_IN(key);
    text_addf(&text, "job:%s", feedback->rating.id);
    feedback->ticket = redis_ask(
        feedback->agent->redis, timeout_ns, on_version, exchange, "HGET", key,
        "version", NULL);
}

void route_feedback(struct exchange *exchange) {
    struct agent *agent = exchange->service->agent;
    struct storage_rating rating;
    struct error err = {0};
    if (!feedback_request_read(&rating, server_request_body(exchange->request), &err)) {
        refuse(
            exchange, err.code == ERROR_LIMIT ? STATUS_TOO_LARGE : STATUS_BAD_REQUEST,
            "invalid_request", err.message);
    } else if (!agent->store) {
        refuse_unavailable(exchange);
    } else if (!job_id_valid(rating.id)) {
        refuse_unknown(exchange);
    } else {
        struct feedback *feedback = memory_new(sizeof *feedback);
        feedback->agent = agent;
        feedback->rating = rating;
        feedback->rating.rated_ms = loop_wall_ms();
        exchange->data = feedback;
        exchange->free_data = free_feedback;
        look_for_version(exchange);
    }
}

/* A job that Redis has forgotten may still have its record. */
static void on_version(void *owner, const struct redis_result *result) {
    struct exchange *exchange = owner;
    struct feedback *feedback = exchange->data;
    feedback->ticket = 0;
    if (result->reply && result->reply->kind == REDIS_STRING) {
        struct text version = TEXT_IN(feedback->rating.version);
        text_add_slice(&version, result->reply->string);
    }
    rate(exchange);
}

static void count(struct agent *agent, const struct storage_answer *answer) {
    const struct storage_rating *rating = &answer->rating;
    char word[16];
    snprintf(word, sizeof word, "%u", rating->rating);
    registry_count(agent->registry, FAMILY_FEEDBACK, rating->version, word, 1);
    registry_count(
        agent->registry, FAMILY_FEEDBACK_SUM, rating->version, NULL, rating->rating);
    registry_count(
        agent->registry, FAMILY_FEEDBACK_REPLACED, rating->version, NULL,
        answer->rated == STORAGE_RATED_AGAIN ? 1 : 0);
}

static void on_rated(void *owner, const struct storage_answer *answer) {
    struct exchange *exchange = owner;
    struct feedback *feedback = exchange->data;
    feedback->ask = NULL;
    if (answer->error.code != ERROR_NONE) {
        refuse_unavailable(exchange);
        return;
    }
    if (answer->rated == STORAGE_RATED_NOTHING) {
        refuse_unknown(exchange);
        return;
    }
    count(feedback->agent, answer);
    struct buffer body;
    buffer_init(&body, BODY_MAX);
    struct json_writer json = json_writer_to(&body);
    json_object_begin(&json);
    json_field_string(&json, "job_id", answer->rating.id);
    json_field_string(&json, "version", answer->rating.version);
    json_field_uint(&json, "rating", answer->rating.rating);
    json_field_bool(&json, "replaced", answer->rated == STORAGE_RATED_AGAIN);
    json_object_end(&json);
    exchange_answer(exchange, STATUS_OK, ANSWER_JSON, &body);
    buffer_clear(&body);
}
