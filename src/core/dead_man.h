/* A dead-man's switch: somebody must give a sign of life
 * again and again, or something is done in his place.
 * It goes by changes it has seen itself, not by anybody's clock. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum { DEAD_MAN_SIGN_SIZE = 192 };

/*            sign                 no new sign for `limit`, seen by at least two looks
 *  RESTING ───────► HELD ────────────────────────────────────────────► DUE
 *     ▲ given back   │ ▲ new sign                                      │
 *     └──────────────┘ └───────────────────────────────────────────────┘
 *  Looks that fail see nothing: they neither prolong a life nor end one, and after them
 *  a sign gets `grace` to come, for it could not be given or seen either. */
enum dead_man_state {
    DEAD_MAN_RESTING, /* nobody holds anything */
    DEAD_MAN_HELD,
    DEAD_MAN_DUE,
};

struct dead_man {
    uint64_t limit_ns, grace_ns;
    enum dead_man_state state;
    char sign[DEAD_MAN_SIGN_SIZE]; /* the last one: any change is life */
    uint64_t alive_ns;             /* when it was first seen, or taken for seen */
    uint64_t not_before_ns;        /* grace after looks that failed */
    bool blind;                    /* the last look failed */
    bool met;                      /* a sign was seen at all */
};

void dead_man_init(struct dead_man *man, uint64_t limit_ns, uint64_t grace_ns);

/* A look that saw `sign`; "" when nobody holds anything. `old_ns` is how old the sign
 * says it is: believed of the first one alone, and never beyond the grace. */
enum dead_man_state dead_man_on_sign(
    struct dead_man *man, const char *sign, uint64_t old_ns, uint64_t now_ns);

/* A look that failed. */
void dead_man_on_blind(struct dead_man *man);

/* How long the last sign is ago. */
uint64_t dead_man_silence_ns(const struct dead_man *man, uint64_t now_ns);
