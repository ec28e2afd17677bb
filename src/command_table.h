/* Every command of the program. To add one, write `int smoke_command(const struct
 * invocation *)` in src/smoke_command.c, declare it in command_functions.h, and add its
 * row here: help, completions, the manual and batch come from the table. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include "command_functions.h"
#include "format.h"
#include "options.h"

/* What a command takes: a set of options and formats; a difference is a range of rows. */
#define TAKES(option_id) (UINT64_C(1) << (option_id))
#define WRITES(format)   (UINT64_C(1) << (48 + (format)))
#define COMMAND_ACTS_BIT (UINT64_C(1) << 63)
#define NEEDS_TERMINAL   (UINT64_C(1) << 62)

#define TEXT_AND_JSON    (WRITES(FORMAT_TEXT) | WRITES(FORMAT_JSON))
#define COMMAND_ACTS     (COMMAND_ACTS_BIT | TAKES(OPTION_DRY_RUN) | TAKES(OPTION_CONFIRM))
#define TAKES_ALWAYS                                                    \
    (TAKES(OPTION_HELP) | TAKES(OPTION_QUIET) | TAKES(OPTION_VERBOSE) | \
     TAKES(OPTION_COLOR))
#define TAKES_CONFIG  (TAKES(OPTION_CONFIG) | TAKES(OPTION_TARGET))
#define TAKES_RESULT  (TAKES(OPTION_FORMAT) | TAKES(OPTION_OUTPUT))
#define TAKES_VERDICT (TAKES_RESULT | TAKES(OPTION_FAIL_ON) | TAKES(OPTION_REPORT_ONLY))

#define TAKES_BATCH   (TAKES_STATUS | TAKES(OPTION_DRY_RUN) | TAKES(OPTION_THEME))
#define TAKES_DEMO                                                                    \
    (TAKES(OPTION_HEADLESS) | TAKES(OPTION_STACK_ONLY) | TAKES(OPTION_WRITE_CONFIG) | \
     TAKES(OPTION_BAD_CANARY) | TAKES(OPTION_REAL_MODEL) | TAKES(OPTION_THEME))
#define TAKES_DEMO_PART (TAKES(OPTION_TARGET) | TAKES(OPTION_DRY_RUN))
#define TAKES_INIT      (COMMAND_ACTS | TAKES(OPTION_FORCE) | TAKES(OPTION_TIMEOUT))
#define TAKES_LOAD                                                                  \
    (TAKES_STATUS | COMMAND_ACTS | TAKES_LOAD_SIZE | TAKES(OPTION_THRESHOLD) |      \
     TAKES(OPTION_ABORT_ON) | TAKES(OPTION_SERIES) | TAKES(OPTION_METRICS_LISTEN) | \
     TAKES_LOAD_SPLIT | WRITES(FORMAT_JUNIT) | WRITES(FORMAT_MARKDOWN) |            \
     WRITES(FORMAT_CSV))
#define TAKES_LOAD_SEARCH                                                           \
    (TAKES_CONFIG | TAKES_RESULT | TEXT_AND_JSON | COMMAND_ACTS | TAKES_LOAD_SIZE | \
     TAKES(OPTION_THRESHOLD) | TAKES(OPTION_REPORT_ONLY))
#define TAKES_LOAD_SIZE                                                            \
    (TAKES(OPTION_USERS) | TAKES(OPTION_SPAWN_RATE) | TAKES(OPTION_RATE) |         \
     TAKES(OPTION_RUN_TIME) | TAKES(OPTION_WORKERS) | TAKES(OPTION_MAX_REQUESTS) | \
     TAKES(OPTION_MAX_COST))
#define TAKES_LOAD_SPLIT (TAKES(OPTION_BARRIER + 1) - TAKES(OPTION_SHARD))
#define TAKES_SMOKE                                                                 \
    (TAKES_STATUS | COMMAND_ACTS | TAKES(OPTION_CHECKS) | TAKES(OPTION_FAIL_FAST) | \
     WRITES(FORMAT_JSONL) | WRITES(FORMAT_JUNIT) | WRITES(FORMAT_TAP) |             \
     WRITES(FORMAT_GITHUB))
#define TAKES_STATUS \
    (TAKES_CONFIG | TAKES_VERDICT | TEXT_AND_JSON | TAKES(OPTION_TIMEOUT))

/* Operands: "[X]" may be left out, "a|b" is one of these, all else must be there. A row
 * named "" is what runs without a command; two words are a command of a command. */
/* clang-format off */
/*    function               name            operands          takes                             help */
#define PROGRAM_COMMANDS(X) \
    X(cockpit_command,       "",             "[URL]",          TAKES_CONFIG | TAKES(OPTION_THEME) | TAKES(OPTION_CHECKS) | NEEDS_TERMINAL, "the cockpit, on the configured target or a URL"), \
    X(batch_command,         "batch",        "FILE|-",         TAKES_BATCH,                      "run the commands of a script"), \
    X(completion_command,    "completion",   "bash|zsh|fish",  0,                                "print completions for a shell"), \
    X(config_check_command,  "config check", "[FILE]",         TAKES(OPTION_CONFIG) | TAKES_RESULT | TEXT_AND_JSON, "say what is wrong with the configuration"), \
    X(config_show_command,   "config show",  "",               TAKES_CONFIG | TAKES(OPTION_ORIGIN) | TAKES(OPTION_THEME) | TAKES_RESULT | TEXT_AND_JSON, "print what is configured, secrets as ***"), \
    X(demo_command,          "demo",         "",               TAKES_DEMO,                       "a whole service on this machine, and the cockpit on it"), \
    X(demo_scale_command,    "demo scale",   "PART COUNT",     TAKES_DEMO_PART,                   "run that many workers of a version"), \
    X(demo_start_command,    "demo start",   "PART",           TAKES_DEMO_PART,                   "start a part of a running demo again"), \
    X(demo_status_command,   "demo status",  "",               TAKES(OPTION_TARGET),             "where a running demo is reached, its parts and its requests"), \
    X(demo_stop_command,     "demo stop",    "PART",           TAKES_DEMO_PART,                   "stop a part of a running demo"), \
    X(demo_traffic_command,  "demo traffic", "URL [RATE]",     0,                                "send the demo's gentle traffic to a service on this machine"), \
    X(help_command,          "help",         "[COMMAND] [WORD]", 0,                                "say what a command does and takes"), \
    X(init_command,          "init",         "URL",            TAKES_INIT,                       "look at a service; write flightdeck.yaml and checks.yaml"), \
    X(load_command,          "load",         "PROFILE|FILE [URL]", TAKES_LOAD,                   "send load: baseline, spike, stress, soak, or a file"), \
    X(load_knee_command,     "load knee",    "PROFILE|FILE [URL]", TAKES_LOAD_SEARCH,            "find the highest rate at which the gates hold"), \
    X(load_scaling_command,  "load scaling", "PROFILE|FILE [URL]", TAKES_LOAD_SEARCH,            "say whether throughput grows with a demo's workers"), \
    X(manual_command,        "manual",       "",               0,                                "print the manual page, for man -l -"), \
    X(smoke_command,         "smoke",        "[URL]",          TAKES_SMOKE,                      "check that the service works: health, a chat, metrics"), \
    X(status_command,        "status",       "[URL]",          TAKES_STATUS,                     "one look at everything; the exit code says how it is"), \
    X(theme_check_command,   "theme check",    "FILE",         TAKES_RESULT | TEXT_AND_JSON, "say how a theme looks and who can read it"), \
    X(theme_list_command,    "theme list",     "",             0,                                "name the themes and where they come from"), \
    X(trust_command,         "trust",        "",               TAKES(OPTION_DRY_RUN),            "trust ./flightdeck.yaml until it changes"), \
    X(watch_command,         "watch",        "[URL]",          TAKES_CONFIG | TAKES(OPTION_THEME) | TAKES(OPTION_PLAIN) | TAKES(OPTION_TIMEOUT), "the same screens, read-only")
/* clang-format on */
