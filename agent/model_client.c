/* SPDX-License-Identifier: MIT */
#include "agent/model_client.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent/model_health.h"
#include "base/memory.h"
#include "base/safe_text.h"
#include "base/text.h"
#include "base/units.h"
#include "core/retry.h"
#include "io/http.h"
#include "io/loop.h"

enum {
    URL_SIZE = 1024,
    HEADERS_MAX = 6,
    ANSWER_BYTES_MAX = 4 * 1024 * 1024,
    STATUS_OK = 200,
    STATUS_UNAUTHORIZED = 401,
    STATUS_FORBIDDEN = 403,
    STATUS_TIMEOUT = 408,
    STATUS_TOO_MANY = 429,
    STATUS_UNAVAILABLE = 503,
    STATUS_GATEWAY_TIMEOUT = 504,
    STATUS_OVERLOADED = 529,
};

static const uint64_t attempt_timeout_ns = 30 * NS_PER_S;
static const uint64_t check_timeout_ns = 5 * NS_PER_S;
static const uint64_t check_well_ns = 60 * NS_PER_S;
static const uint64_t check_unwell_ns = 2 * NS_PER_S;

struct model_client {
    struct loop *loop;         /* borrowed */
    struct registry *registry; /* borrowed */
    struct http *http;
    char *url, *api_key, *model, *version;
    struct prices prices;
    uint64_t timeout_ns;
    struct retry_policy retry;
    struct model_health health;
    struct http_call *check;        /* while one is out */
    struct loop_timer *check_timer; /* until the next one */
    struct model_ask *asks;         /* ask.next */
};

struct model_ask {
    struct model_client *client;
    struct model_ask *next, *previous;
    struct http_call *call;   /* while an attempt is out */
    struct loop_timer *timer; /* between attempts */
    char *body;
    size_t body_length;
    uint64_t started_ns, deadline_ns;
    uint32_t failures;
    enum outcome outcome; /* of the last attempt */
    char message[ERROR_MESSAGE_SIZE];
    uint64_t retry_after_ns;
    model_result_fn on_result;
    void *owner;
};

static void attempt(struct model_ask *ask);
static void on_reply(void *owner, const struct http_reply *reply);
static void check(void *owner, uint64_t now_ns);
static void on_checked(void *owner, const struct http_reply *reply);

struct model_client *model_client_new(
    struct loop *loop, const struct model_client_options *options, struct error *err) {
    size_t length = strlen(options->url);
    while (length > 0 && options->url[length - 1] == '/') length--;
    bool is_url = strncmp(options->url, "http://", 7) == 0 ||
                  strncmp(options->url, "https://", 8) == 0;
    if (!is_url || length + sizeof "/v1/models/" + strlen(options->model) > URL_SIZE) {
        error_set(err, ERROR_USAGE, "the model's URL must be http:// or https://");
        return NULL;
    }
    struct model_client *client = memory_new(sizeof *client);
    client->loop = loop;
    client->registry = options->registry;
    client->http = http_new(loop, HTTP_MAY_ACT);
    client->url = memory_copy_bytes(options->url, length);
    client->api_key = memory_copy_string(options->api_key ? options->api_key : "none");
    client->model = memory_copy_string(options->model);
    client->version = memory_copy_string(options->version);
    client->prices = *options->prices;
    client->timeout_ns = options->timeout_ns ? options->timeout_ns : attempt_timeout_ns;
    client->retry = retry_policy_default();
    bool is_priced = prices_find(&client->prices, client->model) != NULL;
    registry_set(
        client->registry, FAMILY_PRICE_KNOWN, client->model, NULL, is_priced ? 1 : 0);
    client->check_timer = loop_after(loop, 0, check, client);
    return client;
}

void model_client_free(struct model_client *client) {
    if (!client) return;
    for (struct model_ask *ask = client->asks, *next = NULL; ask; ask = next) {
        next = ask->next;
        model_ask_free(ask);
    }
    loop_timer_free(client->check_timer);
    if (client->check) http_call_free(client->check);
    http_free(client->http);
    free(client->url);
    free(client->api_key);
    free(client->model);
    free(client->version);
    free(client);
}

const char *model_client_model(const struct model_client *client) {
    return client->model;
}

bool model_client_usable(const struct model_client *client, const char **why) {
    *why = client->health.why;
    return model_health_usable(&client->health);
}

/* The headers of every request; a few more fit behind them. */
static size_t fill_headers(
    const struct model_client *client, struct http_header headers[HEADERS_MAX]) {
    headers[0] = (struct http_header){"content-type", "application/json"};
    headers[1] = (struct http_header){"x-api-key", client->api_key};
    headers[2] = (struct http_header){"anthropic-version", "2023-06-01"};
    headers[3] = (struct http_header){"x-agent-version", client->version};
    return 4;
}

/* What the model is called costs nothing to ask. */
static void check(void *owner, uint64_t now_ns) {
    struct model_client *client = owner;
    client->check_timer = NULL;
    (void)now_ns;
    char url[URL_SIZE];
    snprintf(url, sizeof url, "%s/v1/models/%s", client->url, client->model);
    struct http_header headers[HEADERS_MAX];
    struct http_request request = {
        .url = url,
        .headers = headers,
        .header_count = fill_headers(client, headers),
        .timeout_ns = check_timeout_ns};
    client->check = http_start(client->http, &request, on_checked, client);
}

static void on_checked(void *owner, const struct http_reply *reply) {
    struct model_client *client = owner;
    client->check = NULL;
    char why[ERROR_MESSAGE_SIZE];
    snprintf(why, sizeof why, "%s", reply->error.message);
    if (reply->error.code == ERROR_NONE) {
        snprintf(why, sizeof why, "the model's check answered %u", reply->status);
    }
    /* A server without this route is no less of a model; one that refuses the key is. */
    bool is_good = reply->error.code == ERROR_NONE && reply->status < 500 &&
                   reply->status != STATUS_UNAUTHORIZED &&
                   reply->status != STATUS_FORBIDDEN;
    uint64_t now_ns = loop_now_ns(client->loop);
    model_health_on_check(&client->health, is_good ? NULL : why, now_ns);
    bool is_well = model_health_usable(&client->health);
    client->check_timer = loop_after(
        client->loop, is_well ? check_well_ns : check_unwell_ns, check, client);
}

static void on_turn(void *owner, uint64_t now_ns) {
    struct model_ask *ask = owner;
    ask->timer = NULL;
    (void)now_ns;
    attempt(ask);
}

struct model_ask *model_client_ask(
    struct model_client *client, struct slice body, uint64_t deadline_ns,
    model_result_fn on_result, void *owner) {
    struct model_ask *ask = memory_new(sizeof *ask);
    ask->client = client;
    ask->body = memory_copy_bytes(body.data, body.length);
    ask->body_length = body.length;
    ask->started_ns = loop_now_ns(client->loop);
    ask->deadline_ns = deadline_ns;
    ask->on_result = on_result;
    ask->owner = owner;
    ask->next = client->asks;
    if (ask->next) ask->next->previous = ask;
    client->asks = ask;
    ask->timer = loop_after(client->loop, 0, on_turn, ask);
    return ask;
}

void model_ask_free(struct model_ask *ask) {
    if (!ask) return;
    if (ask->next) ask->next->previous = ask->previous;
    if (ask->previous) {
        ask->previous->next = ask->next;
    } else {
        ask->client->asks = ask->next;
    }
    loop_timer_free(ask->timer);
    if (ask->call) http_call_free(ask->call);
    free(ask->body);
    free(ask);
}

/* Who was well would not be asked for a minute; amid failing calls asking is no use. */
static void put_off_check(struct model_client *client) {
    if (model_health_usable(&client->health) || !client->check_timer) return;
    loop_timer_free(client->check_timer);
    client->check_timer = loop_after(client->loop, check_unwell_ns, check, client);
}

/* Tells the owner and ends the ask. */
static void finish(struct model_ask *ask, struct model_result *result) {
    struct model_client *client = ask->client;
    uint64_t now_ns = loop_now_ns(client->loop);
    result->outcome = ask->outcome;
    result->message = ask->message;
    result->retry_after_ns = ask->retry_after_ns;
    model_health_on_call(&client->health, ask->outcome, ask->message, now_ns);
    put_off_check(client);
    registry_count(
        client->registry, FAMILY_MODEL_REQUESTS, client->model,
        outcome_name(ask->outcome), 1);
    registry_observe(
        client->registry, FAMILY_MODEL_DURATION, client->model, NULL,
        (double)(now_ns - ask->started_ns) / (double)NS_PER_S);
    ask->on_result(ask->owner, result);
    model_ask_free(ask);
}

static void attempt(struct model_ask *ask) {
    struct model_client *client = ask->client;
    uint64_t now_ns = loop_now_ns(client->loop);
    if (now_ns >= ask->deadline_ns) {
        ask->outcome = OUTCOME_TIMEOUT;
        snprintf(ask->message, sizeof ask->message, "no time left to ask the model");
        finish(ask, &(struct model_result){0});
        return;
    }
    uint64_t left_ns = ask->deadline_ns - now_ns;
    char url[URL_SIZE];
    snprintf(url, sizeof url, "%s/v1/messages", client->url);
    char count[16];
    snprintf(count, sizeof count, "%" PRIu32, ask->failures);
    struct http_header headers[HEADERS_MAX];
    size_t header_count = fill_headers(client, headers);
    headers[header_count++] = (struct http_header){"x-stainless-retry-count", count};
    struct http_request request = {
        .method = "POST",
        .url = url,
        .headers = headers,
        .header_count = header_count,
        .body = {.data = ask->body, .length = ask->body_length},
        .timeout_ns = left_ns < client->timeout_ns ? left_ns : client->timeout_ns,
        .body_max_bytes = ANSWER_BYTES_MAX};
    ask->call = http_start(client->http, &request, on_reply, ask);
}

static enum outcome outcome_of_error(enum error_code code) {
    if (code == ERROR_TIMEOUT) return OUTCOME_TIMEOUT;
    if (code == ERROR_LIMIT || code == ERROR_PROTOCOL) return OUTCOME_MODEL_PROTOCOL;
    return OUTCOME_UNREACHABLE;
}

static enum outcome outcome_of_status(unsigned status) {
    switch (status) {
    case STATUS_UNAUTHORIZED:
    case STATUS_FORBIDDEN: return OUTCOME_MODEL_AUTH;
    case STATUS_TIMEOUT:
    case STATUS_GATEWAY_TIMEOUT: return OUTCOME_TIMEOUT;
    case STATUS_TOO_MANY: return OUTCOME_RATE_LIMITED;
    case STATUS_UNAVAILABLE:
    case STATUS_OVERLOADED: return OUTCOME_OVERLOADED;
    default: return OUTCOME_MODEL_ERROR;
    }
}

/* Makes the attempt's failure the one that the owner hears of if no other follows. */
static struct retry_failure note_failure(
    struct model_ask *ask, const struct http_reply *reply) {
    struct retry_failure failure = {.wall_ms = loop_wall_ms()};
    struct text message = TEXT_IN(ask->message);
    ask->failures++;
    ask->retry_after_ns = 0;
    if (reply->error.code != ERROR_NONE) {
        ask->outcome = outcome_of_error(reply->error.code);
        safe_text_add(&message, slice_of(reply->error.message));
        return failure;
    }
    struct model_complaint complaint;
    model_complaint_read(&complaint, reply->body);
    ask->outcome = outcome_of_status(reply->status);
    text_addf(&message, "the model answered %u: ", reply->status);
    safe_text_add(&message, slice_of(complaint.message));
    failure.status = reply->status;
    failure.should_retry = http_reply_header(reply, "x-should-retry");
    failure.retry_after_ms = http_reply_header(reply, "retry-after-ms");
    failure.retry_after = http_reply_header(reply, "retry-after");
    (void)retry_asked_ns(&failure, &ask->retry_after_ns);
    failure.final = complaint.spend_limit && ask->retry_after_ns == 0;
    return failure;
}

static double chance(void) {
    uint32_t bits = 0;
    loop_random(&bits, sizeof bits);
    return (double)bits / (double)UINT32_MAX;
}

static void fail(struct model_ask *ask, const struct http_reply *reply) {
    struct model_client *client = ask->client;
    struct retry_failure failure = note_failure(ask, reply);
    uint64_t wait_ns = 0;
    bool is_worth_it =
        retry_again(&client->retry, &failure, ask->failures, chance(), &wait_ns);
    if (!is_worth_it || loop_now_ns(client->loop) + wait_ns >= ask->deadline_ns) {
        finish(ask, &(struct model_result){0});
        return;
    }
    registry_count(
        client->registry, FAMILY_RETRIES, client->model, outcome_name(ask->outcome), 1);
    ask->timer = loop_after(client->loop, wait_ns, on_turn, ask);
}

static void count_tokens(
    struct model_client *client, const char *type, uint64_t count) {
    registry_count(client->registry, FAMILY_TOKENS, client->model, type, (double)count);
}

static void count_answer(
    struct model_client *client, const struct model_answer *answer,
    struct model_result *result) {
    const struct usage *usage = &answer->usage;
    count_tokens(client, "input", usage->input);
    count_tokens(client, "output", usage->output);
    count_tokens(client, "cache_read", usage->cache_read);
    count_tokens(client, "cache_write", usage->cache_write);
    count_tokens(client, "thinking", usage->thinking);
    registry_count(
        client->registry, FAMILY_STOPS, client->model, model_stop_name(answer->stop),
        1);
    const struct price *price = prices_find(&client->prices, client->model);
    if (!price) return;
    result->cost_known = true;
    result->cost_usd = price_of_usage(price, usage);
    registry_count(
        client->registry, FAMILY_COST, client->model, NULL, result->cost_usd);
}

/* The rate limit's headroom is an operator's earliest warning. */
static void note_limits(struct model_client *client, const struct http_reply *reply) {
    static const char *const kinds[] = {
        "requests", "tokens", "input-tokens", "output-tokens"};
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        char name[64];
        uint64_t value = 0;
        snprintf(name, sizeof name, "anthropic-ratelimit-%s-remaining", kinds[i]);
        const char *remaining = http_reply_header(reply, name);
        if (remaining && slice_u64(slice_of(remaining), &value)) {
            registry_set(
                client->registry, FAMILY_LIMIT_REMAINING, kinds[i], NULL,
                (double)value);
        }
        snprintf(name, sizeof name, "anthropic-ratelimit-%s-limit", kinds[i]);
        const char *limit = http_reply_header(reply, name);
        if (limit && slice_u64(slice_of(limit), &value)) {
            registry_set(client->registry, FAMILY_LIMIT, kinds[i], NULL, (double)value);
        }
    }
}

static void on_reply(void *owner, const struct http_reply *reply) {
    struct model_ask *ask = owner;
    ask->call = NULL;
    if (reply->error.code != ERROR_NONE || reply->status != STATUS_OK) {
        fail(ask, reply);
        return;
    }
    note_limits(ask->client, reply);
    struct model_result result = {0};
    struct model_answer answer;
    struct error err = {0};
    if (!model_answer_read(&answer, reply->body, &err)) {
        /* It was billed: asking again would be, too. */
        ask->outcome = OUTCOME_MODEL_PROTOCOL;
        safe_text_copy(ask->message, sizeof ask->message, slice_of(err.message));
        finish(ask, &result);
        return;
    }
    ask->outcome = OUTCOME_SUCCESS;
    ask->message[0] = '\0';
    result.answer = &answer;
    count_answer(ask->client, &answer, &result);
    finish(ask, &result);
    model_answer_clear(&answer);
}
