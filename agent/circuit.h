/* The circuit breaker of one dependency in this process, with its numbers and its log.
 *
 *   struct breaker_call call;
 *   if (!circuit_allows(circuit, &call)) … refuse; circuit_wait_ns() says for how long
 *   … and when the call has ended: circuit_on_end(circuit, &call, end, why);
 */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "core/breaker.h"

struct json_log;
struct loop;
struct loop_timer;
struct registry;

/* clang-format off */
/*    id              name */
#define CIRCUITS(X) \
    X(CIRCUIT_MODEL,  "llm"), \
    X(CIRCUIT_REDIS,  "redis"), \
    X(CIRCUIT_SEARCH, "search_web"), \
    X(CIRCUIT_DB,     "db")
/* clang-format on */

enum circuit_id {
#define X(id, name) id
    CIRCUITS(X),
#undef X
    CIRCUIT_COUNT
};

struct circuit {
    const char *name;
    struct loop *loop;         /* borrowed, like the next two */
    struct registry *registry; /* its numbers */
    struct json_log *log;      /* every change of state */
    struct breaker breaker;
    struct loop_timer *timer; /* until it is half-open */
};

/* Closed, with the default configuration. */
void circuit_init(
    struct circuit *circuit, enum circuit_id id, struct loop *loop,
    struct registry *registry, struct json_log *log);
void circuit_clear(struct circuit *circuit);

/* Whether a call may go out; one that may not is counted as rejected. Each that may
 * ends in circuit_on_end(), a cancelled one with BREAKER_NEUTRAL. */
bool circuit_allows(struct circuit *circuit, struct breaker_call *call);

/* For a call that was not even meant to go out. */
void circuit_count_rejected(struct circuit *circuit);

/* `why` is for the log when the circuit opens; its bytes may be from outside. */
void circuit_on_end(
    struct circuit *circuit, const struct breaker_call *call, enum breaker_end end,
    const char *why);

/* A check that had failed has found the dependency well: calls may probe it at once. */
void circuit_on_hint(struct circuit *circuit);

bool circuit_is_open(const struct circuit *circuit);

/* After how long a call that is not allowed is worth trying again. */
uint64_t circuit_wait_ns(const struct circuit *circuit);
