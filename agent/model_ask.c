/* SPDX-License-Identifier: MIT */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent/chance.h"
#include "agent/http_status.h"
#include "agent/model_client.h"
#include "agent/model_failure.h"
#include "agent/model_guard.h"
#include "agent/model_state.h"
#include "base/memory.h"
#include "base/safe_text.h"
#include "base/units.h"
#include "io/loop.h"

enum { COUNT_SIZE = 16 };

/* Between the last event of a stream and the end of the reply. */
static const uint64_t end_limit_ns = NS_PER_S;

struct model_ask {
    struct model_client *client;
    struct model_ask *next, *previous;
    struct http_call *call;   /* while an attempt is out */
    struct loop_timer *timer; /* between attempts, or until a whole reply must end */
    struct buffer body;
    uint64_t started_ns, deadline_ns;
    struct guard_pass pass; /* of the attempt that is out */
    uint32_t failures;
    enum outcome outcome; /* of the last attempt */
    char message[ERROR_MESSAGE_SIZE];
    uint64_t retry_after_ns;
    /* When the answer is streamed: */
    struct model_stream *stream; /* NULL when it is not */
    struct buffer arrived;       /* bytes that were not read yet */
    struct loop_timer *pump;     /* until they are read */
    struct model_times times;
    bool passed_on; /* the owner has some of it: no way back */
    bool *freed;    /* while the owner is given text: it may free the ask */
    model_text_fn on_text;
    model_result_fn on_result;
    void *owner;
};

static void on_turn(void *owner, uint64_t now_ns);
static void on_bytes(void *owner, struct slice bytes);
static void on_arrived(void *owner, uint64_t now_ns);
static void on_end_missed(void *owner, uint64_t now_ns);
static void on_reply(void *owner, const struct http_reply *reply);

static void write_question(struct model_ask *ask, const struct model_question *asked) {
    struct model_client *client = ask->client;
    struct model_question question = *asked;
    struct error err = {0};
    question.model = client->model;
    question.stream = ask->stream != NULL;
    buffer_init(&ask->body, MODEL_QUESTION_MAX);
    if (client->wire->write(&question, &ask->body, &err)) return;
    buffer_clear(&ask->body);
    safe_text_copy(ask->message, sizeof ask->message, slice_of(err.message));
}

struct model_ask *model_client_ask(
    struct model_client *client, const struct model_ask_options *options) {
    struct model_ask *ask = memory_new(sizeof *ask);
    ask->client = client;
    ask->started_ns = loop_now_ns(client->loop);
    ask->deadline_ns = options->deadline_ns;
    ask->on_text = options->on_text;
    ask->on_result = options->on_result;
    ask->owner = options->owner;
    buffer_init(&ask->arrived, MODEL_ANSWER_MAX);
    if (ask->on_text) {
        ask->stream = memory_new(sizeof *ask->stream);
        model_stream_init(ask->stream, client->wire->stream);
    }
    write_question(ask, options->question);
    ask->next = client->asks;
    if (ask->next) ask->next->previous = ask;
    client->asks = ask;
    ask->timer = loop_soon(client->loop, on_turn, ask);
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
    if (ask->freed) *ask->freed = true;
    loop_timer_free(ask->timer);
    loop_timer_free(ask->pump);
    if (ask->call) http_call_free(ask->call);
    model_guard_on_end(ask->client->guard, &ask->pass, NULL);
    if (ask->stream) model_stream_clear(ask->stream);
    free(ask->stream);
    buffer_clear(&ask->arrived);
    buffer_clear(&ask->body);
    free(ask);
}

/* Tells the owner and ends the ask. */
static void tell(struct model_ask *ask, struct model_result *result) {
    result->outcome = ask->outcome;
    result->message = ask->message;
    result->retry_after_ns = ask->retry_after_ns;
    ask->on_result(ask->owner, result);
    model_ask_free(ask);
}

/* The model was asked, and that is counted. */
static void finish(struct model_ask *ask, struct model_result *result) {
    struct model_client *client = ask->client;
    const struct model_account *account = &client->account;
    uint64_t took_ns = loop_now_ns(client->loop) - ask->started_ns;
    model_client_note(client, ask->outcome, ask->message);
    registry_count(
        account->registry, FAMILY_MODEL_REQUESTS, client->model,
        outcome_name(ask->outcome), 1);
    registry_observe(
        account->registry, FAMILY_MODEL_DURATION, client->model, NULL,
        (double)took_ns / (double)NS_PER_S);
    tell(ask, result);
}

/* No attempt is made; what an earlier one met is better known than why. */
static void give_up(struct model_ask *ask, enum outcome outcome, const char *message) {
    if (ask->failures > 0) {
        finish(ask, &(struct model_result){0});
        return;
    }
    ask->outcome = outcome;
    if (message) snprintf(ask->message, sizeof ask->message, "%s", message);
    tell(ask, &(struct model_result){0});
}

static void begin_stream(struct model_ask *ask, uint64_t now_ns) {
    if (!ask->stream) return;
    model_stream_clear(ask->stream);
    model_stream_init(ask->stream, ask->client->wire->stream);
    buffer_reset(&ask->arrived);
    ask->times = (struct model_times){.asked_ns = now_ns};
}

static void attempt(struct model_ask *ask) {
    struct model_client *client = ask->client;
    char url[MODEL_URL_SIZE];
    snprintf(url, sizeof url, "%s%s", client->url, client->wire->path);
    char count[COUNT_SIZE];
    snprintf(count, sizeof count, "%" PRIu32, ask->failures);
    struct http_header headers[MODEL_HEADERS_MAX];
    size_t header_count = model_client_headers(client, headers);
    headers[header_count++] = (struct http_header){"x-stainless-retry-count", count};
    struct http_request request = {
        .method = "POST",
        .url = url,
        .headers = headers,
        .header_count = header_count,
        .body = buffer_slice(&ask->body),
        .timeout_ns = ask->pass.given_ns,
        .body_max_bytes = MODEL_ANSWER_MAX,
        .on_bytes = ask->stream ? on_bytes : NULL,
        .bytes_owner = ask};
    begin_stream(ask, loop_clock_ns());
    ask->call = http_start(client->http, &request, on_reply, ask);
}

static void attempt_if_allowed(struct model_ask *ask, uint64_t left_ns) {
    struct model_client *client = ask->client;
    struct guard_verdict verdict = model_guard_ask(client->guard, left_ns, &ask->pass);
    if (verdict.answer == GUARD_GO) {
        ask->pass.given_ns =
            left_ns < client->timeout_ns ? left_ns : client->timeout_ns;
        attempt(ask);
    } else if (verdict.answer == GUARD_WAIT) {
        ask->timer = loop_after(client->loop, verdict.wait_ns, on_turn, ask);
    } else {
        ask->retry_after_ns = verdict.wait_ns;
        give_up(ask, verdict.outcome, verdict.message);
    }
}

static void on_turn(void *owner, uint64_t now_ns) {
    struct model_ask *ask = owner;
    ask->timer = NULL;
    if (ask->body.length == 0) {
        give_up(ask, OUTCOME_TOOL_LIMIT, NULL);
    } else if (now_ns >= ask->deadline_ns) {
        give_up(ask, OUTCOME_TIMEOUT, "no time left to ask the model");
    } else {
        attempt_if_allowed(ask, ask->deadline_ns - now_ns);
    }
}

static void end_attempt(struct model_ask *ask, unsigned status) {
    struct guard_end end = {
        .outcome = ask->outcome,
        .status = status,
        .retry_after_ns = ask->retry_after_ns,
        .message = ask->message};
    model_guard_on_end(ask->client->guard, &ask->pass, &end);
}

/* The failure is the one that the owner hears of if no attempt follows. */
static void fail(struct model_ask *ask, const struct model_failure *failure) {
    struct model_client *client = ask->client;
    ask->failures++;
    ask->outcome = failure->outcome;
    ask->retry_after_ns = failure->retry_after_ns;
    memcpy(ask->message, failure->message, sizeof ask->message);
    end_attempt(ask, failure->retry.status);
    uint64_t wait_ns = 0;
    bool is_worth_it =
        !ask->passed_on &&
        retry_again(&client->retry, &failure->retry, ask->failures, chance(), &wait_ns);
    bool is_in_time = loop_now_ns(client->loop) + wait_ns < ask->deadline_ns;
    if (!is_worth_it || !is_in_time || !model_guard_retries(client->guard)) {
        finish(ask, &(struct model_result){0});
        return;
    }
    registry_count(
        client->account.registry, FAMILY_RETRIES, client->model,
        outcome_name(ask->outcome), 1);
    ask->timer = loop_after(client->loop, wait_ns, on_turn, ask);
}

static void fail_with_reply(struct model_ask *ask, const struct http_reply *reply) {
    struct model_failure failure;
    model_failure_of_reply(&failure, reply, loop_wall_ms());
    fail(ask, &failure);
}

static void fail_with_nonsense(struct model_ask *ask, const struct error *why) {
    struct model_failure failure;
    model_failure_of_nonsense(&failure, why);
    fail(ask, &failure);
}

static void fail_with_stream(struct model_ask *ask, const struct error *why) {
    if (!ask->stream->failed) {
        fail_with_nonsense(ask, why);
        return;
    }
    struct model_failure failure;
    model_failure_of_complaint(&failure, &ask->stream->complaint);
    fail(ask, &failure);
}

static void succeed(struct model_ask *ask, struct model_answer *answer) {
    const struct model_account *account = &ask->client->account;
    struct model_result result = {.answer = answer};
    ask->outcome = OUTCOME_SUCCESS;
    ask->message[0] = '\0';
    ask->retry_after_ns = 0;
    end_attempt(ask, STATUS_OK);
    result.cost_known = model_account_answer(account, answer, &result.cost_usd);
    if (ask->stream) model_account_times(account, &ask->times, &answer->usage);
    finish(ask, &result);
    model_answer_clear(answer);
}

static void conclude_stream(struct model_ask *ask) {
    struct model_answer answer;
    struct error err = {0};
    if (model_stream_answer(ask->stream, &answer, &err)) {
        succeed(ask, &answer);
    } else {
        fail_with_nonsense(ask, &err);
    }
}

/* Inside the HTTP client, where nothing of it may be called: the bytes wait for the
 * next turn of the loop, and what comes until then is given to the owner together. */
static void on_bytes(void *owner, struct slice bytes) {
    struct model_ask *ask = owner;
    buffer_add(&ask->arrived, bytes.data, bytes.length);
    if (!ask->pump) ask->pump = loop_soon(ask->client->loop, on_arrived, ask);
}

static bool read_arrived(struct model_ask *ask, struct error *err) {
    struct model_times *times = &ask->times;
    size_t length = ask->arrived.length;
    bool is_good = model_stream_take(ask->stream, buffer_slice(&ask->arrived), err);
    buffer_reset(&ask->arrived);
    if (!ask->stream->begun || length == 0) return is_good;
    times->last_ns = loop_clock_ns();
    if (times->first_ns == 0) times->first_ns = times->last_ns;
    return is_good;
}

/* Gives the owner what is new. False when the ask was freed meanwhile. */
static bool pass_on(struct model_ask *ask) {
    struct buffer *words = &ask->stream->words;
    bool freed = false;
    if (words->length == 0) return true;
    ask->passed_on = true;
    ask->freed = &freed;
    ask->on_text(ask->owner, buffer_slice(words));
    if (freed) return false;
    ask->freed = NULL;
    buffer_reset(words);
    return true;
}

static void on_arrived(void *owner, uint64_t now_ns) {
    struct model_ask *ask = owner;
    ask->pump = NULL;
    (void)now_ns;
    struct error err = {0};
    bool is_good = read_arrived(ask, &err);
    if (!pass_on(ask)) return;
    if (!is_good) {
        http_call_free(ask->call);
        ask->call = NULL;
        fail_with_stream(ask, &err);
    } else if (ask->stream->ended && !ask->timer) {
        ask->timer = loop_after(ask->client->loop, end_limit_ns, on_end_missed, ask);
    }
}

/* The answer is whole; a server that does not end its reply is not waited for. */
static void on_end_missed(void *owner, uint64_t now_ns) {
    struct model_ask *ask = owner;
    ask->timer = NULL;
    (void)now_ns;
    http_call_free(ask->call);
    ask->call = NULL;
    conclude_stream(ask);
}

/* An answer that came at once; to whoever listens it is one long piece. */
static void on_whole_answer(struct model_ask *ask, const struct http_reply *reply) {
    struct model_answer answer;
    struct error err = {0};
    if (!ask->client->wire->read(&answer, reply->body, &err)) {
        fail_with_nonsense(ask, &err);
        return;
    }
    if (ask->stream) {
        buffer_add(&ask->stream->words, answer.text.data, answer.text.length);
        if (!pass_on(ask)) {
            model_answer_clear(&answer);
            return;
        }
    }
    succeed(ask, &answer);
}

/* Some servers do not know how to stream, and answer at once. */
static bool is_whole_answer(
    const struct model_ask *ask, const struct http_reply *reply) {
    const char *type = http_reply_header(reply, "content-type");
    return !ask->stream ||
           (type && slice_starts_with(slice_of(type), "application/json"));
}

static void on_stream_end(struct model_ask *ask, const struct http_reply *reply) {
    struct error err = {0};
    bool is_whole = reply->error.code == ERROR_NONE;
    bool is_good = read_arrived(ask, &err);
    if (is_good && is_whole) is_good = model_stream_rest(ask->stream, &err);
    if (!pass_on(ask)) return;
    if (!is_good) {
        fail_with_stream(ask, &err);
    } else if (!is_whole && !ask->stream->ended) {
        fail_with_reply(ask, reply);
    } else {
        conclude_stream(ask);
    }
}

static void on_reply(void *owner, const struct http_reply *reply) {
    struct model_ask *ask = owner;
    ask->call = NULL;
    loop_timer_free(ask->timer);
    loop_timer_free(ask->pump);
    ask->timer = NULL;
    ask->pump = NULL;
    bool comes_at_once = is_whole_answer(ask, reply);
    bool is_broken = comes_at_once && reply->error.code != ERROR_NONE;
    if (reply->status != STATUS_OK || is_broken) {
        fail_with_reply(ask, reply);
        return;
    }
    model_account_limits(&ask->client->account, reply);
    if (comes_at_once) {
        on_whole_answer(ask, reply);
    } else {
        on_stream_end(ask, reply);
    }
}
