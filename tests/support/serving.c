/* SPDX-License-Identifier: MIT */
#include "support/serving.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/memory.h"
#include "io/server_stream.h"

enum { REPLY_MAX = 256 * 1024, ATTEMPTS_MAX = 50 };

static void answer(struct server_request *request) {
    struct buffer body;
    buffer_init(&body, 4096);
    struct slice got = server_request_body(request);
    buffer_addf(
        &body, "%s %s %.*s", server_request_method(request),
        server_request_path(request), (int)got.length, got.data);
    server_add_header(request, "X-Test", "yes");
    server_add_header(request, "X-Bad", "no\r\nX-Smuggled: 1");
    server_answer(request, 200, "text/plain", buffer_slice(&body));
    buffer_clear(&body);
}

static void on_request(void *owner, struct server_request *request) {
    struct serving *serving = owner;
    serving->seen_count++;
    switch (serving->behaviour) {
    case ANSWER_AT_ONCE: answer(request); break;
    case STREAM:
        server_add_header(request, "X-Test", "yes");
        server_stream_start(request, 200, "text/plain");
        serving->held[serving->held_count++] = request;
        break;
    case HOLD: serving->held[serving->held_count++] = request; break;
    case FREE_SERVER:
        server_free(serving->server);
        serving->server = NULL;
        break;
    }
}

static void on_gone(void *owner, struct server_request *request) {
    struct serving *serving = owner;
    serving->gone_count++;
    for (size_t i = 0; i < serving->held_count; i++) {
        if (serving->held[i] == request) serving->held[i] = NULL;
    }
}

static void on_starved(void *owner) {
    struct serving *serving = owner;
    serving->starved_count++;
}

void serving_answer_held(struct serving *serving) {
    for (size_t i = 0; i < serving->held_count; i++) {
        if (serving->held[i]) answer(serving->held[i]);
    }
    serving->held_count = 0;
}

int serving_start(void **state) {
    struct serving *serving = memory_new(sizeof *serving);
    serving->loop = loop_new();
    struct server_options options = {
        .address = "127.0.0.1",
        .body_max_bytes = SERVING_BODY_MAX,
        .complete_timeout_ns = SERVING_COMPLETE_NS,
        .idle_timeout_ns = SERVING_IDLE_NS,
        .answer_timeout_ns = SERVING_ANSWER_NS,
        .on_starved = on_starved,
    };
    struct error err;
    serving->server =
        server_new(serving->loop, &options, on_request, on_gone, serving, &err);
    *state = serving;
    return serving->server ? 0 : -1;
}

int serving_stop(void **state) {
    struct serving *serving = *state;
    server_free(serving->server);
    loop_free(serving->loop);
    free(serving);
    return 0;
}

size_t client_count(struct client *client, const char *words) {
    size_t found = 0;
    const char *at = buffer_string(&client->reply);
    while ((at = strstr(at, words))) {
        at += strlen(words);
        found++;
    }
    return found;
}

static void on_open(void *owner) {
    struct client *client = owner;
    if (client->words.length > 0) {
        assert_true(stream_write(client->stream, client->words));
    }
}

static void on_bytes(void *owner, struct slice bytes) {
    struct client *client = owner;
    buffer_add(&client->reply, bytes.data, bytes.length);
    if (client->wanted &&
        client_count(client, client->wanted) >= client->wanted_times) {
        loop_stop(client->loop);
    }
}

static void on_end(void *owner, const struct error *why) {
    struct client *client = owner;
    (void)why;
    client->ended = true;
    loop_stop(client->loop);
}

void client_start(
    struct client *client, const struct serving *serving, struct slice words) {
    static const struct stream_handlers handlers = {on_open, on_bytes, on_end};
    *client = (struct client){.loop = serving->loop, .words = words};
    buffer_init(&client->reply, REPLY_MAX);
    struct stream_options options = {
        .host = "127.0.0.1",
        .port = server_port(serving->server),
        .queue_max_bytes = SERVING_QUEUE_MAX,
    };
    client->stream = stream_connect(serving->loop, &options, &handlers, client);
}

void client_end(struct client *client) {
    loop_timer_free(client->drip);
    client->drip = NULL;
    stream_free(client->stream);
    client->stream = NULL;
    buffer_clear(&client->reply);
}

static void on_too_late(void *owner, uint64_t now_ns) {
    (void)owner;
    (void)now_ns;
    fail_msg("nothing came");
}

static void run(struct loop *loop) {
    struct loop_timer *watchdog =
        loop_after(loop, SERVING_PATIENCE_NS, on_too_late, NULL);
    loop_run(loop);
    loop_timer_free(watchdog);
}

void client_run_until(struct client *client, const char *wanted, size_t times) {
    client->wanted = wanted;
    client->wanted_times = times;
    while (!client->ended && client_count(client, wanted) < times) run(client->loop);
    assert_int_equal(client_count(client, wanted), times);
}

void client_run_until_end(struct client *client) {
    client->wanted = NULL;
    while (!client->ended) run(client->loop);
}

static void on_moment(void *owner, uint64_t now_ns) {
    (void)now_ns;
    loop_stop(owner);
}

void serving_run_until(struct serving *serving, const size_t *value, size_t least) {
    struct loop_timer *moments =
        loop_every(serving->loop, 2 * NS_PER_MS, on_moment, serving->loop);
    for (int i = 0; *value < least; i++) {
        assert_in_range(i, 0, 5000);
        loop_run(serving->loop);
    }
    loop_timer_free(moments);
}

void serving_run(struct serving *serving) {
    run(serving->loop);
}

/* A server that hangs up while it is still spoken to may take its answer along (RFC
 * 9112, 9.6): then it is asked again. */
void client_expect(
    struct serving *serving, struct slice words, const char *line, bool ends) {
    struct client client;
    client_start(&client, serving, words);
    for (int i = 0; ends && i < ATTEMPTS_MAX; i++) {
        client_run_until_end(&client);
        if (client.reply.length > 0) break;
        client_end(&client);
        client_start(&client, serving, words);
    }
    if (!ends) client_run_until(&client, "\r\n\r\n", 1);
    if (!strstr(buffer_string(&client.reply), line)) {
        fail_msg("no \"%s\" in: %s", line, buffer_string(&client.reply));
    }
    client_end(&client);
}
