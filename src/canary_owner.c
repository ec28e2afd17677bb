/* SPDX-License-Identifier: MIT */
#include "canary_owner.h"

#include <string.h>

#include "base/units.h"
#include "io/rollout_place.h"

struct canary_owner canary_owner_look(const struct canary_desk *desk) {
    char folder[FOLDER_PATH_SIZE], name[ROLLOUT_LOCK_SIZE];
    struct canary_owner owner = {0};
    struct error ignored; /* then nothing is known, and the lock itself decides */
    rollout_lock_name(desk->target->name, name);
    if (folder_state(folder, &ignored)) lock_is_held(folder, name, &owner.seen);
    return owner;
}

enum canary_owner_since canary_owner_check(
    const struct canary_owner *owner, const struct canary_desk *desk,
    struct text *words) {
    const struct canary_owner now = canary_owner_look(desk);
    const struct lock_holder *who = &now.seen;
    if (who->epoch == owner->seen.epoch && who->since_ms == owner->seen.since_ms) {
        return CANARY_OWNER_SAME;
    }
    bool is_me =
        strcmp(who->holder, desk->user) == 0 && strcmp(who->host, desk->host) == 0;
    if (is_me) return CANARY_OWNER_ME;
    text_addf(
        words, "%s on %s has taken it over since, at ",
        who->holder[0] ? who->holder : "somebody", who->host);
    units_add_timestamp(words, who->since_ms);
    text_add(words, ": look again");
    return CANARY_OWNER_ANOTHER;
}

void canary_owner_add(const struct canary_owner *owner, struct text *text) {
    const struct lock_holder *seen = &owner->seen;
    if (seen->epoch == 0) return;
    text_addf(
        text, ", which has been %s's on %s since ",
        seen->holder[0] ? seen->holder : "somebody", seen->host);
    units_add_timestamp(text, seen->since_ms);
}
