/* SPDX-License-Identifier: MIT */
#include "core/command.h"

#include <string.h>

struct row {
    const char *name;
    const char *keys;
    enum command_danger danger;
    const char *help;
};

static const struct row rows[COMMAND_COUNT] = {
#define X(id, name, keys, danger, help) [id] = {name, keys, danger, help}
    COMMANDS(X)
#undef X
};

const char *command_name(enum command command) {
    return rows[command].name;
}

const char *command_keys(enum command command) {
    return rows[command].keys;
}

const char *command_help(enum command command) {
    return rows[command].help;
}

enum command_danger command_danger(enum command command) {
    return rows[command].danger;
}

bool command_from_name(const char *name, enum command *command) {
    for (unsigned i = 0; i < COMMAND_COUNT; i++) {
        if (strcmp(rows[i].name, name) != 0) continue;
        *command = (enum command)i;
        return true;
    }
    return false;
}
