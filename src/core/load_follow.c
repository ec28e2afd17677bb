/* SPDX-License-Identifier: MIT */
#include "core/load_follow.h"

#include <string.h>

#include "base/text.h"
#include "base/units.h"

enum { WAITED_SIZE = 32 };

static enum load_follow_step leave(struct load_follow *follow) {
    follow->state = FOLLOW_LEAVES;
    return LOAD_FOLLOW_LEAVE;
}

static enum load_follow_step cut(struct load_follow *follow) {
    follow->state = FOLLOW_LEAVES;
    return LOAD_FOLLOW_CUT;
}

/* Before the start nothing has been sent, and after it everything ends at once. */
static enum load_follow_step end(struct load_follow *follow) {
    return follow->state == FOLLOW_RUNS ? cut(follow) : leave(follow);
}

static enum load_follow_step join(
    struct load_follow *follow, const struct load_order *order, uint64_t asked_ns,
    struct error *err) {
    if (order->kind != LOAD_ORDER_GATHER) return LOAD_FOLLOW_WAIT;
    text_copy(follow->run, sizeof follow->run, order->run);
    text_copy(follow->collector, sizeof follow->collector, order->who);
    if (order->token_count != follow->shards) {
        error_set(
            err, ERROR_USAGE, "%s collects %u shards, and this is one of %u",
            order->who, (unsigned)order->token_count, (unsigned)follow->shards);
        return leave(follow);
    }
    if (strcmp(order->digest, follow->digest) != 0) {
        error_set(
            err, ERROR_USAGE, "%s collects another load: scenario, flags or target",
            order->who);
        return leave(follow);
    }
    follow->heard_ns = asked_ns;
    follow->state = FOLLOW_PREPARES;
    return LOAD_FOLLOW_PREPARE;
}

static bool is_mine(const struct load_follow *follow, const struct load_order *order) {
    return order->tokens[follow->shard].token == follow->token;
}

static enum load_follow_step wait_for_others(
    struct load_follow *follow, const struct load_order *order, struct error *err) {
    bool taken = order->tokens[follow->shard].token != 0 && !is_mine(follow, order);
    switch ((enum load_order_kind)order->kind) {
    case LOAD_ORDER_GATHER:
        if (!taken) return LOAD_FOLLOW_WAIT;
        error_set(
            err, ERROR_CONFLICT, "shard %u of this run is somebody else already",
            (unsigned)follow->shard);
        return leave(follow);
    case LOAD_ORDER_START:
        if (is_mine(follow, order)) {
            follow->state = FOLLOW_RUNS;
            return LOAD_FOLLOW_START;
        }
        error_set(err, ERROR_CONFLICT, "the others began without this shard");
        return leave(follow);
    case LOAD_ORDER_STOP:
    case LOAD_ORDER_CUT:
    case LOAD_ORDER_COUNT: break;
    }
    error_set(
        err, ERROR_CANCELLED, "the run was called off: %s",
        order->why[0] ? order->why : "its collector was stopped");
    return leave(follow);
}

static enum load_follow_step obey(
    struct load_follow *follow, const struct load_order *order) {
    bool new_level = order->level_count != follow->level_count;
    switch ((enum load_order_kind)order->kind) {
    case LOAD_ORDER_GATHER:
    case LOAD_ORDER_START:
        follow->level_count = order->level_count;
        return new_level ? LOAD_FOLLOW_LEVEL : LOAD_FOLLOW_WAIT;
    case LOAD_ORDER_STOP:
        if (follow->stopping) return LOAD_FOLLOW_WAIT;
        follow->stopping = true;
        return LOAD_FOLLOW_STOP;
    case LOAD_ORDER_CUT:
    case LOAD_ORDER_COUNT: break;
    }
    return cut(follow);
}

enum load_follow_step load_follow_on_order(
    struct load_follow *follow, const struct load_order *order, uint64_t asked_ns,
    struct error *err) {
    if (follow->state == FOLLOW_LEAVES) return LOAD_FOLLOW_WAIT;
    if (follow->state == FOLLOW_SEEKS) {
        return order ? join(follow, order, asked_ns, err) : LOAD_FOLLOW_WAIT;
    }
    if (!order || strcmp(order->run, follow->run) != 0) {
        error_set(
            err, ERROR_LOST, "the order of its collector, %s, is gone from Redis",
            follow->collector);
        return end(follow);
    }
    follow->heard_ns = asked_ns;
    if (follow->state == FOLLOW_RUNS) return obey(follow, order);
    if (follow->state == FOLLOW_WAITS) return wait_for_others(follow, order, err);
    bool called_off = order->kind == LOAD_ORDER_STOP || order->kind == LOAD_ORDER_CUT;
    return called_off ? wait_for_others(follow, order, err) : LOAD_FOLLOW_WAIT;
}

void load_follow_on_ready(struct load_follow *follow) {
    if (follow->state == FOLLOW_PREPARES) follow->state = FOLLOW_WAITS;
}

enum load_follow_step load_follow_look(
    struct load_follow *follow, uint64_t now_ns, struct error *err) {
    char waited[WAITED_SIZE];
    struct text text = TEXT_IN(waited);
    if (follow->state == FOLLOW_LEAVES) return LOAD_FOLLOW_WAIT;
    if (follow->state == FOLLOW_SEEKS) {
        if (now_ns - follow->began_ns < follow->patience_ns) return LOAD_FOLLOW_WAIT;
        units_add_duration(&text, follow->patience_ns);
        error_set(err, ERROR_TIMEOUT, "no collector has come within %s", waited);
        return leave(follow);
    }
    if (now_ns <= follow->heard_ns || now_ns - follow->heard_ns < LOAD_LEASE_NS) {
        return LOAD_FOLLOW_WAIT;
    }
    units_add_duration(&text, LOAD_LEASE_NS);
    error_set(err, ERROR_LOST, "nothing heard of its collector for %s", waited);
    return end(follow);
}
