/* SPDX-License-Identifier: MIT */
#include "control/router_claim.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/sha256.h"
#include "base/text.h"
#include "base/units.h"
#include "io/folders.h"
#include "io/loop.h"

enum { IDENTITY_SIZE = 16 * 1024, NAME_SIZE = SHA256_HEX_SIZE + 8, SINCE_SIZE = 40 };

#define PURPOSE "canary of "

_Static_assert(
    (int)LOCK_PURPOSE_SIZE >= (int)STATE_NAME_SIZE + (int)sizeof PURPOSE,
    "the target is found by it");

/* What makes a router */

static void add(struct text *text, const char *words) {
    text_add(text, words);
    text_add_char(text, '\n');
}

static void add_haproxy(struct text *text, const struct target_split *split) {
    char *path = realpath(split->socket, NULL);
    add(text, path ? path : split->socket);
    add(text, split->table);
    free(path);
}

static void add_cluster(struct text *text, const struct target_kubernetes *cluster) {
    add(text, cluster->kubeconfig);
    add(text, cluster->context);
    add(text, cluster->socket);
    add(text, cluster->namespace);
    add(text, cluster->stable);
    add(text, cluster->canary);
    add(text, cluster->service);
    add(text, cluster->route);
    add(text, cluster->rollout);
}

/* A program that is named by its way from here is another one elsewhere. */
static void add_command(struct text *text, const struct target_words *set) {
    char folder[FOLDER_PATH_SIZE];
    bool is_relative = strchr(set->args[0], '/') && set->args[0][0] != '/';
    if (is_relative && getcwd(folder, sizeof folder)) add(text, folder);
    for (uint32_t i = 0; i < set->arg_count; i++) add(text, set->args[i]);
}

static void name_router(const struct target *target, char name[NAME_SIZE]) {
    char hex[SHA256_HEX_SIZE];
    char *identity = memory_new(IDENTITY_SIZE);
    struct text text = text_in(identity, IDENTITY_SIZE);
    if (target->split.socket[0]) {
        add_haproxy(&text, &target->split);
    } else if (target->kubernetes.namespace[0]) {
        add_cluster(&text, &target->kubernetes);
    } else {
        add_command(&text, &target->command.set);
    }
    sha256_hex((struct slice){identity, text.length}, hex);
    struct text to = text_in(name, NAME_SIZE);
    text_addf(&to, "router %s", hex);
    free(identity);
}

/* Whose it is */

static struct lock_holder describe(
    const struct rollout_plan *plan, const char *target) {
    struct lock_holder me = {.since_ms = loop_wall_ms()};
    struct text purpose = TEXT_IN(me.purpose);
    text_addf(&purpose, PURPOSE "%s", target);
    text_copy_cut(me.holder, sizeof me.holder, plan->holder);
    text_copy_cut(me.host, sizeof me.host, plan->host);
    return me;
}

/* Its controller is dead, and whoever takes it up would write to the router again. */
static bool is_left_open(
    const struct lock_holder *last, struct rollouts *rollouts, struct error *err) {
    const char *target = last->purpose + strlen(PURPOSE);
    struct rollout_found *found = memory_new(sizeof *found); /* large */
    bool is_open = rollouts_find(rollouts, target, found, err);
    if (is_open) {
        const struct rollout *rollout = &found->rollout;
        char since[SINCE_SIZE];
        struct text text = TEXT_IN(since);
        units_add_timestamp(&text, last->since_ms);
        error_set(
            err, ERROR_CONFLICT,
            "the rollout of %s to %s is open (%s), of %s on %s since %s: resume or "
            "abort it under that name",
            target, rollout->plan.to, rollout_phase_name(rollout->phase),
            rollout->plan.holder, rollout->plan.host, since);
    }
    free(found);
    return is_open || err->code != ERROR_NOT_FOUND;
}

bool router_claim_take(
    const struct rollout_launch *launch, struct rollouts *rollouts, struct lock **claim,
    struct error *err) {
    const char *target = launch->target.name;
    char folder[FOLDER_PATH_SIZE], name[NAME_SIZE];
    struct lock_holder me = describe(&launch->plan, target), last = {0};
    name_router(&launch->target, name);
    if (!folder_state(folder, err)) return false;
    bool is_held = lock_is_held(folder, name, &last);
    bool is_ours = strcmp(last.purpose, me.purpose) == 0;
    bool is_others = last.purpose[0] && !is_ours;
    me.epoch = last.epoch; /* whose it is to be taken from */
    if (!is_held && is_others && is_left_open(&last, rollouts, err)) {
        return error_wrap(err, "the router of %s is in use", target);
    }
    /* One of the same target has lost the target's lock, and the router with it. */
    *claim = is_held && is_ours ? lock_take_over(folder, name, &me, NULL, err)
                                : lock_take(folder, name, &me, NULL, err);
    if (*claim) return true;
    /* What is open is taken back even where nothing can be written down. */
    bool is_open = launch->kind != ROLLOUT_LAUNCH_BEGIN;
    if (is_open && !is_others && err->code == ERROR_SYSTEM) return true;
    return error_wrap(err, "the router of %s is in use", target);
}

void router_claim_hand_over(struct lock *claim, const struct rollout_plan *plan) {
    struct error ignored; /* it is claimed all the same */
    const struct lock_holder to = describe(plan, plan->target);
    if (claim) lock_hand_over(claim, &to, &ignored);
}
