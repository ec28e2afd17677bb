/* Sends the requests of a check to a target, as the target is to be reached. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdint.h>

#include "actions/smoke_fill.h"
#include "base/units.h"
#include "core/checks.h"
#include "core/target.h"
#include "io/http.h"

/* How often a job of a chat is asked for. */
#define SMOKE_JOB_EVERY_NS (500 * NS_PER_MS)

struct smoke_request {
    const struct target *target; /* borrowed, and so is all else */
    const struct check *check;
    const struct smoke_values *values;
    uint64_t timeout_ns;
    /* Pieces of the body as they come; NULL for none. */
    void (*on_bytes)(void *bytes_owner, struct slice bytes);
    void *bytes_owner;
};

/* The request of the check itself. NULL, with `err` set, when a value is missing. */
struct http_call *smoke_request_send(
    struct http *http, const struct smoke_request *request, http_done_fn on_done,
    void *owner, struct error *err);

/* A GET of a path that is filled already. */
struct http_call *smoke_request_poll(
    struct http *http, const struct smoke_request *request, const char *path,
    http_done_fn on_done, void *owner);

/* The request in words, to be looked at: headers as lines. */
struct smoke_request_parts {
    struct buffer url, headers, body;
};
void smoke_request_parts_init(struct smoke_request_parts *parts);
void smoke_request_parts_clear(struct smoke_request_parts *parts);

/* False, with `err` set and the parts as far as they came, when a value is missing. */
bool smoke_request_write(
    const struct smoke_request *request, struct smoke_request_parts *to,
    struct error *err);

/* The path of a job: {job_id} in the target's own words. */
bool smoke_request_job_path(
    const struct target *target, struct slice job, struct buffer *path);
