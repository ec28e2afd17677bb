/* SPDX-License-Identifier: MIT */
#include "agent/model_server.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent/answer.h"
#include "base/json_writer.h"
#include "base/memory.h"
#include "base/units.h"
#include "core/document.h"
#include "io/json.h"
#include "io/loop.h"
#include "io/server.h"

enum {
    BODY_MAX = 4 * 1024 * 1024,
    PAGE_MAX = 64 * 1024,
    REQUESTS_PER_MINUTE = 4000, /* the limit that its headers tell of */
    STATUS_OK = 200,
    STATUS_BAD_REQUEST = 400,
    STATUS_UNAUTHORIZED = 401,
    STATUS_NOT_FOUND = 404,
    STATUS_NOT_ALLOWED = 405,
};

static const uint64_t answer_timeout_ns = 600 * NS_PER_S;
static const uint64_t minute_ns = 60 * NS_PER_S;

struct model_server {
    struct loop *loop; /* borrowed */
    struct server *server;
    struct simulator simulator;
    uint64_t minute_started_ns;
    uint32_t requests_this_minute;
};

/* A question that is being thought about. */
struct thinking {
    struct server_request *request;
    struct loop_timer *timer; /* NULL when it hangs */
    struct simulated_answer answer;
};

static void on_request(void *owner, struct server_request *request);
static void on_gone(void *owner, struct server_request *request);
static void on_thought(void *owner, uint64_t now_ns);

struct model_server *model_server_new(
    struct loop *loop, const struct model_server_options *options, struct error *err) {
    struct model_server *model = memory_new(sizeof *model);
    model->loop = loop;
    model->simulator = options->simulator;
    struct server_options server = {
        .address = options->address,
        .port = options->port,
        .body_max_bytes = BODY_MAX,
        .answer_timeout_ns = answer_timeout_ns};
    model->server = server_new(loop, &server, on_request, on_gone, model, err);
    if (model->server) return model;
    free(model);
    return NULL;
}

void model_server_free(struct model_server *model) {
    if (!model) return;
    server_free(model->server);
    free(model);
}

uint16_t model_server_port(const struct model_server *model) {
    return server_port(model->server);
}

static void answer_error(
    struct server_request *request, unsigned status, const char *type,
    const char *message) {
    struct buffer body;
    buffer_init(&body, PAGE_MAX);
    simulator_write_error(&body, type, message, server_request_started_ns(request));
    answer_json(request, status, &body);
    buffer_clear(&body);
}

static void free_thinking(struct thinking *thinking) {
    loop_timer_free(thinking->timer);
    buffer_clear(&thinking->answer.body);
    free(thinking);
}

static void on_gone(void *owner, struct server_request *request) {
    (void)owner;
    struct thinking *thinking = server_request_data(request);
    if (thinking) free_thinking(thinking);
}

static void add_limits(struct model_server *model, struct server_request *request) {
    uint64_t now_ns = loop_now_ns(model->loop);
    if (now_ns - model->minute_started_ns >= minute_ns) {
        model->minute_started_ns = now_ns;
        model->requests_this_minute = 0;
    }
    if (model->requests_this_minute < REQUESTS_PER_MINUTE) {
        model->requests_this_minute++;
    }
    char number[16];
    snprintf(number, sizeof number, "%d", REQUESTS_PER_MINUTE);
    server_add_header(request, "anthropic-ratelimit-requests-limit", number);
    snprintf(
        number, sizeof number, "%u", REQUESTS_PER_MINUTE - model->requests_this_minute);
    server_add_header(request, "anthropic-ratelimit-requests-remaining", number);
}

static void answer_messages(
    struct model_server *model, struct server_request *request) {
    if (!server_request_header(request, "x-api-key")) {
        answer_error(
            request, STATUS_UNAUTHORIZED, "authentication_error",
            "x-api-key header is required");
        return;
    }
    const char *version = server_request_header(request, "x-agent-version");
    struct thinking *thinking = memory_new(sizeof *thinking);
    thinking->request = request;
    simulator_answer(
        &model->simulator, server_request_body(request), version ? version : "",
        &thinking->answer);
    add_limits(model, request);
    server_request_set_data(request, thinking);
    if (thinking->answer.hangs) return;
    thinking->timer =
        loop_after(model->loop, thinking->answer.delay_ns, on_thought, thinking);
}

static void on_thought(void *owner, uint64_t now_ns) {
    struct thinking *thinking = owner;
    struct server_request *request = thinking->request;
    const struct simulated_answer *answer = &thinking->answer;
    (void)now_ns;
    thinking->timer = NULL;
    if (answer->retry_after_s > 0) {
        char seconds[16];
        snprintf(seconds, sizeof seconds, "%u", answer->retry_after_s);
        server_add_header(request, "retry-after", seconds);
    }
    server_request_set_data(request, NULL);
    answer_json(request, answer->status, &answer->body);
    free_thinking(thinking);
}

static void answer_model(struct server_request *request, const char *id) {
    if (id[0] == '\0' || strchr(id, '/')) {
        answer_error(request, STATUS_NOT_FOUND, "not_found_error", "no such model");
        return;
    }
    struct buffer body;
    buffer_init(&body, PAGE_MAX);
    struct json_writer json = json_writer_to(&body);
    json_object_begin(&json);
    json_field_string(&json, "type", "model");
    json_field_string(&json, "id", id);
    json_field_string(&json, "display_name", "Local model");
    json_object_end(&json);
    answer_json(request, STATUS_OK, &body);
    buffer_clear(&body);
}

static void answer_faults(
    const struct model_server *model, struct server_request *request) {
    struct buffer body;
    buffer_init(&body, PAGE_MAX);
    struct json_writer json = json_writer_to(&body);
    json_object_begin(&json);
    json_key(&json, "faults");
    faults_write(&model->simulator.faults, &json);
    json_object_end(&json);
    answer_json(request, STATUS_OK, &body);
    buffer_clear(&body);
}

static void change_faults(struct model_server *model, struct server_request *request) {
    struct error err = {0};
    struct document *document = json_parse(server_request_body(request), &err);
    bool is_read = document &&
                   faults_read(&model->simulator.faults, document_root(document), &err);
    document_free(document);
    if (is_read) {
        answer_faults(model, request);
    } else {
        answer_error(request, STATUS_BAD_REQUEST, "invalid_request_error", err.message);
    }
}

static void on_admin(
    struct model_server *model, struct server_request *request, const char *method) {
    if (strcmp(method, "GET") == 0) {
        answer_faults(model, request);
    } else if (strcmp(method, "POST") == 0) {
        change_faults(model, request);
    } else if (strcmp(method, "DELETE") == 0) {
        model->simulator.faults.count = 0;
        answer_faults(model, request);
    } else {
        server_add_header(request, "Allow", "GET, POST, DELETE");
        answer_error(
            request, STATUS_NOT_ALLOWED, "invalid_request_error", "method not allowed");
    }
}

static void on_request(void *owner, struct server_request *request) {
    struct model_server *model = owner;
    static const char models[] = "/v1/models/";
    const char *method = server_request_method(request);
    const char *path = server_request_path(request);
    if (strcmp(path, "/v1/messages") == 0 && strcmp(method, "POST") == 0) {
        answer_messages(model, request);
    } else if (
        strncmp(path, models, sizeof models - 1) == 0 && strcmp(method, "GET") == 0) {
        answer_model(request, path + sizeof models - 1);
    } else if (strcmp(path, "/health") == 0 && strcmp(method, "GET") == 0) {
        server_answer(
            request, STATUS_OK, ANSWER_JSON, slice_of("{\"status\":\"healthy\"}"));
    } else if (strcmp(path, "/admin/faults") == 0) {
        on_admin(model, request, method);
    } else {
        answer_error(request, STATUS_NOT_FOUND, "not_found_error", "no such route");
    }
}
