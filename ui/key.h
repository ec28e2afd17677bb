/* One key as the operator pressed it,
 * and how keys are written: "q", "Ctrl-P", "F10". */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/scan.h"
#include "base/text.h"

/* clang-format off */
/*    id                 name; "" for what has no place in a key map */
#define KEYCAPS(X) \
    X(KEYCAP_NONE,       ""), \
    X(KEYCAP_RUNE,       ""),           /* a character: key.rune */ \
    X(KEYCAP_ENTER,      "Enter"), \
    X(KEYCAP_TAB,        "Tab"), \
    X(KEYCAP_ESC,        "Esc"), \
    X(KEYCAP_BACKSPACE,  "Backspace"), \
    X(KEYCAP_UP,         "Up"), \
    X(KEYCAP_DOWN,       "Down"), \
    X(KEYCAP_LEFT,       "Left"), \
    X(KEYCAP_RIGHT,      "Right"), \
    X(KEYCAP_HOME,       "Home"), \
    X(KEYCAP_END,        "End"), \
    X(KEYCAP_PAGE_UP,    "PgUp"), \
    X(KEYCAP_PAGE_DOWN,  "PgDn"), \
    X(KEYCAP_INSERT,     "Insert"), \
    X(KEYCAP_DELETE,     "Delete"), \
    X(KEYCAP_F1,         "F1"), \
    X(KEYCAP_F2,         "F2"), \
    X(KEYCAP_F3,         "F3"), \
    X(KEYCAP_F4,         "F4"), \
    X(KEYCAP_F5,         "F5"), \
    X(KEYCAP_F6,         "F6"), \
    X(KEYCAP_F7,         "F7"), \
    X(KEYCAP_F8,         "F8"), \
    X(KEYCAP_F9,         "F9"), \
    X(KEYCAP_F10,        "F10"), \
    X(KEYCAP_F11,        "F11"), \
    X(KEYCAP_F12,        "F12"), \
    X(KEYCAP_PRESS,      ""),           /* mouse at key.x, key.y */ \
    X(KEYCAP_DRAG,       ""), \
    X(KEYCAP_RELEASE,    ""), \
    X(KEYCAP_WHEEL_UP,   ""), \
    X(KEYCAP_WHEEL_DOWN, ""), \
    X(KEYCAP_MODE,       ""),           /* the terminal says: mode key.x has value key.y */ \
    X(KEYCAP_BACKGROUND, "")            /* the terminal says: its background is key.rune */
/* clang-format on */

enum keycap {
#define X(id, name) id
    KEYCAPS(X),
#undef X
    KEYCAP_COUNT
};

enum { KEY_WITH_SHIFT = 1, KEY_WITH_ALT = 2, KEY_WITH_CTRL = 4 };

struct key {
    enum keycap cap;
    uint8_t with; /* KEY_WITH_ bits; a shifted character is just another character */
    bool pasted;  /* never a command, only text */
    uint32_t rune;
    int x, y; /* cells from 0 */
};

bool key_equals(const struct key *a, const struct key *b);

/* Takes one key from the front of a chord such as "gg", "Ctrl-P" or "Shift-Left". */
bool key_parse(struct scan *scan, struct key *key);

void key_add(struct text *text, const struct key *key);
