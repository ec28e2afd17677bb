/* One question to the local model: thought about,
 * then answered at once or in pieces. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include "agent/simulator.h"

struct loop;
struct server_request;
struct thinking;

/* Answers the request when its time has come,
 * whose data it sets until then: to itself. */
void thinking_start(
    struct loop *loop, struct simulator *simulator, struct server_request *request,
    enum speech_format format);
/* The request is gone. NULL is fine. */
void thinking_free(struct thinking *thinking);
