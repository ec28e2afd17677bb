/* SPDX-License-Identifier: MIT */
#include "agent/search.h"

#include <stdlib.h>

#include "agent/agent.h"
#include "agent/articles.h"
#include "agent/http_status.h"
#include "agent/search_endpoint.h"
#include "agent/tool_call.h"
#include "base/memory.h"
#include "base/units.h"
#include "io/http.h"
#include "io/loop.h"

/* The tool's own limit comes first: it tells the model what it was. */
static const uint64_t timeout_ns = (TOOL_TIMEOUT_S + 1) * NS_PER_S;
static const uint64_t blamed_after_ns = (TOOL_TIMEOUT_S - 1) * NS_PER_S;

struct search {
    struct search_endpoint endpoint;
    struct http *http;
};

/* A question that is out. */
struct search_ask {
    struct search *search;   /* borrowed */
    struct tool_call *call;  /* borrowed */
    struct slice query;      /* borrowed from the call's input */
    struct http_call *asked; /* NULL once it has ended */
    struct circuit *circuit; /* borrowed */
    struct breaker_call pass;
};

static void on_reply(void *owner, const struct http_reply *reply);

struct search *search_new(
    struct loop *loop, const char *url, const char *hosts, struct error *err) {
    struct search_endpoint endpoint;
    if (!search_endpoint_init(&endpoint, url, hosts, err)) return NULL;
    struct search *search = memory_new(sizeof *search);
    search->endpoint = endpoint;
    search->http = http_new(loop, HTTP_READ_ONLY);
    return search;
}

void search_free(struct search *search) {
    if (!search) return;
    http_free(search->http);
    free(search);
}

/* Nobody waits any more: a service that had all the time of a tool is to blame. */
static void free_ask(void *work) {
    struct search_ask *ask = work;
    if (ask->asked) {
        uint64_t taken_ns = loop_clock_ns() - ask->pass.started_ns;
        bool is_late = taken_ns >= blamed_after_ns;
        circuit_on_end(
            ask->circuit, &ask->pass, is_late ? BREAKER_FAILURE : BREAKER_NEUTRAL,
            "no answer in time");
        http_call_free(ask->asked);
    }
    free(ask);
}

static void ask_service(
    struct search *search, struct tool_call *call, struct slice query) {
    char url[HTTP_URL_SIZE];
    if (!search_endpoint_url(&search->endpoint, query, url)) {
        text_add(tool_call_output(call), "error: the query is too long");
        tool_call_end(call, TOOL_FAILED);
        return;
    }
    struct circuit *circuit = &tool_call_agent(call)->circuits[CIRCUIT_SEARCH];
    struct breaker_call pass;
    if (!circuit_allows(circuit, &pass)) {
        text_add(
            tool_call_output(call),
            "error: the search service fails, and is not asked for a while");
        tool_call_end(call, TOOL_FAILED);
        return;
    }
    struct http_header headers[] = {{"accept", "application/json"}};
    struct http_request request = {
        .url = url,
        .headers = headers,
        .header_count = 1,
        .timeout_ns = timeout_ns,
        .body_max_bytes = SEARCH_BODY_MAX};
    struct search_ask *ask = memory_new(sizeof *ask);
    *ask = (struct search_ask){
        .search = search,
        .call = call,
        .query = query,
        .circuit = circuit,
        .pass = pass};
    tool_call_set_work(call, ask, free_ask);
    ask->asked = http_start(search->http, &request, on_reply, ask);
}

void search_start(struct tool_call *call, const struct node *input) {
    struct search *search = tool_call_agent(call)->search;
    struct text *output = tool_call_output(call);
    const struct node *given = node_get(input, "query");
    struct slice query = {.data = "", .length = 0};
    if (given && given->kind == NODE_STRING) query = slice_trim(given->string);
    if (query.length == 0 || query.length > SEARCH_QUERY_MAX) {
        text_addf(
            output, "error: search_web needs a string named query of 1 to %d bytes",
            SEARCH_QUERY_MAX);
        tool_call_end(call, TOOL_FAILED);
    } else if (search) {
        ask_service(search, call, query);
    } else {
        articles_search(query, output);
        tool_call_end(call, TOOL_OK);
    }
}

static enum tool_status read_reply(
    const struct search_ask *ask, const struct http_reply *reply, struct text *output) {
    if (reply->error.code != ERROR_NONE) {
        text_addf(
            output, "error: the search service did not answer: %s",
            reply->error.message);
        return TOOL_FAILED;
    }
    /* A redirect is not followed: it may lead to anybody. */
    if (reply->status != STATUS_OK) {
        text_addf(output, "error: the search service answered %u", reply->status);
        return TOOL_FAILED;
    }
    if (search_endpoint_read(&ask->search->endpoint, ask->query, reply->body, output)) {
        return TOOL_OK;
    }
    text_reset(output);
    text_add(output, "error: the search service's answer makes no sense");
    return TOOL_FAILED;
}

/* A question that it does not like, or a redirect, says nothing of its health. */
static enum breaker_end end_of(
    const struct http_reply *reply, enum tool_status status) {
    if (status == TOOL_OK) return BREAKER_SUCCESS;
    bool is_unwell = reply->error.code != ERROR_NONE || reply->status == STATUS_OK ||
                     reply->status >= STATUS_SERVER_ERROR;
    return is_unwell ? BREAKER_FAILURE : BREAKER_NEUTRAL;
}

static void on_reply(void *owner, const struct http_reply *reply) {
    struct search_ask *ask = owner;
    struct tool_call *call = ask->call;
    struct text *output = tool_call_output(call);
    ask->asked = NULL;
    enum tool_status status = read_reply(ask, reply, output);
    circuit_on_end(ask->circuit, &ask->pass, end_of(reply, status), output->data);
    free_ask(ask);
    tool_call_end(call, status);
}
