/* Every option of the command line: one row each. The parser, the variables, --help,
 * the completions and the manual are made from these tables. */
/* SPDX-License-Identifier: MIT */
#pragma once

/* An argument in lower case lists its words; with ",..." it takes several of them. */
/* clang-format off */
/*    id                    name            letter argument     help */
#define OPTIONS(X) \
    X(OPTION_TARGET,        "target",       't', "NAME",     "the target to use, or a running demo"), \
    X(OPTION_CONFIG,        "config",       'c', "FILE",     "read this instead of ./flightdeck.yaml"), \
    X(OPTION_FORMAT,        "format",       'f', "FORMAT",   "how the result is written"), \
    X(OPTION_OUTPUT,        "output",       'o', "FILE",     "write the result there, not to stdout"), \
    X(OPTION_TIMEOUT,       "timeout",      0,   "DURATION", "the most that the command may take"), \
    X(OPTION_DRY_RUN,       "dry-run",      'n', NULL,       "say what would be done and do nothing"), \
    X(OPTION_CONFIRM,       "confirm",      0,   "TARGET",   "act on this production target without asking"), \
    X(OPTION_FAIL_ON,       "fail-on",      0,   "flaky|degraded|waiver|inconclusive,...", "fail on these too"), \
    X(OPTION_REPORT_ONLY,   "report-only",  0,   NULL,       "exit with 0, but say what it would have been"), \
    X(OPTION_CHECKS,        "checks",       0,   "FILE",     "run these checks instead of the three of the book"), \
    X(OPTION_INSTANCE,      "instance",     0,   "URL",      "check this instance of the target, not where users arrive"), \
    X(OPTION_FAIL_FAST,     "fail-fast",    0,   NULL,       "stop after the first check that fails"), \
    X(OPTION_USERS,         "users",        0,   "N",        "so many users, each waiting for its answers"), \
    X(OPTION_SPAWN_RATE,    "spawn-rate",   0,   "N",        "users that come in a second"), \
    X(OPTION_RATE,          "rate",         0,   "RPS",      "start so many requests a second, whatever the answers do"), \
    X(OPTION_RUN_TIME,      "run-time",     0,   "DURATION", "how long requests are sent"), \
    X(OPTION_THRESHOLD,     "threshold",    0,   "GATE",     "what must hold, like p95<2s; again for more"), \
    X(OPTION_ABORT_ON,      "abort-on",     0,   "CONDITION", "end when this holds, like error_ratio>50%; again for more"), \
    X(OPTION_WORKERS,       "workers",      0,   "N",        "generator processes"), \
    X(OPTION_SHARD,         "shard",        0,   "I/N",      "send shard I of N (from 0) of a load that machines share"), \
    X(OPTION_SHARDS,        "shards",       0,   "N",        "collect so many shards: start, merge, judge; sends no load itself"), \
    X(OPTION_REPORT,        "report",       0,   "REDIS_URL", "where shards and their collector meet, like redis://host:6379"), \
    X(OPTION_RUN,           "run",          0,   "NAME",     "the name that they meet under; without it that of the scenario"), \
    X(OPTION_BARRIER,       "barrier",      0,   "DURATION", "how long they wait for each other; without it 2m"), \
    X(OPTION_SERIES,        "series",       0,   "FILE",     "write each second there, as CSV"), \
    X(OPTION_MAX_REQUESTS,  "max-requests", 0,   "N",        "send no more than that"), \
    X(OPTION_MAX_COST,      "max-cost",     0,   "USD",      "refuse what may cost more"), \
    X(OPTION_METRICS_LISTEN, "metrics-listen", 0, "ADDRESS", "be scraped there while it runs, like 127.0.0.1:9100"), \
    X(OPTION_TO,            "to",           0,   "VERSION",  "the version to let in"), \
    X(OPTION_STEPS,         "steps",        0,   "SHARES",   "of the traffic, like 5%,25%,50%,100%"), \
    X(OPTION_HOLD_EACH,     "hold-each",    0,   "DURATION", "the least time at each step"), \
    X(OPTION_REASON,        "reason",       0,   "WORDS",    "why, for the journal"), \
    X(OPTION_RULE,          "rule",         0,   "evidence|book", "decide by evidence, or by the thresholds of the book"), \
    X(OPTION_ALPHA,         "alpha",        0,   "RATIO",    "chance of rolling back a good canary, like 1%"), \
    X(OPTION_BUDGET,        "budget",       0,   "RATIO",    "extra failures of all traffic that are accepted"), \
    X(OPTION_MATERIAL,      "material",     0,   "FACTOR",   "harm counts from so many times stable's failures, like 1.5x"), \
    X(OPTION_MANUAL,        "manual",       0,   NULL,       "each step waits for a person"), \
    X(OPTION_DETACH,        "detach",       0,   NULL,       "do not wait for the outcome"), \
    X(OPTION_WATCH,         "watch",        0,   NULL,       "go on until it has ended"), \
    X(OPTION_DURATION,      "duration",     0,   "DURATION", "how long it looks before it answers"), \
    X(OPTION_ACT,           "act",          0,   NULL,       "let the version of --to in, and promote or roll back"), \
    X(OPTION_LAST,          "last",         0,   NULL,       "the newest rollout of the target"), \
    X(OPTION_FORCE,         "force",        0,   NULL,       "go on where it would refuse; the command says against what"), \
    X(OPTION_ORIGIN,        "origin",       0,   NULL,       "say where each value came from"), \
    X(OPTION_THEME,         "theme",        0,   "NAME",     "colours of the cockpit"), \
    X(OPTION_PLAIN,         "plain",        0,   NULL,       "one line per change, without a screen"), \
    X(OPTION_HEADLESS,      "headless",     0,   NULL,       "without a screen: check everything and print a summary"), \
    X(OPTION_STACK_ONLY,    "stack-only",   0,   NULL,       "only the service, until it is stopped"), \
    X(OPTION_WRITE_CONFIG,  "write-config", 0,   "FILE",     "write the configuration of the demo there"), \
    X(OPTION_BAD_CANARY,    "bad-canary",   0,   NULL,       "the canary answers slowly and fails often"), \
    X(OPTION_REAL_MODEL,    "real-model",   0,   NULL,       "ask the paid model API; no background traffic"), \
    X(OPTION_COLOR,         "color",        0,   "auto|always|never", "colours in text"), \
    X(OPTION_QUIET,         "quiet",        'q', NULL,       "nothing but the result and errors"), \
    X(OPTION_VERBOSE,       "verbose",      'v', NULL,       "say more about what is done"), \
    X(OPTION_VERSION,       "version",      'V', NULL,       "print the version"), \
    X(OPTION_HELP,          "help",         'h', NULL,       "print this help")

/* The variable that may say it when the option is not given. --confirm has none: a
 * forgotten variable must not be able to act. */
#define OPTION_VARIABLES(X) \
    X(OPTION_TARGET,        "FLIGHTDECK_TARGET"), \
    X(OPTION_CONFIG,        "FLIGHTDECK_CONFIG"), \
    X(OPTION_FORMAT,        "FLIGHTDECK_FORMAT"), \
    X(OPTION_TIMEOUT,       "FLIGHTDECK_TIMEOUT"), \
    X(OPTION_FAIL_ON,       "FLIGHTDECK_FAIL_ON"), \
    X(OPTION_REPORT,        "FLIGHTDECK_REPORT"), \
    X(OPTION_THEME,         "FLIGHTDECK_THEME"), \
    X(OPTION_COLOR,         "FLIGHTDECK_COLOR")
/* clang-format on */
