/* Follows a rollout to its outcome: a line on stderr for each change, one that is
 * redrawn on a terminal, and the code that a pipeline ends with. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "canary_desk.h"

struct canary_follow;

/* Once, not inside a call. `status` is what was
 * heard last; not known when nothing was. */
typedef void (*canary_followed_fn)(
    void *owner, enum exit_code code, const struct rollout_status *status);

enum canary_follow_until {
    CANARY_UNTIL_DECIDED, /* promoted, rolled back, stranded, or held for a person */
    CANARY_UNTIL_BACK,    /* all traffic is on stable, or that cannot be verified */
};

struct canary_follow_options {
    const struct canary_desk *desk; /* borrowed */
    enum canary_follow_until until;
    bool holds;           /* at the limit it is put on hold, not left alone */
    uint64_t limit_ns;    /* 0 for none: then it is told as inconclusive */
    uint64_t patience_ns; /* for a controller that is not there (yet) */
    canary_followed_fn on_end;
    void *owner;
};

struct canary_follow *canary_follow_new(const struct canary_follow_options *options);
void canary_follow_free(struct canary_follow *follow);
