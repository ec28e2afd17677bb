/* SPDX-License-Identifier: MIT */
#include "canary_orphan.h"

#include <stdlib.h>

#include "base/memory.h"
#include "base/text.h"
#include "core/weight.h"
#include "history/rollouts.h"
#include "io/folders.h"
#include "io/rollout_place.h"

bool canary_orphan_is_held(const struct target *target, struct lock_holder *who) {
    char folder[FOLDER_PATH_SIZE], name[ROLLOUT_LOCK_SIZE];
    struct error ignored;
    rollout_lock_name(target->name, name);
    return folder_state(folder, &ignored) && lock_is_held(folder, name, who);
}

static void describe(
    const struct rollout *rollout, const struct target *target, struct error *why) {
    char weight[16];
    struct lock_holder who;
    struct text text = TEXT_IN(weight);
    weight_add_percent(&text, rollout->wanted_bp);
    const char *phase = rollout_phase_name(rollout->phase);
    if (canary_orphan_is_held(target, &who)) {
        error_set(
            why, ERROR_CONNECT,
            "the controller of %s (%s, %s; pid %d, of %s on %s) cannot be reached: "
            "`flightdeck canary abort --target %s` takes it back, `takeover` replaces "
            "it",
            rollout->plan.to, phase, weight, (int)who.pid, who.holder, who.host,
            target->name);
        return;
    }
    error_set(
        why, ERROR_LOST,
        "the controller of %s (%s, %s) has gone: `flightdeck canary resume --target "
        "%s` takes it up again, `abort` takes it back",
        rollout->plan.to, phase, weight, target->name);
}

bool canary_orphan_explain(const struct target *target, struct error *why) {
    struct rollout_found *found = memory_new(sizeof *found); /* large */
    struct error problem = {0};
    bool is_open = rollouts_peek(target->name, found, &problem);
    if (is_open) {
        describe(&found->rollout, target, why);
    } else if (problem.code != ERROR_NOT_FOUND) {
        *why = problem;
        error_wrap(why, "whether a rollout is open is not known");
    }
    free(found);
    return is_open || problem.code != ERROR_NOT_FOUND;
}
