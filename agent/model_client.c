/* SPDX-License-Identifier: MIT */
#include "agent/model_client.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent/declare.h"
#include "agent/http_status.h"
#include "agent/model_guard.h"
#include "agent/model_state.h"
#include "base/memory.h"
#include "base/text.h"
#include "base/units.h"
#include "io/loop.h"

enum { KEY_SIZE = 8192 };

static const uint64_t attempt_timeout_ns = 30 * NS_PER_S;
static const uint64_t check_timeout_ns = 5 * NS_PER_S;
static const uint64_t check_well_ns = 60 * NS_PER_S;
static const uint64_t check_unwell_ns = 2 * NS_PER_S;

static void check(void *owner, uint64_t now_ns);
static void on_checked(void *owner, const struct http_reply *reply);

/* Servers want the header even where there is nobody to tell a key. */
static char *make_key(const struct wire *wire, const char *api_key) {
    struct buffer key;
    buffer_init(&key, KEY_SIZE);
    buffer_addf(&key, "%s%s", wire->key_prefix, api_key ? api_key : "none");
    char *copy = memory_copy_string(buffer_string(&key));
    buffer_clear(&key);
    return copy;
}

struct model_client *model_client_new(
    struct loop *loop, const struct model_client_options *options, struct error *err) {
    size_t length = strlen(options->url);
    while (length > 0 && options->url[length - 1] == '/') length--;
    bool is_url = strncmp(options->url, "http://", 7) == 0 ||
                  strncmp(options->url, "https://", 8) == 0;
    if (!is_url ||
        length + sizeof "/v1/models/" + strlen(options->model) > MODEL_URL_SIZE) {
        error_set(err, ERROR_USAGE, "the model's URL must be http:// or https://");
        return NULL;
    }
    struct model_client *client = memory_new(sizeof *client);
    client->loop = loop;
    client->http = http_new(loop, HTTP_MAY_ACT);
    client->url = memory_copy_bytes(options->url, length);
    client->wire = wire_of(options->wire);
    client->key = make_key(client->wire, options->api_key);
    client->model = memory_copy_string(options->model);
    client->version = memory_copy_string(options->version);
    client->prices = *options->prices;
    client->timeout_ns = options->timeout_ns ? options->timeout_ns : attempt_timeout_ns;
    client->retry = options->retry;
    client->guard = options->guard;
    client->account = (struct model_account){
        .registry = options->registry,
        .prices = &client->prices,
        .model = client->model};
    declare_price(options->registry, client->model, model_client_is_priced(client));
    client->check_timer = loop_after(loop, 0, check, client);
    return client;
}

void model_client_free(struct model_client *client) {
    if (!client) return;
    while (client->asks) model_ask_free(client->asks);
    loop_timer_free(client->check_timer);
    if (client->check) http_call_free(client->check);
    http_free(client->http);
    free(client->url);
    free(client->key);
    free(client->model);
    free(client->version);
    free(client);
}

const char *model_client_model(const struct model_client *client) {
    return client->model;
}

bool model_client_is_priced(const struct model_client *client) {
    return prices_find(&client->prices, client->model) != NULL;
}

static bool is_well(const struct model_client *client) {
    return model_health_usable(&client->health) && !model_guard_bars(client->guard);
}

bool model_client_usable(const struct model_client *client, const char **why) {
    *why = client->health.why;
    return is_well(client);
}

size_t model_client_headers(
    const struct model_client *client, struct http_header headers[MODEL_HEADERS_MAX]) {
    const struct wire *wire = client->wire;
    size_t count = 0;
    headers[count++] = (struct http_header){"content-type", "application/json"};
    headers[count++] = (struct http_header){"x-agent-version", client->version};
    headers[count++] = (struct http_header){wire->key_header, client->key};
    if (wire->version_header) {
        headers[count++] = (struct http_header){wire->version_header, wire->version};
    }
    return count;
}

/* What the model is called costs nothing to ask. */
static void check(void *owner, uint64_t now_ns) {
    struct model_client *client = owner;
    client->check_timer = NULL;
    (void)now_ns;
    char url[MODEL_URL_SIZE];
    snprintf(url, sizeof url, "%s/v1/models/%s", client->url, client->model);
    struct http_header headers[MODEL_HEADERS_MAX];
    struct http_request request = {
        .url = url,
        .headers = headers,
        .header_count = model_client_headers(client, headers),
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
    /* A server without this route is no less of a model;
     * one that refuses the key is. */
    bool is_good =
        reply->error.code == ERROR_NONE && reply->status < STATUS_SERVER_ERROR &&
        reply->status != STATUS_UNAUTHORIZED && reply->status != STATUS_FORBIDDEN;
    uint64_t now_ns = loop_now_ns(client->loop);
    /* Somebody who answers everything but the questions is no better than before. */
    if (is_good && client->health.check_failed) model_guard_on_hint(client->guard);
    model_health_on_check(&client->health, is_good ? NULL : why, now_ns);
    client->check_timer = loop_after(
        client->loop, is_well(client) ? check_well_ns : check_unwell_ns, check, client);
}

void model_client_note(
    struct model_client *client, enum outcome outcome, const char *message) {
    model_health_on_call(&client->health, outcome, message, loop_now_ns(client->loop));
    /* Who was well would not be asked for a minute;
     * amid failing calls asking is no use. */
    if (is_well(client) || !client->check_timer) return;
    loop_timer_free(client->check_timer);
    client->check_timer = loop_after(client->loop, check_unwell_ns, check, client);
}
