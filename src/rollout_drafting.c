/* SPDX-License-Identifier: MIT */
#include "rollout_drafting.h"

#include "base/safe_text.h"
#include "base/text.h"
#include "canary_guard.h"
#include "canary_wish.h"
#include "core/rollout_case.h"

static void add(struct text *text, const char *words) {
    safe_text_add(text, slice_of(words));
}

static void add_cluster(struct text *text, const struct target_kubernetes *cluster) {
    text_add(text, "Kubernetes, namespace ");
    add(text, cluster->namespace);
    switch (cluster->router) {
    case CLUSTER_REPLICAS: text_add(text, ": replicas of "); break;
    case CLUSTER_HTTPROUTE:
        text_add(text, ": HTTPRoute ");
        add(text, cluster->route);
        text_add(text, " to ");
        break;
    case CLUSTER_ARGO:
        text_add(text, ": Rollout ");
        add(text, cluster->rollout);
        return;
    }
    add(text, cluster->stable);
    text_add(text, " and ");
    add(text, cluster->canary);
}

/* False when nothing divides the traffic. */
static bool add_router(struct text *text, const struct target *target) {
    if (target->split.socket[0]) {
        text_add(text, "HAProxy ");
        add(text, target->split.socket);
        text_add(text, ", table ");
        add(text, target->split.table);
        return true;
    }
    if (!target->kubernetes.namespace[0]) return false;
    add_cluster(text, &target->kubernetes);
    return true;
}

static void add_deploy(
    struct text *text, const struct target_deploy *deploy,
    const struct redactor *redactor) {
    switch ((enum deploy_kind)deploy->kind) {
    case DEPLOY_EXTERNAL:
        text_add(text, "nothing: the canary is waited for until it says the version");
        return;
    case DEPLOY_KUBERNETES:
        text_add(text, "image ");
        add(text, deploy->image);
        text_add(text, " into Deployment ");
        add(text, deploy->deployment);
        return;
    case DEPLOY_COMMAND:
        text_add(text, "runs");
        for (uint32_t i = 0; i < deploy->arg_count; i++) {
            char arg[2 * TARGET_ARG_SIZE];
            struct text shown = TEXT_IN(arg);
            redact_add(redactor, &shown, slice_of(deploy->args[i]));
            text_add_char(text, ' ');
            add(text, arg);
        }
        return;
    }
}

/* What a router keeps is only seen once it is spoken to: the screen of the rollout says
 * what it is then. */
static void add_guard(struct text *text, const struct target *target) {
    switch (canary_guard_of(target)) {
    case CANARY_GUARD_LEASE:
        text_add(
            text, "the weight is lent: it runs out in the router, back to stable, when "
                  "the controller dies and the table expires");
        return;
    case CANARY_GUARD_WATCHDOG:
        text_add(text, "the watchdog of Lease ");
        add(text, target->kubernetes.lease);
        text_add(text, ", if it runs; production refuses without");
        return;
    case CANARY_GUARD_NONE:
        text_add(text, "!none: the weight stays when the controller dies");
        return;
    }
}

void rollout_draft_fill(struct rollout_draft *draft, const struct config *config) {
    const struct target *target = config_target(config);
    struct text router = TEXT_IN(draft->router);
    struct text deploy = TEXT_IN(draft->deploy);
    struct text guard = TEXT_IN(draft->guard);
    struct error err;
    draft->warning = "";
    draft->blocked[0] = '\0';
    draft->external = target->deploy.kind == DEPLOY_EXTERNAL;
    add_deploy(&deploy, &target->deploy, config_redactor(config));
    add_guard(&guard, target);
    if (!add_router(&router, target)) {
        text_copy_cut(
            draft->blocked, sizeof draft->blocked,
            "no router is configured: the target has no split");
    } else if (
        !canary_guard_check(target, &err) ||
        !canary_wish_default(config, &draft->plan, &err)) {
        safe_text_copy(draft->blocked, sizeof draft->blocked, slice_of(err.message));
    } else {
        draft->rules = rollout_case_rules(&draft->plan, target->split.log[0] != '\0');
        draft->warning = canary_wish_warning(&draft->plan);
    }
}
