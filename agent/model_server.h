/* The local model behind HTTP: POST /v1/messages and /v1/chat/completions, streamed or
 * not, GET /v1/models/{id}, GET /health, and /admin/faults to read (GET), set (POST)
 * and clear (DELETE) what goes wrong. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdint.h>

#include "agent/simulator.h"
#include "base/error.h"

struct loop;
struct model_server;

struct model_server_options {
    const char *address; /* numeric */
    uint16_t port;       /* 0 for a free one */
    struct simulator simulator;
};

struct model_server *model_server_new(
    struct loop *loop, const struct model_server_options *options, struct error *err);
void model_server_free(struct model_server *model);
uint16_t model_server_port(const struct model_server *model);
