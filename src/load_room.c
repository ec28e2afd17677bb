/* SPDX-License-Identifier: MIT */
#include "load_room.h"

#include "core/load_aim.h"
#include "core/load_level.h"
#include "probes/port_owner.h"

enum {
    OWN_DESCRIPTORS = 16
}; /* of a server: its listener, its log, its standard ones */

void load_room_add(
    struct text *text, const struct target *target, const struct load_plan *plan) {
    struct load_target aim;
    struct port_owner owner;
    struct error err;
    if (!target_url_is_loopback(target->url) || target->connect_to_count > 0) return;
    if (!load_aim(target, &aim, &err)) return;
    /* Requests at a rate are rarely all under way at once; users are all there. */
    if (plan->model != LOAD_USERS) return;
    uint64_t users = load_level_connections(plan);
    port_owner_find(aim.port, &owner);
    bool known = owner.pid != 0 && owner.descriptors > 0;
    if (!known || owner.descriptors >= users + OWN_DESCRIPTORS) return;
    text_addf(
        text,
        "the target, %s (pid %d), may have %llu descriptors: too few for %llu users "
        "(ulimit -n)",
        owner.name, (int)owner.pid, (unsigned long long)owner.descriptors,
        (unsigned long long)users);
}
