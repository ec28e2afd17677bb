/* What a cell means; a theme says how it looks. One row per role. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>

/* clang-format off */
/*    id                  name in a theme   */
#define ROLES(X) \
    X(ROLE_NONE,          ""), \
    X(ROLE_TEXT,          "text"), \
    X(ROLE_DIM,           "text.dim"), \
    X(ROLE_STRONG,        "text.strong"), \
    X(ROLE_STALE,         "text.stale"), \
    X(ROLE_BORDER,        "panel.border"), \
    X(ROLE_BORDER_FOCUS,  "panel.focus"), \
    X(ROLE_TITLE,         "panel.title"), \
    X(ROLE_LOCAL,         "env.local"), \
    X(ROLE_STAGING,       "env.staging"), \
    X(ROLE_PRODUCTION,    "env.prod"), \
    X(ROLE_WATCH,         "mode.watch"), \
    X(ROLE_ARMED,         "armed"), \
    X(ROLE_FROZEN,        "mode.frozen"), \
    X(ROLE_OK,            "status.ok"), \
    X(ROLE_WARN,          "status.warn"), \
    X(ROLE_BAD,           "status.bad"), \
    X(ROLE_OFF,           "status.off"), \
    X(ROLE_STABLE,        "series.stable"), \
    X(ROLE_CANARY,        "series.canary"), \
    X(ROLE_LIMIT,         "series.limit"), \
    X(ROLE_KEY,           "key"), \
    X(ROLE_SELECT,        "select"), \
    X(ROLE_CURSOR,        "cursor"), \
    X(ROLE_DIALOG,        "dialog")
/* clang-format on */

enum role {
#define X(id, name) id
    ROLES(X),
#undef X
    ROLE_COUNT, /* those that have a style */
    /* The steps of a heat map, from few to many, painted from a theme's ramp. */
    ROLE_HEAT = ROLE_COUNT,
    ROLE_END = ROLE_HEAT + 4
};

const char *role_name(enum role role);
bool role_from_name(const char *name, enum role *role);
