/* SPDX-License-Identifier: MIT */
#include "demo_lease.h"

#include <signal.h>
#include <stdlib.h>

#include "base/memory.h"
#include "base/units.h"
#include "history/lock.h"
#include "io/haproxy.h"
#include "io/haproxy_reply.h"
#include "io/loop.h"
#include "io/rollout_place.h"

struct demo_lease {
    const struct demo_plan *plan; /* borrowed */
    struct haproxy *haproxy;
    struct loop_timer *timer; /* NULL once a controller has taken over */
};

/* A refusal shows on the screen as a lease that runs out; the next refresh may work. */
static void on_set(void *owner, const struct haproxy_result *result) {
    (void)owner;
    (void)result;
}

static void set_weight(struct demo_lease *lease) {
    char command[HAPROXY_COMMAND_SIZE];
    struct text text = TEXT_IN(command);
    haproxy_table_set(&text, DEMO_TABLE, 2, DEMO_SALT);
    haproxy_table_set(&text, DEMO_TABLE, 1, DEMO_WEIGHT_BASIS_POINTS);
    haproxy_command(lease->haproxy, command, NS_PER_S, on_set, lease);
}

static bool find_controller(const char *demo, struct lock_holder *who) {
    char folder[FOLDER_PATH_SIZE], name[ROLLOUT_LOCK_SIZE];
    struct error err;
    rollout_lock_name(demo, name);
    return folder_state(folder, &err) && lock_is_held(folder, name, who);
}

bool demo_lease_is_controlled(const char *demo) {
    struct lock_holder who;
    return find_controller(demo, &who);
}

void demo_lease_end_controller(const char *demo) {
    struct lock_holder who;
    if (find_controller(demo, &who) && who.pid > 0) kill(who.pid, SIGTERM);
}

static void on_refresh(void *owner, uint64_t now_ns) {
    struct demo_lease *lease = owner;
    (void)now_ns;
    if (!demo_lease_is_controlled(lease->plan->place.name)) {
        set_weight(lease);
        return;
    }
    loop_timer_free(lease->timer);
    lease->timer = NULL;
}

struct demo_lease *demo_lease_new(struct loop *loop, const struct demo_plan *plan) {
    struct demo_lease *lease = memory_new(sizeof *lease);
    char socket[DEMO_PATH_SIZE];
    demo_place_path(&plan->place, "router.sock", socket);
    lease->plan = plan;
    lease->haproxy = haproxy_new(loop, socket, HAPROXY_MAY_ACT);
    lease->timer = loop_every(loop, DEMO_LEASE_REFRESH_S * NS_PER_S, on_refresh, lease);
    set_weight(lease);
    return lease;
}

void demo_lease_free(struct demo_lease *lease) {
    if (!lease) return;
    loop_timer_free(lease->timer);
    haproxy_free(lease->haproxy);
    free(lease);
}
