/* SPDX-License-Identifier: MIT */
#include "agent/model_server.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent/answer.h"
#include "agent/http_status.h"
#include "agent/registry.h"
#include "agent/self.h"
#include "agent/simulator_error.h"
#include "agent/thinking.h"
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
};

static const uint64_t answer_timeout_ns = 600 * NS_PER_S;
static const uint64_t minute_ns = 60 * NS_PER_S;

static const char *const paths[] = {
#define X(id, path) [id] = (path)
    SPEECH_FORMATS(X)
#undef X
};

struct model_server {
    struct loop *loop; /* borrowed */
    struct server *server;
    struct registry *registry;
    struct simulator simulator;
    uint64_t minute_started_ns;
    uint32_t requests_this_minute;
};

static void on_request(void *owner, struct server_request *request);
static void on_gone(void *owner, struct server_request *request);

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
    if (!model->server) {
        free(model);
        return NULL;
    }
    model->registry = registry_new();
    for (size_t i = 0; i < SPEECH_FORMAT_COUNT; i++) {
        registry_count(model->registry, FAMILY_QUESTIONS, paths[i], NULL, 0);
    }
    return model;
}

void model_server_free(struct model_server *model) {
    if (!model) return;
    server_free(model->server);
    registry_free(model->registry);
    free(model);
}

uint16_t model_server_port(const struct model_server *model) {
    return server_port(model->server);
}

static void answer_error(
    struct server_request *request, enum speech_format format,
    enum simulator_error error, const char *message) {
    struct simulator_complaint complaint = {
        .error = error,
        .message = message,
        .number = server_request_started_ns(request)};
    struct buffer body;
    buffer_init(&body, PAGE_MAX);
    simulator_error_write(&complaint, format, &body);
    answer_json(request, simulator_error_status(error, format), &body);
    buffer_clear(&body);
}

static void on_gone(void *owner, struct server_request *request) {
    (void)owner;
    thinking_free(server_request_data(request));
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

/* Which key a format wants; any will do. */
static bool has_key(const struct server_request *request, enum speech_format format) {
    return format == SPEECH_MESSAGES ? server_request_header(request, "x-api-key")
                                     : server_request_header(request, "authorization");
}

static void answer_question(
    struct model_server *model, struct server_request *request,
    enum speech_format format) {
    registry_count(model->registry, FAMILY_QUESTIONS, paths[format], NULL, 1);
    if (!has_key(request, format)) {
        answer_error(
            request, format, SIMULATOR_UNAUTHORIZED,
            format == SPEECH_MESSAGES ? "x-api-key header is required"
                                      : "You didn't provide an API key.");
        return;
    }
    if (format == SPEECH_MESSAGES) add_limits(model, request);
    thinking_start(model->loop, &model->simulator, request, format);
}

static void answer_model(struct server_request *request, const char *id) {
    if (id[0] == '\0' || strchr(id, '/')) {
        answer_error(request, SPEECH_MESSAGES, SIMULATOR_NOT_FOUND, "no such model");
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

static void answer_metrics(
    const struct model_server *model, struct server_request *request) {
    struct buffer body;
    buffer_init(&body, PAGE_MAX);
    registry_write(model->registry, "", &body);
    self_write(&body);
    server_answer(request, STATUS_OK, ANSWER_METRICS, buffer_slice(&body));
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
        answer_error(request, SPEECH_MESSAGES, SIMULATOR_INVALID, err.message);
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
            request, SPEECH_MESSAGES, SIMULATOR_NOT_ALLOWED, "method not allowed");
    }
}

/* Which format a path speaks, or SPEECH_FORMAT_COUNT. */
static enum speech_format find_format(const char *path) {
    size_t format = 0;
    while (format < SPEECH_FORMAT_COUNT && strcmp(paths[format], path) != 0) format++;
    return (enum speech_format)format;
}

static void on_request(void *owner, struct server_request *request) {
    struct model_server *model = owner;
    static const char models[] = "/v1/models/";
    const char *method = server_request_method(request);
    const char *path = server_request_path(request);
    enum speech_format format = find_format(path);
    if (format != SPEECH_FORMAT_COUNT && strcmp(method, "POST") == 0) {
        answer_question(model, request, format);
    } else if (format != SPEECH_FORMAT_COUNT) {
        server_add_header(request, "Allow", "POST");
        answer_error(request, format, SIMULATOR_NOT_ALLOWED, "method not allowed");
    } else if (
        strncmp(path, models, sizeof models - 1) == 0 && strcmp(method, "GET") == 0) {
        answer_model(request, path + sizeof models - 1);
    } else if (strcmp(path, "/health") == 0 && strcmp(method, "GET") == 0) {
        server_answer(
            request, STATUS_OK, ANSWER_JSON, slice_of("{\"status\":\"healthy\"}"));
    } else if (strcmp(path, "/metrics") == 0 && strcmp(method, "GET") == 0) {
        answer_metrics(model, request);
    } else if (strcmp(path, "/admin/faults") == 0) {
        on_admin(model, request, method);
    } else {
        answer_error(request, SPEECH_MESSAGES, SIMULATOR_NOT_FOUND, "no such route");
    }
}
