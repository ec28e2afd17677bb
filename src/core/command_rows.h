/* One row per command is the whole truth: keys, help, footer, palette and completions
 * are made from this table. */
/* SPDX-License-Identifier: MIT */
#pragma once

/* clang-format off */
/*    id                     name         keys          danger            help */
#define COMMANDS(X) \
    X(COMMAND_QUIT,          "quit",      "q F10 Ctrl-C", COMMAND_LOOKS,  "leave the cockpit"), \
    X(COMMAND_HELP,          "help",      "? F1",       COMMAND_LOOKS,    "keys and commands, type to filter"), \
    X(COMMAND_PALETTE,       "palette",   ": Ctrl-P",   COMMAND_LOOKS,    "type a command, Tab completes"), \
    X(COMMAND_BACK,          "back",      "Esc",        COMMAND_LOOKS,    "close, clear the filter, go back"), \
    X(COMMAND_OVERVIEW,      "overview",  "go",         COMMAND_LOOKS,    "go to the overview"), \
    X(COMMAND_CHECKS,        "checks",    "gs",         COMMAND_LOOKS,    "go to the smoke checks"), \
    X(COMMAND_LOADS,         "loads",     "gl",         COMMAND_LOOKS,    "go to the load run"), \
    X(COMMAND_CANARY,        "canary",    "gc",         COMMAND_LOOKS,    "go to the rollout"), \
    X(COMMAND_ERRORS,        "errors",    "ge",         COMMAND_LOOKS,    "go to the errors"), \
    X(COMMAND_TIMELINE,      "timeline",  "gt",         COMMAND_LOOKS,    "go to the events"), \
    X(COMMAND_NEXT_PANEL,    "next",      "Tab",        COMMAND_LOOKS,    "focus the next panel"), \
    X(COMMAND_PREVIOUS_PANEL,"previous",  "Shift-Tab",  COMMAND_LOOKS,    "focus the previous panel"), \
    X(COMMAND_PANEL,         "panel",     "1-9",        COMMAND_LOOKS,    "focus a panel by its number"), \
    X(COMMAND_OPEN,          "open",      "Enter",      COMMAND_LOOKS,    "open the row, or the panel"), \
    X(COMMAND_ZOOM,          "zoom",      "z",          COMMAND_LOOKS,    "panel on the whole screen and back"), \
    X(COMMAND_UP,            "up",        "k Up",       COMMAND_LOOKS,    "row up"), \
    X(COMMAND_DOWN,          "down",      "j Down",     COMMAND_LOOKS,    "row down"), \
    X(COMMAND_LEFT,          "left",      "h Left",     COMMAND_LOOKS,    "one step back in time"), \
    X(COMMAND_RIGHT,         "right",     "l Right",    COMMAND_LOOKS,    "one step forward in time"), \
    X(COMMAND_LEFT_FAR,      "left10",    "Shift-Left", COMMAND_LOOKS,    "10 s back in time"), \
    X(COMMAND_RIGHT_FAR,     "right10",   "Shift-Right",COMMAND_LOOKS,    "10 s forward in time"), \
    X(COMMAND_PAGE_UP,       "pageup",    "PgUp Ctrl-U",COMMAND_LOOKS,    "page up"), \
    X(COMMAND_PAGE_DOWN,     "pagedown",  "PgDn Ctrl-D",COMMAND_LOOKS,    "page down"), \
    X(COMMAND_FIRST,         "first",     "Home gg",    COMMAND_LOOKS,    "first row"), \
    X(COMMAND_LAST,          "last",      "End",        COMMAND_LOOKS,    "back to live, last row"), \
    X(COMMAND_FREEZE,        "freeze",    "Space",      COMMAND_LOOKS,    "freeze the screen, or go live"), \
    X(COMMAND_EVENT_BEFORE,  "before",    ",",          COMMAND_LOOKS,    "to the event before"), \
    X(COMMAND_EVENT_AFTER,   "after",     ".",          COMMAND_LOOKS,    "to the event after"), \
    X(COMMAND_WINDOW_LESS,   "narrower",  "[",          COMMAND_LOOKS,    "shorter window"), \
    X(COMMAND_WINDOW_MORE,   "wider",     "]",          COMMAND_LOOKS,    "longer window"), \
    X(COMMAND_MARK,          "mark",      "m",          COMMAND_LOOKS,    "a note at this moment"), \
    X(COMMAND_COPY,          "copy",      "y",          COMMAND_LOOKS,    "copy the row, or the panel"), \
    X(COMMAND_EXPORT,        "export",    "e",          COMMAND_LOOKS,    "panel to a txt, csv or json file"), \
    X(COMMAND_NEXT_MATCH,    "match",     "n",          COMMAND_LOOKS,    "next row of the filter"), \
    X(COMMAND_MATCH_BEFORE,  "rematch",   "N",          COMMAND_LOOKS,    "row of the filter before"), \
    X(COMMAND_FILTER,        "filter",    "/ F3 F4",      COMMAND_LOOKS,    "filter rows; ! in front inverts"), \
    X(COMMAND_HISTORY,       "history",   "Ctrl-R",     COMMAND_LOOKS,    "commands typed before"), \
    X(COMMAND_SETTINGS,      "settings",  "F2",         COMMAND_LOOKS,    "theme, colours, glyphs, sync"), \
    X(COMMAND_THEME,         "theme",     "t",          COMMAND_LOOKS,    "next theme; :theme NAME"), \
    X(COMMAND_GLYPHS,        "glyphs",    "b",          COMMAND_LOOKS,    "braille, block or ASCII graphs"), \
    X(COMMAND_COLORS,        "colors",    "",           COMMAND_LOOKS,    ":colors 24, 256, 16 or mono"), \
    X(COMMAND_SYNC,          "sync",      "",           COMMAND_LOOKS,    "frames in one: :sync auto, on, off"), \
    X(COMMAND_REDRAW,        "redraw",    "Ctrl-L F5",  COMMAND_LOOKS,    "draw everything again"), \
    X(COMMAND_SUSPEND,       "suspend",   "Ctrl-Z",     COMMAND_LOOKS,    "to the shell; fg comes back"), \
    X(COMMAND_ARM,           "arm",       "A",          COMMAND_ARMS,     "arm, or disarm"), \
    X(COMMAND_SMOKE,         "smoke",     "S",          COMMAND_ACTS,     "run the smoke checks"), \
    X(COMMAND_LOAD,          "load",      "L",          COMMAND_ACTS,     "start a load run"), \
    X(COMMAND_LOAD_MORE,     "more",      "+",          COMMAND_ACTS,     "more users in the load run"), \
    X(COMMAND_LOAD_LESS,     "fewer",     "-",          COMMAND_RETREATS, "fewer users in the load run"), \
    X(COMMAND_START,         "start",     "",           COMMAND_ACTS,     "rollout: begin one; :start VERSION"), \
    X(COMMAND_PROMOTE,       "promote",   "P",          COMMAND_ACTS,     "rollout: next step, by evidence"), \
    X(COMMAND_HOLD,          "hold",      "H",          COMMAND_RETREATS, "rollout: hold it here, at once"), \
    X(COMMAND_RESUME,        "resume",    "G",          COMMAND_ACTS,     "rollout: go on after a hold"), \
    X(COMMAND_UNDO,          "undo",      "U",          COMMAND_RETREATS, "rollout: back to the old version"), \
    X(COMMAND_ABORT,         "abort",     "",           COMMAND_RETREATS, "rollout: back to stable"), \
    X(COMMAND_STOP,          "stop",      "X",          COMMAND_RETREATS, "list what runs; y stops it")
/* clang-format on */
