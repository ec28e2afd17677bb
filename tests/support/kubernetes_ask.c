/* SPDX-License-Identifier: MIT */
#include "support/kubernetes_ask.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/memory.h"
#include "base/units.h"
#include "io/http.h"
#include "io/loop.h"

enum { URL_SIZE = 1400, TIMEOUT_MS = 5000, BODY_MAX = 8 * 1024 * 1024 };

struct asking {
    struct loop *loop;
    struct kubernetes_said *said;
};

static void on_reply(void *owner, const struct http_reply *reply) {
    struct asking *asking = owner;
    struct kubernetes_said *said = asking->said;
    said->error = reply->error;
    said->status = reply->status;
    said->text = memory_copy_bytes(reply->body.data, reply->body.length);
    said->json = cJSON_ParseWithLength(said->text, reply->body.length);
    loop_stop(asking->loop);
}

void kubernetes_ask(
    struct loop *loop, struct http *http, const struct kubernetes_question *question,
    struct kubernetes_said *said) {
    char url[URL_SIZE], bearer[128];
    struct http_header headers[2];
    size_t count = 0;
    *said = (struct kubernetes_said){0};
    snprintf(url, sizeof url, "http://localhost%s", question->path);
    if (question->type && *question->type) {
        headers[count++] = (struct http_header){"Content-Type", question->type};
    }
    if (question->token && *question->token) {
        snprintf(bearer, sizeof bearer, "Bearer %s", question->token);
        headers[count++] = (struct http_header){"Authorization", bearer};
    }
    unsigned timeout_ms = question->timeout_ms ? question->timeout_ms : TIMEOUT_MS;
    const struct http_peer peer = {.unix_socket = question->socket};
    const struct http_request request = {
        .method = question->method,
        .url = url,
        .peer = &peer,
        .headers = headers,
        .header_count = count,
        .body = slice_of(question->body ? question->body : ""),
        .timeout_ns = timeout_ms * NS_PER_MS,
        .body_max_bytes = BODY_MAX,
    };
    struct asking asking = {.loop = loop, .said = said};
    http_start(http, &request, on_reply, &asking);
    loop_run(loop);
}

void kubernetes_said_clear(struct kubernetes_said *said) {
    free(said->text);
    cJSON_Delete(said->json);
    *said = (struct kubernetes_said){0};
}
