/* SPDX-License-Identifier: MIT */
#include "claim.h"

#include "base/text.h"
#include "io/folders.h"
#include "io/loop.h"
#include "operator.h"

static struct lock_holder me_of(const struct claim *claim, uint64_t epoch) {
    struct lock_holder me = {
        .purpose = "cockpit", .since_ms = loop_wall_ms(), .epoch = epoch};
    text_copy_cut(me.holder, sizeof me.holder, claim->user);
    operator_host(me.host);
    return me;
}

bool claim_hold(struct claim *claim, struct error *err) {
    if (claim->lock && lock_is_mine(claim->lock)) return true;
    claim_release(claim);
    char folder[FOLDER_PATH_SIZE];
    if (!folder_state(folder, err)) return false;
    const struct lock_holder me = me_of(claim, 0);
    claim->lock = lock_take(folder, claim->target, &me, NULL, err);
    return claim->lock || error_wrap(err, "%s", claim->target);
}

bool claim_take_over(
    struct claim *claim, uint64_t epoch, struct lock_holder *from, struct error *err) {
    char folder[FOLDER_PATH_SIZE];
    claim_release(claim);
    if (!folder_state(folder, err)) return false;
    const struct lock_holder me = me_of(claim, epoch);
    claim->lock = lock_take_over(folder, claim->target, &me, from, err);
    return claim->lock || error_wrap(err, "%s", claim->target);
}

bool claim_is_lost(const struct claim *claim, struct lock_holder *who) {
    return claim->lock && lock_is_taken(claim->lock, who);
}

bool claim_is_elsewhere(const struct claim *claim, struct lock_holder *who) {
    char folder[FOLDER_PATH_SIZE];
    struct error err;
    if (claim->lock && lock_is_mine(claim->lock)) return false;
    return folder_state(folder, &err) && lock_is_held(folder, claim->target, who);
}

void claim_release(struct claim *claim) {
    lock_free(claim->lock);
    claim->lock = NULL;
}
