/* The controller in a cluster: the way there,
 * the Lease that is its sign of life, and what it writes with. */
/* SPDX-License-Identifier: MIT */
#include "control/controller_cluster.h"

#include "base/text.h"
#include "control/cluster.h"

static void on_lease_lost(void *owner, const char *words) {
    (void)words;
    controller_abandon(owner);
}

/* Router, Lease, deployment and board go there in one way. */
bool controller_open_cluster(struct controller *controller, struct error *err) {
    const struct target_kubernetes *target = &controller->launch->target.kubernetes;
    if (!*target->namespace) return true;
    controller->kubernetes = cluster_open(controller->loop, target, true, err);
    return controller->kubernetes != NULL;
}

/* In a cluster nobody sees the lock of this machine. */
bool controller_open_guardian(struct controller *controller, struct error *err) {
    const struct rollout_launch *launch = controller->launch;
    char holder[2 * STATE_NAME_SIZE];
    struct text text = TEXT_IN(holder);
    if (controller->type == &haproxy_router || !controller->kubernetes ||
        !*launch->target.kubernetes.lease) {
        return true;
    }
    text_addf(&text, "%s@%s", launch->plan.holder, launch->plan.host);
    const struct guardian_wish wish = {
        .kubernetes = controller->kubernetes,
        .lease = launch->target.kubernetes.lease,
        .holder = holder,
        .epoch = controller->epoch,
        .force = launch->kind == ROLLOUT_LAUNCH_TAKEOVER,
    };
    controller->guardian =
        guardian_new(controller->loop, &wish, on_lease_lost, controller, err);
    return controller->guardian != NULL;
}

/* Nobody else may write with it: the Lease is ours,
 * or something was written already. */
uint64_t controller_cluster_epoch(const struct controller *controller) {
    const char *why;
    if (controller->cluster_epoch > 0 || !controller->guardian) {
        return controller->cluster_epoch;
    }
    bool is_ours = guardian_holds(controller->guardian, &why);
    return is_ours ? guardian_epoch(controller->guardian, controller->epoch) : 0;
}
