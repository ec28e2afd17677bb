/* SPDX-License-Identifier: MIT */
#include "support/canary_ask.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

enum { ASKED_MAX = 200 };

void canary_ask_expect(
    struct canary_ask *ask, const char *const *args, int code, const char *said) {
    int ended = test_demo_ask(ask->home, args, ask->words);
    if (ended == code && strstr(ask->words, said)) return;
    fail_msg(
        "%s %s: %d, wanted %d with \"%s\"\n%s", args[0], args[1], ended, code, said,
        ask->words);
}

/* Who watches a controller hears of each change;
 * before there is one he is told at once. */
void canary_ask_until_watched(struct canary_ask *ask) {
    for (unsigned i = 0; i < ASKED_MAX; i++) {
        bool watched = test_demo_hear(
            ask->home, CANARY("status", "--watch"), "), watching ", ask->words);
        if (watched) return;
    }
    fail_msg("never watched: %s", ask->words);
}
