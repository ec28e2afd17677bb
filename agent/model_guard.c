/* SPDX-License-Identifier: MIT */
#include "agent/model_guard.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "agent/chance.h"
#include "agent/circuit.h"
#include "agent/http_status.h"
#include "agent/json_log.h"
#include "agent/registry.h"
#include "base/memory.h"
#include "base/units.h"
#include "core/concurrency.h"
#include "core/token_bucket.h"
#include "io/loop.h"
#include "io/redis.h"

#define GATE_KEY "llm:gate"

enum {
    OUT_MAX = 64,
    SUCCESS_TOKENS = TOKEN / 10,
    NUMBER_SIZE = 24,
};

static const struct token_rate budget = {.burst = 10 * TOKEN};
static const uint64_t gate_max_ns = 60 * NS_PER_S; /* whoever asks for more gets this */
static const uint64_t look_again_ns = NS_PER_S / 4;
static const uint64_t redis_timeout_ns = NS_PER_S / 2;
/* A call with less time than this that runs out of it says nothing about the model. */
static const uint64_t telling_ns = 5 * NS_PER_S;
static const double spread = 0.1;                   /* of a wait, by chance */
static const uint64_t turn_wait_ns = NS_PER_S / 10; /* for another call to end */

struct model_guard {
    struct model_guard_options options;
    struct token_bucket budget;
    struct concurrency concurrency;
    uint32_t out;       /* calls */
    uint64_t gate_ns;   /* closed until then */
    uint64_t looked_ns; /* when Redis was asked last */
    uint64_t look;      /* the ticket of that question; 0 for none */
};

static void on_looked(void *owner, const struct redis_result *result);
static void on_told(void *owner, const struct redis_result *result);

static void show_budget(const struct model_guard *guard) {
    registry_set(
        guard->options.registry, FAMILY_RETRY_BUDGET, NULL, NULL,
        (double)guard->budget.tokens / TOKEN);
}

struct model_guard *model_guard_new(const struct model_guard_options *options) {
    struct model_guard *guard = memory_new(sizeof *guard);
    guard->options = *options;
    token_bucket_fill(&guard->budget, &budget, loop_now_ns(options->loop));
    concurrency_init(&guard->concurrency, OUT_MAX);
    show_budget(guard);
    return guard;
}

void model_guard_free(struct model_guard *guard) {
    if (!guard) return;
    if (guard->options.redis) redis_cancel_all(guard->options.redis, guard);
    free(guard);
}

static bool has_redis(const struct model_guard *guard) {
    return guard->options.redis && redis_connected(guard->options.redis);
}

void model_guard_look(struct model_guard *guard) {
    uint64_t now_ns = loop_now_ns(guard->options.loop);
    bool is_fresh = guard->looked_ns != 0 && now_ns - guard->looked_ns < look_again_ns;
    if (guard->look || is_fresh || !has_redis(guard)) return;
    guard->looked_ns = now_ns;
    guard->look = redis_ask(
        guard->options.redis, redis_timeout_ns, on_looked, guard, "PTTL", GATE_KEY,
        NULL);
}

static void shut(struct model_guard *guard, uint64_t for_ns) {
    if (for_ns > gate_max_ns) for_ns = gate_max_ns;
    uint64_t until_ns = loop_now_ns(guard->options.loop) + for_ns;
    if (until_ns > guard->gate_ns) guard->gate_ns = until_ns;
}

static void on_looked(void *owner, const struct redis_result *result) {
    struct model_guard *guard = owner;
    guard->look = 0;
    const struct redis_reply *reply = result->reply;
    if (!reply || reply->kind != REDIS_INTEGER || reply->integer <= 0) return;
    int64_t most_ms = (int64_t)(gate_max_ns / NS_PER_MS);
    int64_t left_ms = reply->integer < most_ms ? reply->integer : most_ms;
    shut(guard, (uint64_t)left_ms * NS_PER_MS);
}

static uint64_t gate_left_ns(const struct model_guard *guard) {
    uint64_t now_ns = loop_now_ns(guard->options.loop);
    return guard->gate_ns > now_ns ? guard->gate_ns - now_ns : 0;
}

/* Never shorter than somebody else has closed it for. */
static void tell_others(struct model_guard *guard, uint64_t for_ns) {
    char ms[NUMBER_SIZE];
    if (!has_redis(guard)) return;
    if (for_ns > gate_max_ns) for_ns = gate_max_ns;
    snprintf(ms, sizeof ms, "%" PRIu64, for_ns / NS_PER_MS + 1);
    redis_ask(
        guard->options.redis, redis_timeout_ns, on_told, guard, "SET", GATE_KEY, "1",
        "PX", ms, "NX", NULL);
    redis_ask(
        guard->options.redis, redis_timeout_ns, on_told, guard, "PEXPIRE", GATE_KEY, ms,
        "GT", NULL);
}

/* If they do not hear of it they find out for themselves. */
static void on_told(void *owner, const struct redis_result *result) {
    (void)owner;
    (void)result;
}

static void close_gate(struct model_guard *guard, uint64_t for_ns) {
    bool is_news = gate_left_ns(guard) == 0;
    shut(guard, for_ns);
    tell_others(guard, for_ns);
    if (!is_news) return;
    json_log_write(
        guard->options.log, LOG_WARN, NULL,
        "rate limited: no call to the model for %.1f s",
        (double)gate_left_ns(guard) / (double)NS_PER_S);
}

static struct guard_verdict refuse(
    enum outcome outcome, uint64_t wait_ns, const char *message) {
    return (struct guard_verdict){
        .answer = GUARD_REFUSE,
        .outcome = outcome,
        .wait_ns = wait_ns,
        .message = message};
}

/* Not all at the same moment. */
static struct guard_verdict wait_for(uint64_t wait_ns) {
    wait_ns += (uint64_t)((double)wait_ns * spread * chance());
    return (struct guard_verdict){.answer = GUARD_WAIT, .wait_ns = wait_ns};
}

struct guard_verdict model_guard_ask(
    struct model_guard *guard, uint64_t left_ns, struct guard_pass *pass) {
    struct circuit *circuit = guard->options.circuit;
    bool is_patient = guard->options.is_patient;
    model_guard_look(guard);
    uint64_t gate_ns = gate_left_ns(guard);
    if (gate_ns >= left_ns) {
        registry_count(guard->options.registry, FAMILY_SHED, "rate_limited", NULL, 1);
        return refuse(
            OUTCOME_RATE_LIMITED, gate_ns, "the model's rate limit is used up");
    }
    if (gate_ns > 0) return wait_for(gate_ns);
    if (is_patient && guard->out >= guard->concurrency.limit) {
        return wait_for(turn_wait_ns);
    }
    if (!circuit_allows(circuit, &pass->call)) {
        uint64_t wait_ns = circuit_wait_ns(circuit);
        if (is_patient && wait_ns < left_ns) return wait_for(wait_ns);
        return refuse(
            OUTCOME_CIRCUIT_OPEN, wait_ns, "the model is unwell and left alone");
    }
    pass->is_out = true;
    guard->out++;
    return (struct guard_verdict){.answer = GUARD_GO};
}

/* Only what says that the model is unwell: not what the request, the key or the rate of
 * requests is to blame for. */
static bool is_unwell(const struct guard_end *end, uint64_t given_ns) {
    enum outcome outcome = end->outcome;
    if (outcome == OUTCOME_MODEL_ERROR) return end->status >= STATUS_SERVER_ERROR;
    if (outcome == OUTCOME_TIMEOUT) {
        return end->status != 0 || given_ns >= telling_ns;
    }
    return outcome == OUTCOME_OVERLOADED || outcome == OUTCOME_UNREACHABLE ||
           outcome == OUTCOME_MODEL_PROTOCOL;
}

static enum breaker_end end_of(const struct guard_end *end, uint64_t given_ns) {
    if (!outcome_failed(end->outcome)) return BREAKER_SUCCESS;
    return is_unwell(end, given_ns) ? BREAKER_FAILURE : BREAKER_NEUTRAL;
}

static bool is_overload(const struct guard_end *end) {
    return end->outcome == OUTCOME_RATE_LIMITED || end->outcome == OUTCOME_OVERLOADED ||
           end->outcome == OUTCOME_TIMEOUT;
}

static void learn(
    struct model_guard *guard, const struct guard_pass *pass,
    const struct guard_end *end) {
    if (is_overload(end)) {
        concurrency_on_overload(
            &guard->concurrency, pass->call.started_ns,
            loop_now_ns(guard->options.loop));
    } else if (!outcome_failed(end->outcome)) {
        concurrency_on_success(&guard->concurrency, guard->out);
        token_bucket_add(&guard->budget, &budget, SUCCESS_TOKENS);
        show_budget(guard);
    }
    if (end->outcome == OUTCOME_RATE_LIMITED && end->retry_after_ns > 0) {
        close_gate(guard, end->retry_after_ns);
    }
    circuit_on_end(
        guard->options.circuit, &pass->call, end_of(end, pass->given_ns), end->message);
}

void model_guard_on_end(
    struct model_guard *guard, struct guard_pass *pass, const struct guard_end *end) {
    if (!pass->is_out) return;
    pass->is_out = false;
    if (end) {
        learn(guard, pass, end);
    } else {
        circuit_on_end(guard->options.circuit, &pass->call, BREAKER_NEUTRAL, "");
    }
    guard->out--;
}

bool model_guard_retries(struct model_guard *guard) {
    uint64_t wait_ns = 0;
    bool has_one = token_bucket_take(
        &guard->budget, &budget, loop_now_ns(guard->options.loop), &wait_ns);
    show_budget(guard);
    return has_one;
}

bool model_guard_bars(const struct model_guard *guard) {
    return circuit_is_open(guard->options.circuit);
}

void model_guard_on_hint(struct model_guard *guard) {
    circuit_on_hint(guard->options.circuit);
}

uint32_t model_guard_room(
    const struct model_guard *guard, uint32_t most, uint64_t *wait_ns) {
    const struct circuit *circuit = guard->options.circuit;
    uint64_t gate_ns = gate_left_ns(guard);
    *wait_ns = circuit_is_open(circuit) ? circuit_wait_ns(circuit) : 0;
    if (gate_ns > *wait_ns) *wait_ns = gate_ns;
    if (*wait_ns > 0) return 0;
    if (circuit->breaker.state == BREAKER_HALF_OPEN) return 1;
    return guard->concurrency.limit < most ? guard->concurrency.limit : most;
}

bool model_guard_rests(const struct model_guard *guard) {
    uint64_t wait_ns = 0;
    return guard->out == 0 && model_guard_room(guard, 1, &wait_ns) == 0;
}
