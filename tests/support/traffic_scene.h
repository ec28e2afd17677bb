/* What a rollout sees of its traffic, with a router that is only its log: lines on a
 * real socket, and a real service that knows the jobs. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include "control/traffic.h"
#include "support/service.h"
#include "support/test_folder.h"
#include "support/until.h"

enum { TRAFFIC_SCENE_SEEN_MAX = 64, TRAFFIC_SCENE_SALT = 7 };

struct traffic_scene {
    struct loop *loop;
    struct test_folder folder;
    struct target *target;
    struct service *service; /* that knows the jobs */
    struct traffic *traffic;
    int sender;
    uint64_t number; /* of the last line */
    unsigned count;  /* observations */
    struct observation seen[TRAFFIC_SCENE_SEEN_MAX];
};

void traffic_scene_init(struct traffic_scene *scene);
void traffic_scene_clear(struct traffic_scene *scene);
/* As the target is now, and with a new connection. */
void traffic_scene_begin_again(struct traffic_scene *scene);

/* Its owner is the scene. */
void traffic_scene_on_observation(void *owner, const struct observation *seen);

/* The parts of a line that matter here. */
struct sent {
    const char *arm, *status, *outcome, *job;
    unsigned bucket, weight_bp, salt;
    int user, chat;
    long long ahead_s;                     /* of the clock */
    const char *ended, *retries, *backend; /* NULL: as all goes well */
};

extern const struct sent sent_to_stable, sent_to_canary;
void traffic_scene_send(struct traffic_scene *scene, const struct sent *sent);
void traffic_scene_send_words(struct traffic_scene *scene, const char *words);

/* Until that holds of the scene; fails the test when it does not come about. */
void traffic_scene_until(struct traffic_scene *scene, until_fn holds, uint64_t value);
/* Until so many were seen. */
void traffic_scene_see(struct traffic_scene *scene, unsigned count);
/* Until whatever was sent before has been read: lines arrive in order. */
void traffic_scene_settle(struct traffic_scene *scene);
