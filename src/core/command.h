/* Everything the operator can ask for. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>

#include "core/command_rows.h"

/* Looking never changes the world; going back to safety never needs arming. */
enum command_danger {
    COMMAND_LOOKS,    /* lower case, digits, arrows */
    COMMAND_ARMS,     /* arming itself */
    COMMAND_RETREATS, /* upper case or a minus: hold, abort, stop, lift, less */
    COMMAND_ACTS,     /* upper case or a plus: needs arming and a confirmation */
};

enum command {
#define X(id, name, keys, danger, help) id
    COMMANDS(X),
#undef X
    COMMAND_COUNT
};

const char *command_name(enum command command);
const char *command_keys(enum command command); /* separated by blanks; "": none */
const char *command_help(enum command command);
enum command_danger command_danger(enum command command);
bool command_from_name(const char *name, enum command *command);
