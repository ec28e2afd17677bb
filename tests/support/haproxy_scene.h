/* A router, the real HAProxy that it speaks with,
 * and somebody else who writes there. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include "base/units.h"
#include "control/router.h"
#include "io/haproxy.h"
#include "support/test_haproxy.h"

enum { HAPROXY_SCENE_SALT = 7, HAPROXY_SCENE_EPOCH = 3, HAPROXY_SECTIONS_SIZE = 4096 };

#define HAPROXY_SCENE_PATIENCE_NS (20 * NS_PER_S)

/* So long that it does not run out by itself in a test that is about something else. */
#define HAPROXY_SCENE_LONG_LEASE "60s"

struct haproxy_scene {
    struct loop *loop;
    char sections[HAPROXY_SECTIONS_SIZE]; /* of a lease */
    struct test_haproxy server;
    struct target *target;
    struct router *router;
    struct haproxy *stranger;
    struct router_done done; /* what the router said last */
    struct router_seen seen;
};

/* With these sections, which are borrowed, or those of a lease of that length. */
void haproxy_scene_init(struct haproxy_scene *scene, const char *sections);
void haproxy_scene_init_lease(struct haproxy_scene *scene, const char *lease);
void haproxy_scene_clear(struct haproxy_scene *scene);

/* Another router of the target as it is now. */
void haproxy_scene_open_router(struct haproxy_scene *scene);

/* Of our epoch and salt. */
struct router_intent haproxy_scene_intent(uint32_t before_bp, uint32_t weight_bp);

/* Each runs until the router has answered. A machine may be so busy that HAProxy's
 * answer comes too late: then the same again, as a controller does it. */
enum router_outcome haproxy_scene_check(struct haproxy_scene *scene);
enum router_outcome haproxy_scene_set(
    struct haproxy_scene *scene, struct router_intent intent);
enum router_outcome haproxy_scene_renew(
    struct haproxy_scene *scene, struct router_intent intent);
const struct router_seen *haproxy_scene_look(struct haproxy_scene *scene);

/* Whatever the answer is. */
enum router_outcome haproxy_scene_set_once(
    struct haproxy_scene *scene, struct router_intent intent);
enum router_outcome haproxy_scene_renew_once(
    struct haproxy_scene *scene, struct router_intent intent);
const struct router_seen *haproxy_scene_look_once(struct haproxy_scene *scene);

/* The stranger gives a command, or writes an entry of the table. */
void haproxy_scene_tell(struct haproxy_scene *scene, const char *words);
void haproxy_scene_meddle(struct haproxy_scene *scene, uint64_t key, uint64_t value);
