/* What becomes of a client's request: judged, counted, and how its turn goes on. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include "core/load_row.h"
#include "load/client.h"

/* The row of the report that counts what it asks for. */
uint32_t client_answer_row(const struct client *client);

/* Microseconds from one time to another; 0 when that is earlier. */
uint64_t client_answer_us(uint64_t from_ns, uint64_t to_ns);

/* A piece of the body. */
void client_answer_body(struct client *client, struct slice piece, uint64_t now_ns);

/* It is whole. */
void client_answer_came(struct client *client, uint64_t now_ns);

/* There is none. */
void client_answer_failed(
    struct client *client, enum load_failure failure, uint64_t now_ns);

/* Its job will not be asked for any more. */
void client_answer_lose_job(struct client *client, uint64_t now_ns);
