/* A demo's stack and a real controller that rolls its canary out. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "actions/rollout_link.h"
#include "actions/rollout_starter.h"
#include "core/rollout_launch.h"
#include "support/lone_demo.h"

struct rollout_scene {
    struct lone_demo demo;
    struct loop *loop;
    struct loop_timer *limit;
    struct rollout_launch *launch; /* of the demo; steps of a second */
    struct rollout_starter *starter;
    struct rollout_link *link; /* NULL until connected */
    struct rollout_answer started, answer;
    bool has_started, has_answer, has_ended;
    bool is_turning;              /* until the next status */
    struct rollout_status status; /* the newest */
    const struct rollout_goal *wish;
    char place[TEST_PATH_SIZE]; /* the controller's socket */
    const char *read_only;      /* a folder that it can write nothing to, or NULL */
};

/* What is waited for. */
struct rollout_goal {
    enum rollout_phase phase;
    enum rollout_hold hold;
    uint16_t step; /* at least */
};

void rollout_scene_init(struct rollout_scene *scene);
/* One whose canary fails and is slow. */
void rollout_scene_init_bad(struct rollout_scene *scene);
/* Kills the controller if it is still there. */
void rollout_scene_clear(struct rollout_scene *scene);

/* As cmocka has it, for tests that share a demo: `state` is the scene. Each of them
 * finds no controller, nothing of earlier rollouts and all traffic on stable. */
int rollout_scene_open(void **state);
int rollout_scene_renew(void **state);
int rollout_scene_close(void **state);

/* Starts a controller and listens to it; whether its answer is that it has begun. */
bool rollout_scene_start(struct rollout_scene *scene);
/* One that is promoted by hand, and waits for its first step. */
void rollout_scene_start_manual(struct rollout_scene *scene);
/* Until it has ended and its controller has left; the launch is another one's then. */
void rollout_scene_wait_for_end(struct rollout_scene *scene);
pid_t rollout_scene_pid(const struct rollout_scene *scene);
void rollout_scene_kill(struct rollout_scene *scene);
/* Turns the loop until it is so, or fails the test after two minutes. */
void rollout_scene_wait(struct rollout_scene *scene, const struct rollout_goal *wish);
void rollout_scene_turn(struct rollout_scene *scene);    /* until the next status */
void rollout_scene_breathe(struct rollout_scene *scene); /* for a moment */

/* Gives an order by the newest status; whether the answer is that it is accepted. */
bool rollout_scene_order(
    struct rollout_scene *scene, enum rollout_order_kind kind, const char *who);
/* `flightdeck demo VERB PART`; must succeed. */
void rollout_scene_tell_demo(
    struct rollout_scene *scene, const char *verb, const char *part);

/* The same again with each status until it is accepted, or fails the test; so, too, to
 * the next step, whatever the evidence says; and that once. */
void rollout_scene_insist(
    struct rollout_scene *scene, enum rollout_order_kind kind, const char *who);
void rollout_scene_promote(struct rollout_scene *scene);
bool rollout_scene_try_promote(struct rollout_scene *scene);

/* What the router says: basis points, or -1 without a lease; and until it says so. */
int rollout_scene_weight(struct rollout_scene *scene);
void rollout_scene_wait_for_weight(struct rollout_scene *scene, int weight_bp);
/* Changes it behind the controller's back. */
void rollout_scene_meddle(struct rollout_scene *scene, unsigned weight_bp);
