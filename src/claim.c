/* SPDX-License-Identifier: MIT */
#include "claim.h"

#include "base/text.h"
#include "history/lock.h"
#include "io/folders.h"
#include "io/loop.h"
#include "operator.h"

bool claim_hold(struct claim *claim, struct error *err) {
    if (claim->lock && lock_is_mine(claim->lock)) return true;
    claim_release(claim);
    char folder[FOLDER_PATH_SIZE];
    if (!folder_state(folder, err)) return false;
    struct lock_holder me = {.purpose = "cockpit", .since_ms = loop_wall_ms()};
    text_copy_cut(me.holder, sizeof me.holder, claim->user);
    operator_host(me.host);
    claim->lock = lock_take(folder, claim->target, &me, NULL, err);
    return claim->lock || error_wrap(err, "%s", claim->target);
}

void claim_release(struct claim *claim) {
    lock_free(claim->lock);
    claim->lock = NULL;
}
