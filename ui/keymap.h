/* Which keys ask for which command. Starts from the command table; a set that could
 * trap or trick the operator is refused. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "base/scan.h"
#include "core/command.h"
#include "ui/key.h"

enum { KEYMAP_BINDINGS_MAX = 128, KEY_SEQUENCE_MAX = 2 };

struct key_sequence {
    struct key keys[KEY_SEQUENCE_MAX];
    size_t length;
};

struct binding {
    struct key_sequence keys;
    enum command command;
    bool digits; /* "1-9": any of them, the digit is the argument */
};

struct keymap {
    struct binding bindings[KEYMAP_BINDINGS_MAX];
    size_t count;
};

/* The keys of the command table. */
void keymap_init(struct keymap *keymap);

/* Gives a command other keys, separated by blanks.
 * Refuses keys that cannot be read, that are taken, and anything but
 * upper-case letters, a plus or a minus for a command that acts. */
bool keymap_bind(
    struct keymap *keymap, enum command command, struct slice keys, struct error *err);

/* False when nothing leads to quit, help or back any more. */
bool keymap_check(const struct keymap *keymap, struct error *err);

enum keymap_match { KEYMAP_NONE, KEYMAP_BEGUN, KEYMAP_FOUND };

/* What the keys so far mean; `argument` is the digit of "1-9", else 0. */
enum keymap_match keymap_find(
    const struct keymap *keymap, const struct key_sequence *keys, enum command *command,
    int *argument);

/* The first key of a command as it is written; "" when it has none. */
void keymap_add_key(
    const struct keymap *keymap, enum command command, struct text *text);
