/* Whether a call to the model may go out now: circuit breaker, the gate that a rate
 * limit closes, budget of retries, and how many calls a worker makes at once. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "agent/outcome.h"
#include "base/error.h"
#include "core/breaker.h"

struct circuit;
struct json_log;
struct loop;
struct model_guard;
struct redis;
struct registry;

struct model_guard_options {
    struct loop *loop; /* borrowed, like all here */
    struct registry *registry;
    struct json_log *log;
    struct redis *redis; /* NULL: the gate is this process's own */
    struct circuit *circuit;
    /* A worker: its calls wait while the circuit is open, as long as their deadline
     * lets them, and no more of them are out than the model takes. */
    bool is_patient;
};

struct model_guard *model_guard_new(const struct model_guard_options *options);
void model_guard_free(struct model_guard *guard);

/* Learns from Redis, at most four times a second, whether the gate is closed: before
 * any question that is sent there later is answered. */
void model_guard_look(struct model_guard *guard);

enum guard_answer { GUARD_GO, GUARD_WAIT, GUARD_REFUSE };

struct guard_verdict {
    enum guard_answer answer;
    uint64_t wait_ns;     /* to ask again after; of a refusal: when it is worth it */
    enum outcome outcome; /* of a refusal */
    const char *message;  /* borrowed */
};

/* One call that is out; all zero: none is. */
struct guard_pass {
    bool is_out;
    uint64_t given_ns; /* the time that it has; the caller's to say */
    struct breaker_call call;
};

/* For a call that has `left_ns` until its deadline; one that goes must end in
 * model_guard_on_end(). */
struct guard_verdict model_guard_ask(
    struct model_guard *guard, uint64_t left_ns, struct guard_pass *pass);

struct guard_end {
    enum outcome outcome;
    unsigned status;         /* 0 when no reply came */
    uint64_t retry_after_ns; /* what the model asked for; 0 when it did not */
    const char *message;
};

/* The call has ended; NULL: it was cancelled. Nothing happens unless it was out. */
void model_guard_on_end(
    struct model_guard *guard, struct guard_pass *pass, const struct guard_end *end);

/* Whether the budget has a retry left; takes it. */
bool model_guard_retries(struct model_guard *guard);
/* Whether the circuit is open, and that a check which had failed is good again. */
bool model_guard_bars(const struct model_guard *guard);
void model_guard_on_hint(struct model_guard *guard);

/* Calls that may be out at once now, at most `most`; 0 while the model is left alone,
 * and then `wait_ns` says for how long. It rests when none is out either. */
uint32_t model_guard_room(
    const struct model_guard *guard, uint32_t most, uint64_t *wait_ns);
bool model_guard_rests(const struct model_guard *guard);
