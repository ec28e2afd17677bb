/* SPDX-License-Identifier: MIT */
#include "io/http_curl.h"

#include <stdlib.h>

#include <curl/curl.h>

#include "base/memory.h"
#include "base/panic.h"
#include "base/units.h"
#include "io/http_answer.h"
#include "io/http_options.h"
#include "io/http_sockets.h"
#include "io/loop.h"

enum {
    CONNECTIONS_MAX = 256, /* kept for the next call */
    SPARES_MAX = 8,        /* curl handles kept for the next call */
};

struct http_curl_call {
    struct http_curl *http; /* borrowed */
    http_done_fn on_done;
    void *owner;
    CURL *curl;
    uint64_t started_ns;
    bool ending;  /* its callback runs */
    bool spoiled; /* curl may have left something in its handle */
    struct http_options options;
    struct http_answer answer;
};

struct http_curl {
    struct loop *loop; /* borrowed */
    CURLM *multi;
    struct loop_timer *timer; /* when curl wants to be called */
    struct http_sockets *sockets;
    CURL *spares[SPARES_MAX];
    uint32_t spare_count;
    bool working; /* its callbacks may be on the stack */
    bool freed;   /* while they were */
};

static void on_ready(void *owner, int descriptor, int events);
static int on_curl_timer(CURLM *multi, long delay_ms, void *owner);

struct http_curl *http_curl_new(struct loop *loop) {
    struct http_curl *http = memory_new(sizeof *http);
    http->loop = loop;
    /* curl counts: the last curl_global_cleanup() undoes the first of these. */
    ensure(curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK);
    http->multi = curl_multi_init();
    if (!http->multi) panic("out of memory starting curl");
    http->sockets = http_sockets_new(loop, http->multi, on_ready, http);
    curl_multi_setopt(http->multi, CURLMOPT_TIMERFUNCTION, on_curl_timer);
    curl_multi_setopt(http->multi, CURLMOPT_TIMERDATA, http);
    curl_multi_setopt(http->multi, CURLMOPT_MAXCONNECTS, (long)CONNECTIONS_MAX);
    return http;
}

static CURL *take_handle(struct http_curl *http) {
    if (http->spare_count > 0) return http->spares[--http->spare_count];
    CURL *curl = curl_easy_init();
    if (!curl) panic("out of memory starting a request");
    return curl;
}

/* A call that ended badly or too early is not worth its handle:
 * after a name that did not resolve, a reset one still
 * holds a buffer, and refuses to be given another size. */
static void give_handle_back(struct http_curl_call *call) {
    struct http_curl *http = call->http;
    if (http->freed || call->spoiled || http->spare_count == SPARES_MAX) {
        curl_easy_cleanup(call->curl);
        return;
    }
    curl_easy_reset(call->curl);
    http->spares[http->spare_count++] = call->curl;
}

static void destroy_call(struct http_curl_call *call) {
    give_handle_back(call);
    http_options_clear(&call->options);
    http_answer_clear(&call->answer);
    free(call);
}

void http_curl_call_free(struct http_curl_call *call) {
    if (!call || call->ending) return;
    call->spoiled = true;
    curl_multi_remove_handle(call->http->multi, call->curl);
    destroy_call(call);
}

static void destroy(struct http_curl *http) {
    loop_timer_free(http->timer);
    http->timer = NULL;
    while (http->spare_count > 0) curl_easy_cleanup(http->spares[--http->spare_count]);
    http_sockets_stop(http->sockets);
    curl_multi_cleanup(http->multi);
    http_sockets_destroy(http->sockets);
    curl_global_cleanup();
    free(http);
}

void http_curl_free(struct http_curl *http) {
    if (!http) return;
    http->freed = true;
    if (!http->working) destroy(http);
}

static void finish(struct http_curl_call *call, CURLcode result) {
    struct http_header headers[HTTP_HEADERS_MAX];
    struct http_reply reply = {.started_ns = call->started_ns};
    http_answer_reply(&call->answer, call->curl, (int)result, headers, &reply);
    call->spoiled = result != CURLE_OK;
    curl_multi_remove_handle(call->http->multi, call->curl);
    call->ending = true;
    call->on_done(call->owner, &reply);
    destroy_call(call);
}

/* Work begins and ends here; http_curl_free() in between waits for the end. */
static void enter(struct http_curl *http) {
    ensure(!http->working);
    http->working = true;
}

static void leave(struct http_curl *http) {
    http->working = false;
    if (http->freed) destroy(http);
}

static void drive(struct http_curl *http, curl_socket_t descriptor, int ready) {
    enter(http);
    int running = 0;
    curl_multi_socket_action(http->multi, descriptor, ready, &running);
    int left = 0;
    const CURLMsg *message = NULL;
    while (!http->freed && (message = curl_multi_info_read(http->multi, &left))) {
        if (message->msg != CURLMSG_DONE) continue;
        CURLcode result = message->data.result;
        char *call = NULL;
        curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &call);
        finish((struct http_curl_call *)(void *)call, result);
    }
    leave(http);
}

static void on_time(void *owner, uint64_t now_ns) {
    struct http_curl *http = owner;
    http->timer = NULL;
    (void)now_ns;
    drive(http, CURL_SOCKET_TIMEOUT, 0);
}

static int on_curl_timer(CURLM *multi, long delay_ms, void *owner) {
    struct http_curl *http = owner;
    (void)multi;
    loop_timer_free(http->timer);
    http->timer = NULL;
    if (delay_ms < 0 || http->freed) return 0;
    /* Not from within its own work, which could then go round without a turn. */
    bool at_once = delay_ms == 0 && !http->working;
    uint64_t delay_ns = (uint64_t)delay_ms * NS_PER_MS;
    http->timer = at_once ? loop_soon(http->loop, on_time, http)
                          : loop_after(http->loop, delay_ns, on_time, http);
    return 0;
}

static void on_ready(void *owner, int descriptor, int events) {
    drive(owner, descriptor, events);
}

/* How it begins */

static bool prepare(
    struct http_curl_call *call, const struct http_request *request,
    struct error *err) {
    call->answer.peer = call->options.peer;
    http_answer_init(&call->answer, call->curl, request);
    curl_easy_setopt(call->curl, CURLOPT_PRIVATE, call);
    http_sockets_serve(call->http->sockets, call->curl);
    return http_options_apply(&call->options, call->curl, request, err);
}

struct http_curl_call *http_curl_start(
    struct http_curl *http, const struct http_request *request, http_done_fn on_done,
    void *owner, struct error *err) {
    struct http_curl_call *call = memory_new(sizeof *call);
    call->http = http;
    call->started_ns = loop_clock_ns();
    call->curl = take_handle(http);
    call->on_done = on_done;
    call->owner = owner;
    if (!prepare(call, request, err)) {
        destroy_call(call);
        return NULL;
    }
    ensure(curl_multi_add_handle(http->multi, call->curl) == CURLM_OK);
    return call;
}
