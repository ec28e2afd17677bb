/* SPDX-License-Identifier: MIT */
#include "support/test_client.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/panic.h"
#include "base/text.h"
#include "base/units.h"
#include "io/json.h"
#include "io/loop.h"

enum { WORDS_MAX = 32, BODY_MAX = 4 * 1024 * 1024 };

static const uint64_t patience_ns = 30 * NS_PER_S;
static const uint64_t until_ns = 20 * NS_PER_S;
static const uint64_t breath_ns = 10 * NS_PER_MS;

void test_client_init(struct test_client *client) {
    client->loop = loop_new();
    client->http = http_new(client->loop, HTTP_MAY_ACT);
}

void test_client_clear(struct test_client *client) {
    http_free(client->http);
    loop_free(client->loop);
}

static void keep_headers(struct test_reply *kept, const struct http_reply *reply) {
    for (size_t i = 0; i < reply->header_count && i < TEST_HEADERS_MAX; i++) {
        text_copy_cut(kept->headers[i][0], TEST_HEADER_SIZE, reply->headers[i].name);
        text_copy_cut(kept->headers[i][1], TEST_HEADER_SIZE, reply->headers[i].value);
        kept->header_count = i + 1;
    }
}

static void on_reply(void *owner, const struct http_reply *reply) {
    struct test_reply *kept = owner;
    struct error err = {0};
    kept->call = NULL;
    kept->done = true;
    kept->error = reply->error.code;
    kept->status = reply->status;
    kept->total_ns = reply->total_ns;
    buffer_add(&kept->body, reply->body.data, reply->body.length);
    if (reply->body.length > 0) {
        kept->json = json_parse(buffer_slice(&kept->body), &err);
    }
    keep_headers(kept, reply);
    loop_stop(kept->client->loop);
}

void test_client_start(
    struct test_client *client, const struct test_request *request,
    struct test_reply *reply) {
    size_t header_count = 0;
    while (request->headers && request->headers[header_count].name) header_count++;
    const char *method = request->method;
    if (!method) method = request->body ? "POST" : "GET";
    struct http_request http = {
        .method = method,
        .url = request->url,
        .headers = request->headers,
        .header_count = header_count,
        .body = slice_of(request->body ? request->body : ""),
        .timeout_ns = patience_ns,
        .body_max_bytes = BODY_MAX};
    *reply = (struct test_reply){.client = client};
    buffer_init(&reply->body, BODY_MAX);
    reply->call = http_start(client->http, &http, on_reply, reply);
}

void test_client_wait(struct test_client *client, struct test_reply *reply) {
    while (!reply->done) loop_run(client->loop);
}

void test_client_send(
    struct test_client *client, const struct test_request *request,
    struct test_reply *reply) {
    test_client_start(client, request, reply);
    test_client_wait(client, reply);
    if (reply->error != ERROR_NONE) {
        panic("%s: %s", request->url, error_code_name(reply->error));
    }
}

void test_client_get(
    struct test_client *client, const char *url, struct test_reply *reply) {
    test_client_send(client, &(struct test_request){.url = url}, reply);
}

void test_client_post(
    struct test_client *client, const char *url, const char *body,
    struct test_reply *reply) {
    test_client_send(client, &(struct test_request){.url = url, .body = body}, reply);
}

void test_reply_clear(struct test_reply *reply) {
    if (reply->call) http_call_free(reply->call);
    buffer_clear(&reply->body);
    document_free(reply->json);
    *reply = (struct test_reply){0};
}

const char *test_reply_header(const struct test_reply *reply, const char *name) {
    for (size_t i = 0; i < reply->header_count; i++) {
        if (strcmp(reply->headers[i][0], name) == 0) return reply->headers[i][1];
    }
    return NULL;
}

static const struct node *find(const struct test_reply *reply, const char *path) {
    const struct node *node = NULL;
    struct error err = {0};
    if (!reply->json) return NULL;
    ensure(node_find(document_root(reply->json), slice_of(path), &node, &err));
    return node;
}

const char *test_reply_text(const struct test_reply *reply, const char *path) {
    static char text[TEST_VALUE_SIZE];
    const struct node *node = find(reply, path);
    if (!node || !node_text(node, text, sizeof text)) return "";
    return text;
}

double test_reply_number(const struct test_reply *reply, const char *path) {
    double number = (double)NAN;
    const struct node *node = find(reply, path);
    if (node) node_as_number(node, &number);
    return number;
}

static void on_breath(void *owner, uint64_t now_ns) {
    (void)now_ns;
    loop_stop(owner);
}

void test_client_breathe(struct test_client *client) {
    (void)loop_after(client->loop, breath_ns, on_breath, client->loop);
    loop_run(client->loop);
}

static bool is_wanted(
    const struct test_reply *reply, const char *path, const char *value) {
    if (path[0] != '\0') return strcmp(test_reply_text(reply, path), value) == 0;
    char status[16];
    snprintf(status, sizeof status, "%u", reply->status);
    return strcmp(status, value) == 0;
}

bool test_client_until(
    struct test_client *client, const char *url, const char *path, const char *value) {
    uint64_t start_ns = loop_clock_ns();
    while (loop_clock_ns() - start_ns < until_ns) {
        struct test_reply reply;
        test_client_start(client, &(struct test_request){.url = url}, &reply);
        test_client_wait(client, &reply);
        bool is_there = reply.error == ERROR_NONE && is_wanted(&reply, path, value);
        test_reply_clear(&reply);
        if (is_there) return true;
        test_client_breathe(client);
    }
    return false;
}

struct asking {
    struct loop *loop;
    struct test_redis_answer answer;
};

static void on_answer(void *owner, const struct redis_result *result) {
    struct asking *asking = owner;
    struct test_redis_answer *answer = &asking->answer;
    if (!result->reply) panic("redis: %s", result->error.message);
    answer->kind = result->reply->kind;
    answer->number = result->reply->kind == REDIS_LIST ? (int64_t)result->reply->count
                                                       : result->reply->integer;
    struct text text = TEXT_IN(answer->text);
    if (result->reply->string.data) text_add_slice(&text, result->reply->string);
    loop_stop(asking->loop);
}

struct test_redis_answer test_client_redis(
    struct test_client *client, const char *url, const char *command) {
    struct redis_options options = {.url = url, .authority = REDIS_MAY_ACT};
    struct error err = {0};
    struct asking asking = {.loop = client->loop};
    struct redis *redis = redis_new(client->loop, &options, &err);
    ensure(redis != NULL);
    struct slice words[WORDS_MAX];
    size_t count = 0;
    struct scan scan = scan_of(slice_of(command));
    while (count < WORDS_MAX && scan_word(&scan, &words[count])) {
        count++;
        scan_blanks(&scan);
    }
    redis_command(redis, words, count, patience_ns, on_answer, &asking);
    asking.answer.kind = REDIS_ERROR;
    loop_run(client->loop);
    redis_free(redis);
    return asking.answer;
}
