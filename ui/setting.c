/* SPDX-License-Identifier: MIT */
#include "ui/setting.h"

struct row {
    enum command command;
    const char *label;
};

static const struct row rows[SETTING_COUNT] = {
#define X(id, command, label) [id] = {command, label}
    SETTINGS(X)
#undef X
};

enum command setting_command(enum setting setting) {
    return rows[setting].command;
}

const char *setting_label(enum setting setting) {
    return rows[setting].label;
}
