/* An HTTP service on the test's own loop that answers each path as it is told to. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct loop;
struct server_request;
struct service;

/* Makes the body of an answer; `count` is how often that path was asked before. */
typedef void (*service_body_fn)(uint32_t count, char *body, size_t size);

enum { SERVICE_BODY_SIZE = 8192, SERVICE_PATHS_MAX = 16 };

struct service *service_new(struct loop *loop, uint16_t port); /* 0 for a free one */
void service_free(struct service *service);
uint16_t service_port(const struct service *service);
void service_url(const struct service *service, char *url, size_t size);

/* What is answered from now on; other paths get a 404. */
void service_answer(
    struct service *service, const char *path, unsigned status, const char *type,
    const char *body);
void service_answer_with(
    struct service *service, const char *path, const char *type, service_body_fn body);

/* How often that path was asked, and whether anything but GET and HEAD ever came. */
uint32_t service_asked(const struct service *service, const char *path);
bool service_was_written_to(const struct service *service);

/* The value of a header of the last request. */
const char *service_last_header(const struct service *service);
void service_keep_header(struct service *service, const char *name);

/* What the last request brought along, cut to SERVICE_BODY_SIZE. */
const char *service_last_body(const struct service *service);
