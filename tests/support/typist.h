/* Hands that press anything: keys, halves of escape sequences, the mouse, pastes, and
 * now and then they pull the window. The same seed does the same. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "core/random.h"

struct display;

enum typist_manner {
    TYPIST_WILD,  /* whatever comes */
    TYPIST_LOOKS, /* no upper-case letter, unless it is pasted */
};

struct typist {
    struct random random;
    enum typist_manner manner;
};

void typist_init(struct typist *typist, uint64_t seed, enum typist_manner manner);

/* One more thing is done, but never Ctrl-Z, which needs a shell. Whether it may leave
 * the program: q, Ctrl-C or F10. */
bool typist_press(struct typist *typist, struct display *display);
