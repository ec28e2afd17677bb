/* Asks the model over HTTP: one layer of retries, within a deadline, counted. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "agent/messages.h"
#include "agent/outcome.h"
#include "agent/prices.h"
#include "agent/registry.h"

struct loop;
struct model_client;
struct model_ask;

struct model_client_options {
    const char *url;     /* of the server, without /v1/… */
    const char *api_key; /* NULL for none */
    const char *model;
    const char *version;         /* of this agent */
    const struct prices *prices; /* copied */
    uint64_t timeout_ns;         /* of one attempt; 0 for 30 s */
    struct registry *registry;   /* borrowed */
};

/* Starts with a check of the model, and checks it again every minute, every five seconds
 * while it is not usable. NULL when the URL cannot be one. */
struct model_client *model_client_new(
    struct loop *loop, const struct model_client_options *options, struct error *err);
/* Ends every call silently. */
void model_client_free(struct model_client *client);

const char *model_client_model(const struct model_client *client);

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

/* `body` is copied. `on_result` runs exactly once unless the ask is freed first, never
 * inside this function, and not much later than `deadline_ns`. */
struct model_ask *model_client_ask(
    struct model_client *client, struct slice body, uint64_t deadline_ns,
    model_result_fn on_result, void *owner);
/* Cancels; not needed after the callback. */
void model_ask_free(struct model_ask *ask);
