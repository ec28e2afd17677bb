/* Whose rollout it was when a takeover was asked for, and whether it still is: of two
 * who saw the same owner only one takes it from him. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include "base/text.h"
#include "canary_desk.h"
#include "history/lock.h"

struct canary_owner {
    struct lock_holder seen; /* the last one; of epoch 0 when nobody ever was */
};

enum canary_owner_since {
    CANARY_OWNER_SAME,
    CANARY_OWNER_ME,     /* whoever sits at the desk has taken it over since */
    CANARY_OWNER_ANOTHER /* somebody else has */
};

/* What the lock of the target says now. */
struct canary_owner canary_owner_look(const struct canary_desk *desk);

/* What has become of it since; `words` say who has it now, and since when. */
enum canary_owner_since canary_owner_check(
    const struct canary_owner *owner, const struct canary_desk *desk,
    struct text *words);

/* ", which has been ann's on ops1 since ..."; nothing when nobody ever was. */
void canary_owner_add(const struct canary_owner *owner, struct text *text);
