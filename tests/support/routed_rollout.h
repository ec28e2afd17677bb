/* A rollout in front of users: a real HAProxy with two real agents behind it, users who
 * do not stop asking and are counted, and a real controller. What the users and the
 * router say is heard without asking the controller. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/buffer.h"
#include "support/log_relay.h"
#include "support/rollout_scene.h"
#include "support/test_haproxy.h"
#include "support/test_stack.h"
#include "support/users.h"
#include "support/weight_watch.h"

#define ROUTED_TARGET "routed"
#define ROUTED_STABLE "v1.5.0"
#define ROUTED_CANARY "v1.6.0"

struct routed_options {
    bool relayed; /* the log can be frozen */
    bool counted; /* there is none: the agents' metrics are compared */
    void (*spoil)(
        struct buffer *config); /* what a test changes in HAProxy's; or NULL */
};

struct routed_rollout {
    struct rollout_scene rollout; /* without a demo; users ask on its loop */
    struct test_folder folder;
    struct test_stack stack;
    struct test_haproxy haproxy;
    const char *servers[TRACK_COUNT]; /* of its plan; borrowed from the stack */
    struct log_relay relay;
    struct users *users;
    struct weight_watch *watch;
};

/* The plan has steps of 5 %, 25 %, 50 % and all, each of a second at least; data older
 * than 2 s are none. Nobody asks anything yet. */
void routed_init(struct routed_rollout *routed, const struct routed_options *options);
void routed_clear(struct routed_rollout *routed);

/* The same plan as another rollout: starts it, with those users. What was watched and
 * counted before is forgotten. */
void routed_begin(struct routed_rollout *routed, const struct users_options *users);
/* Takes it back, and waits until its controller has gone. */
void routed_abort(struct routed_rollout *routed);
void routed_see_off(struct routed_rollout *routed);

void routed_turn(struct routed_rollout *routed, uint64_t for_ns);
void routed_wait_for(
    struct routed_rollout *routed, enum rollout_phase phase, enum rollout_hold hold,
    uint16_t step);
/* The same, and then until its controller has told so `statuses` more times: one each
 * second. Fails the test when it moves meanwhile. */
void routed_stay(
    struct routed_rollout *routed, const struct rollout_goal *goal, unsigned statuses);

/* Other users from now on; their count begins anew. */
void routed_change_users(
    struct routed_rollout *routed, const struct users_options *options);
/* Until so many more were answered. */
void routed_answer(struct routed_rollout *routed, uint32_t count);
/* Nobody asks any more; all of many that asked got a 200. */
void routed_expect_no_failure(struct routed_rollout *routed);

/* Of routed->watch, with what the router has now at its end. */
void routed_expect_course(struct routed_rollout *routed, const char *course);
/* Until the router has that weight, in words of the course. */
void routed_wait_for_weight(struct routed_rollout *routed, const char *weight);
void routed_expect_reason(const struct routed_rollout *routed, const char *words);

/* What HAProxy has sent to a backend since it was started. */
struct routed_counts {
    uint64_t requests, failed; /* failed: 5xx */
};
struct routed_counts routed_count(struct routed_rollout *routed, const char *backend);
