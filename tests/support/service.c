/* SPDX-License-Identifier: MIT */
#include "support/service.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/panic.h"
#include "base/text.h"
#include "io/server.h"

enum { NAME_SIZE = 128, STATUS_OK = 200, STATUS_NOT_FOUND = 404 };

struct path {
    char path[NAME_SIZE];
    unsigned status;
    char type[NAME_SIZE];
    char body[SERVICE_BODY_SIZE];
    service_body_fn make;
    uint32_t asked;
};

struct service {
    struct server *server;
    uint32_t count;
    struct path paths[SERVICE_PATHS_MAX];
    bool written;
    char header_name[NAME_SIZE];
    char header[NAME_SIZE];
    char last_body[SERVICE_BODY_SIZE];
};

static struct path *path_of(struct service *service, const char *name) {
    for (uint32_t i = 0; i < service->count; i++) {
        if (strcmp(service->paths[i].path, name) == 0) return &service->paths[i];
    }
    return NULL;
}

static void on_request(void *owner, struct server_request *request) {
    struct service *service = owner;
    const char *method = server_request_method(request);
    if (strcmp(method, "GET") != 0 && strcmp(method, "HEAD") != 0) {
        service->written = true;
    }
    const char *header = service->header_name[0]
                             ? server_request_header(request, service->header_name)
                             : NULL;
    text_copy_cut(service->header, sizeof service->header, header ? header : "");
    struct text body = TEXT_IN(service->last_body);
    text_add_slice(&body, server_request_body(request));
    struct path *path = path_of(service, server_request_path(request));
    if (!path) {
        server_answer(
            request, STATUS_NOT_FOUND, "text/plain", slice_of("no such path"));
        return;
    }
    if (path->make) path->make(path->asked, path->body, sizeof path->body);
    path->asked++;
    server_answer(request, path->status, path->type, slice_of(path->body));
}

static void on_gone(void *owner, struct server_request *request) {
    (void)owner;
    (void)request;
}

struct service *service_new(struct loop *loop, uint16_t port) {
    struct service *service = memory_new(sizeof *service);
    const struct server_options options = {.address = "127.0.0.1", .port = port};
    struct error err;
    service->server = server_new(loop, &options, on_request, on_gone, service, &err);
    if (!service->server) panic("%s", err.message);
    return service;
}

void service_free(struct service *service) {
    if (!service) return;
    server_free(service->server);
    free(service);
}

uint16_t service_port(const struct service *service) {
    return server_port(service->server);
}

void service_url(const struct service *service, char *url, size_t size) {
    snprintf(url, size, "http://127.0.0.1:%u", (unsigned)service_port(service));
}

static struct path *path_for(struct service *service, const char *name) {
    struct path *path = path_of(service, name);
    if (path) return path;
    ensure(service->count < SERVICE_PATHS_MAX);
    path = &service->paths[service->count++];
    text_copy_cut(path->path, sizeof path->path, name);
    return path;
}

void service_answer(
    struct service *service, const char *path, unsigned status, const char *type,
    const char *body) {
    struct path *told = path_for(service, path);
    told->status = status;
    told->make = NULL;
    text_copy_cut(told->type, sizeof told->type, type);
    text_copy_cut(told->body, sizeof told->body, body);
}

void service_answer_with(
    struct service *service, const char *path, const char *type, service_body_fn body) {
    service_answer(service, path, STATUS_OK, type, "");
    path_for(service, path)->make = body;
}

uint32_t service_asked(const struct service *service, const char *path) {
    for (uint32_t i = 0; i < service->count; i++) {
        if (strcmp(service->paths[i].path, path) == 0) return service->paths[i].asked;
    }
    return 0;
}

bool service_was_written_to(const struct service *service) {
    return service->written;
}

const char *service_last_header(const struct service *service) {
    return service->header;
}

void service_keep_header(struct service *service, const char *name) {
    text_copy_cut(service->header_name, sizeof service->header_name, name);
}

const char *service_last_body(const struct service *service) {
    return service->last_body;
}
