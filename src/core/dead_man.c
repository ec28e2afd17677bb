/* SPDX-License-Identifier: MIT */
#include "core/dead_man.h"

#include <string.h>

#include "base/text.h"

void dead_man_init(struct dead_man *man, uint64_t limit_ns, uint64_t grace_ns) {
    *man = (struct dead_man){.limit_ns = limit_ns, .grace_ns = grace_ns};
}

uint64_t dead_man_silence_ns(const struct dead_man *man, uint64_t now_ns) {
    return now_ns - man->alive_ns;
}

static enum dead_man_state live(
    struct dead_man *man, const char *sign, uint64_t now_ns) {
    text_copy_cut(man->sign, sizeof man->sign, sign);
    man->alive_ns = now_ns;
    man->state = *sign ? DEAD_MAN_HELD : DEAD_MAN_RESTING;
    man->met = true;
    return man->state;
}

enum dead_man_state dead_man_on_sign(
    struct dead_man *man, const char *sign, uint64_t old_ns, uint64_t now_ns) {
    bool first = !man->met;
    bool returned = man->blind;
    man->blind = false;
    if (first || strcmp(man->sign, sign) != 0) {
        live(man, sign, now_ns);
        if (!first || man->state == DEAD_MAN_RESTING) return man->state;
        /* It may have been silent for long before we came: but its clock may be wrong,
         * so it gets the grace to show that it lives. */
        uint64_t most_ns =
            man->limit_ns > man->grace_ns ? man->limit_ns - man->grace_ns : 0;
        uint64_t before_ns = old_ns < most_ns ? old_ns : most_ns;
        man->alive_ns = before_ns < now_ns ? now_ns - before_ns : 0;
        return man->state;
    }
    if (man->state == DEAD_MAN_RESTING) return man->state;
    if (returned) man->not_before_ns = now_ns + man->grace_ns;
    bool silent = dead_man_silence_ns(man, now_ns) >= man->limit_ns;
    if (silent && now_ns >= man->not_before_ns) man->state = DEAD_MAN_DUE;
    return man->state;
}

void dead_man_on_blind(struct dead_man *man) {
    man->blind = true;
}
