/* Every command of the program. To add one, write `int smoke_command(const struct
 * invocation *)` in src/smoke_command.c, declare it in command_functions.h, and add its
 * row here: help, completions, the manual and batch come from the table. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include "command_functions.h"
#include "command_takes.h"

/* Operands: "[X]" may be left out, "a|b" is one of these, all else must be there. A row
 * named "" is what runs without a command; two words are a command of a command. */
/* clang-format off */
/*    function               name            operands          takes                             help */
#define PROGRAM_COMMANDS(X) \
    X(cockpit_command,       "",             "[URL]",          TAKES_CONFIG | TAKES(OPTION_THEME) | TAKES(OPTION_CHECKS) | NEEDS_TERMINAL, "the cockpit, on the configured target or a URL"), \
    X(batch_command,         "batch",        "FILE|-",         TAKES_BATCH,                      "run the commands of a script"), \
    X(canary_abort_command,  "canary abort",    "",            TAKES_CANARY_BACK,                "send all traffic back to stable, and see that it is so"), \
    X(canary_analyze_command, "canary analyze", "[ROLLOUT|FILE]", TAKES_CANARY_ANALYZE,        "decide a recorded rollout again, by any rule; acts on nothing"), \
    X(canary_haproxy_config_command, "canary haproxy-config", "", TAKES_CONFIG | TAKES(OPTION_OUTPUT), "write the HAProxy configuration that a rollout can steer"), \
    X(canary_hold_command,   "canary hold",     "",            TAKES_CANARY_BACK,                "keep the weight as it is until somebody resumes"), \
    X(canary_monitor_command, "canary monitor", "",            TAKES_CANARY_MONITOR,             "compare the canary with stable: 0 promote, 1 roll back, 4 hold"), \
    X(canary_plan_command,   "canary plan",     "",            TAKES_CANARY_PLAN,                "say what each step will take, before anything starts"), \
    X(canary_promote_command, "canary promote", "",            TAKES_CANARY_ON | TAKES(OPTION_FORCE), "go to the next step now"), \
    X(canary_resume_command, "canary resume",   "",            TAKES_CANARY_ON,                  "go on after a hold"), \
    X(canary_start_command,  "canary start",    "",            TAKES_CANARY_START,               "let a version in step by step, and wait for the outcome"), \
    X(canary_status_command, "canary status",   "",            TAKES_CANARY | WRITES(FORMAT_JSONL) | TAKES(OPTION_WATCH), "say where the rollout stands"), \
    X(canary_takeover_command, "canary takeover", "",          TAKES_CANARY_ON,                  "make somebody else's rollout yours, or one whose controller has gone"), \
    X(canary_undo_command,   "canary undo",     "",            TAKES_CANARY_BACK,                "bring the version before back, while it is kept"), \
    X(canary_wait_command,   "canary wait",     "",            TAKES_CANARY | TAKES(OPTION_TIMEOUT), "wait for the outcome of a rollout"), \
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

/* What an option means to one command, where its own row cannot say that. */
/*    command              option           help */
#define COMMAND_OPTIONS(X) \
    X("canary monitor",    OPTION_DURATION, "how long the versions are compared; without it 10m") \
    X("canary plan",       OPTION_DURATION, "how long requests are counted; without it 10s, or until there is a rate") \
    X("canary promote",    OPTION_FORCE,    "go on against the evidence; needs --reason") \
    X("init",              OPTION_FORCE,    "replace files that are there")
/* clang-format on */
