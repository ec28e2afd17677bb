/* Where a rollout stands, by HTTP on this machine: "/" as JSON, "/envelope" as the
 * event that the socket carries. Nothing can be ordered here. */
/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "base/memory.h"
#include "base/units.h"
#include "control/post.h"
#include "core/event.h"
#include "core/loopback_address.h"
#include "io/loop.h"
#include "io/server.h"
#include "report/rollout_report.h"

enum {
    CONNECTIONS_MAX = 32,
    BODY_MAX = 1024, /* nobody has to send one */
    STATUS_OK = 200,
    STATUS_FORBIDDEN = 403,
    STATUS_NOT_FOUND = 404,
    STATUS_NOT_ALLOWED = 405,
    STATUS_NOT_YET = 503,
};

#define PATIENCE_NS (5 * NS_PER_S)

struct listen_post_state {
    struct post_options options;
    struct loopback_address address;
    struct server *server;   /* NULL while the port is somebody else's */
    struct loop_timer *said; /* soon: how that went is told */
    struct error how;
    struct buffer json, envelope;
};

static void on_request(void *owner, struct server_request *request);
static void on_gone(void *owner, struct server_request *request);
static void on_said(void *owner, uint64_t now_ns);

static bool is_wanted(const struct target_publish *publish) {
    return publish->listen[0] != '\0';
}

/* Again with every status, for as long as somebody else has the port. */
static void listen_there(struct listen_post_state *post) {
    const struct server_options options = {
        .address = post->address.host,
        .port = post->address.port,
        .body_max_bytes = BODY_MAX,
        .complete_timeout_ns = PATIENCE_NS,
        .idle_timeout_ns = PATIENCE_NS,
        .answer_timeout_ns = PATIENCE_NS,
        .connections_max = CONNECTIONS_MAX,
    };
    post->how = (struct error){.code = ERROR_NONE};
    post->server =
        server_new(post->options.loop, &options, on_request, on_gone, post, &post->how);
    if (!post->said) post->said = loop_soon(post->options.loop, on_said, post);
}

static void *start(const struct post_options *options, struct error *err) {
    struct loopback_address address;
    const char *words = options->target->publish.listen;
    if (!loopback_address_parse(slice_of(words), &address, err)) return NULL;
    struct listen_post_state *post = memory_new(sizeof *post);
    post->options = *options;
    post->address = address;
    buffer_init(&post->json, ROLLOUT_REPORT_BYTES_MAX);
    buffer_init(&post->envelope, EVENT_SIZE_MAX);
    listen_there(post);
    return post;
}

static void stop(void *owner) {
    struct listen_post_state *post = owner;
    if (!post) return;
    loop_timer_free(post->said);
    server_free(post->server);
    buffer_clear(&post->json);
    buffer_clear(&post->envelope);
    free(post);
}

static void on_said(void *owner, uint64_t now_ns) {
    struct listen_post_state *post = owner;
    (void)now_ns;
    post->said = NULL;
    post->options.on_said(post->options.owner, &post->how);
}

static void tell(void *owner, const struct posting *posting) {
    struct listen_post_state *post = owner;
    buffer_reset(&post->json);
    buffer_reset(&post->envelope);
    buffer_add(&post->json, posting->json.data, posting->json.length);
    buffer_add(&post->envelope, posting->envelope.data, posting->envelope.length);
    if (!post->server) listen_there(post);
}

static void refuse(struct server_request *request, unsigned status, const char *words) {
    server_answer(request, status, "text/plain; charset=utf-8", slice_of(words));
}

static void answer(
    struct server_request *request, const char *type, const struct buffer *body) {
    if (body->length == 0) {
        refuse(request, STATUS_NOT_YET, "nothing is known yet\n");
        return;
    }
    server_answer(request, STATUS_OK, type, buffer_slice(body));
}

static bool is_reading(const char *method) {
    return strcmp(method, "GET") == 0 || strcmp(method, "HEAD") == 0;
}

static void on_request(void *owner, struct server_request *request) {
    struct listen_post_state *post = owner;
    const char *host = server_request_header(request, "Host");
    const char *path = server_request_path(request);
    server_add_header(request, "Cache-Control", "no-store");
    server_add_header(request, "X-Content-Type-Options", "nosniff");
    if (!host || !loopback_host_is_ours(slice_of(host))) {
        refuse(
            request, STATUS_FORBIDDEN, "this machine is asked by its own name only\n");
    } else if (!is_reading(server_request_method(request))) {
        refuse(request, STATUS_NOT_ALLOWED, "here is only read\n");
    } else if (strcmp(path, "/") == 0) {
        answer(request, "application/json", &post->json);
    } else if (strcmp(path, "/envelope") == 0) {
        answer(request, "application/octet-stream", &post->envelope);
    } else {
        refuse(request, STATUS_NOT_FOUND, "there is / and /envelope\n");
    }
}

static void on_gone(void *owner, struct server_request *request) {
    (void)owner;
    (void)request; /* all are answered at once */
}

static bool is_idle(const void *owner) {
    (void)owner;
    return true;
}

const struct post_type listen_post = {"status_listen", is_wanted, start, stop, tell,
                                      is_idle};
