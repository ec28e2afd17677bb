/* SPDX-License-Identifier: MIT */
#include "io/http.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/panic.h"
#include "io/http_curl.h"
#include "io/http_gate.h"
#include "io/http_plain.h"
#include "io/http_wire.h"
#include "io/loop.h"

enum { CALLS_MAX = 8192 }; /* under way at once */

struct http_call {
    struct http *http;              /* borrowed */
    struct http_call *next, **link; /* calls of http; what points here */
    http_done_fn on_done;
    void *owner;
    uint64_t started_ns;
    bool ending;                   /* its callback runs */
    struct http_plain_call *plain; /* one of these, */
    struct http_curl_call *curl;
    struct loop_timer *refusal; /* or its callback is due */
    struct error reason;        /* because of this */
};

struct http {
    struct loop *loop; /* borrowed */
    enum http_authority authority;
    struct http_plain *plain;
    struct http_curl *curl; /* NULL until something needs it */
    struct http_call *calls;
    uint32_t call_count;
};

struct http *http_new(struct loop *loop, enum http_authority authority) {
    struct http *http = memory_new(sizeof *http);
    http->loop = loop;
    http->authority = authority;
    http->plain = http_plain_new(loop);
    return http;
}

/* Takes a call off the list; its callback can still be made. */
static void detach(struct http_call *call) {
    *call->link = call->next;
    if (call->next) call->next->link = call->link;
    call->http->call_count--;
}

void http_call_free(struct http_call *call) {
    if (!call || call->ending) return;
    detach(call);
    loop_timer_free(call->refusal);
    http_plain_call_free(call->plain);
    http_curl_call_free(call->curl);
    free(call);
}

void http_free(struct http *http) {
    if (!http) return;
    for (struct http_call *call = http->calls, *next = NULL; call; call = next) {
        next = call->next;
        http_call_free(call);
    }
    http_plain_free(http->plain);
    http_curl_free(http->curl);
    free(http);
}

/* The only place that calls back; `http` may be gone afterwards. */
static void on_reply(void *owner, const struct http_reply *reply) {
    struct http_call *call = owner;
    detach(call);
    call->ending = true;
    call->on_done(call->owner, reply);
    free(call);
}

static void on_refusal(void *owner, uint64_t now_ns) {
    struct http_call *call = owner;
    (void)now_ns;
    call->refusal = NULL;
    const struct http_reply reply = {
        .error = call->reason, .started_ns = call->started_ns, .body = slice_of("")};
    on_reply(call, &reply);
}

static struct http_call *call_new(
    struct http *http, http_done_fn on_done, void *owner) {
    struct http_call *call = memory_new(sizeof *call);
    call->http = http;
    call->on_done = on_done;
    call->owner = owner;
    call->started_ns = loop_clock_ns();
    call->next = http->calls;
    if (call->next) call->next->link = &call->next;
    call->link = &http->calls;
    http->calls = call;
    http->call_count++;
    return call;
}

static bool send_out(struct http_call *call, const struct http_request *request) {
    struct http *http = call->http;
    if (http->call_count > CALLS_MAX) {
        return error_set(&call->reason, ERROR_LIMIT, "too many requests under way");
    }
    if (!http_gate_lets_out(http->authority, request, &call->reason)) return false;
    struct http_wire wire;
    if (http_wire_read(request, &wire)) {
        call->plain = http_plain_start(http->plain, request, &wire, on_reply, call);
        return true;
    }
    if (!http->curl) http->curl = http_curl_new(http->loop);
    call->curl = http_curl_start(http->curl, request, on_reply, call, &call->reason);
    return call->curl != NULL;
}

struct http_call *http_start(
    struct http *http, const struct http_request *request, http_done_fn on_done,
    void *owner) {
    struct http_call *call = call_new(http, on_done, owner);
    if (!send_out(call, request)) {
        call->refusal = loop_after(http->loop, 0, on_refusal, call);
    }
    return call;
}

const char *http_reply_header(const struct http_reply *reply, const char *name) {
    for (size_t i = 0; i < reply->header_count; i++) {
        if (strcmp(reply->headers[i].name, name) == 0) return reply->headers[i].value;
    }
    return NULL;
}
