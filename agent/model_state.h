/* What the model client and its asks share:
 * for model_client.c and model_ask.c alone. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "agent/model_account.h"
#include "agent/model_health.h"
#include "agent/prices.h"
#include "agent/wire.h"
#include "core/retry.h"
#include "io/http.h"

enum { MODEL_URL_SIZE = 1024, MODEL_HEADERS_MAX = 6 };

struct loop;
struct loop_timer;
struct model_ask;
struct model_guard;

struct model_client {
    struct loop *loop; /* borrowed */
    struct http *http;
    const struct wire *wire;
    char *url, *model, *version;
    char *key; /* as its header has it */
    struct prices prices;
    struct model_account account;
    uint64_t timeout_ns;
    struct retry_policy retry;
    struct model_health health;
    struct model_guard *guard;      /* borrowed */
    struct http_call *check;        /* while one is out */
    struct loop_timer *check_timer; /* until the next one */
    struct model_ask *asks;         /* ask.next */
};

/* The headers of every request; a few more fit behind them. */
size_t model_client_headers(
    const struct model_client *client, struct http_header headers[MODEL_HEADERS_MAX]);

/* A call ended: so much is known of the model's health, and when to check it next. */
void model_client_note(
    struct model_client *client, enum outcome outcome, const char *message);
