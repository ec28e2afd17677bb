/* Asks the model over HTTP: one layer of retries, within a deadline, counted. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "agent/model_answer.h"
#include "agent/outcome.h"
#include "agent/prices.h"
#include "agent/registry.h"
#include "agent/wire.h"
#include "core/retry.h"

struct loop;
struct model_client;
struct model_ask;
struct model_guard;

struct model_client_options {
    enum wire_kind wire;
    const char *url;     /* of the server, without /v1/… */
    const char *api_key; /* NULL for none */
    const char *model;
    const char *version;         /* of this agent */
    const struct prices *prices; /* copied */
    uint64_t timeout_ns;         /* of one attempt; 0 for 30 s */
    struct retry_policy retry;
    struct registry *registry; /* borrowed, like the next one */
    struct model_guard *guard; /* has a say before each attempt */
};

/* Starts with a check of the model, and checks it again every minute, every two seconds
 * while it is not usable. NULL when the URL cannot be one. */
struct model_client *model_client_new(
    struct loop *loop, const struct model_client_options *options, struct error *err);
/* Ends every call silently. */
void model_client_free(struct model_client *client);

const char *model_client_model(const struct model_client *client);

/* Whether it is known what the model costs. */
bool model_client_is_priced(const struct model_client *client);

/* Whether it is worth asking; if not, `why` (never NULL) says what is wrong. */
bool model_client_usable(const struct model_client *client, const char **why);

struct model_result {
    enum outcome outcome;        /* OUTCOME_SUCCESS: there is an answer */
    const char *message;         /* what failed, safe for any screen; "" on success */
    struct model_answer *answer; /* borrowed for the callback; NULL on failure */
    bool cost_known;
    double cost_usd;
    uint64_t retry_after_ns; /* what the model asks for; 0 when it does not */
};

typedef void (*model_result_fn)(void *owner, const struct model_result *result);
/* Text of the answer as it comes, borrowed for the call; never after the result. */
typedef void (*model_text_fn)(void *owner, struct slice text);

struct model_ask_options {
    const struct model_question *question; /* model and stream: the client's to say */
    uint64_t deadline_ns;
    model_text_fn on_text; /* NULL: the answer comes at once */
    model_result_fn on_result;
    void *owner;
};

/* Copies the question. `on_result` runs exactly once unless the ask is freed first,
 * never inside this function, and not much later than the deadline. After the first
 * call of `on_text`, which may free the ask, a failure is not tried again. */
struct model_ask *model_client_ask(
    struct model_client *client, const struct model_ask_options *options);
/* Cancels; not needed after the callback. */
void model_ask_free(struct model_ask *ask);
