/* What commands take: sets of options and formats, by name where several share them. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include "format.h"
#include "options.h"

/* What a command takes: a set of options and formats;
 * a difference is a range of rows. */
__extension__ typedef unsigned __int128 command_takes; /* options fill 64 bits alone */
#define TAKES(option_id) ((command_takes)1 << (option_id))
#define WRITES(format)   ((command_takes)1 << (OPTIONS_MAX + (format)))
#define COMMAND_ACTS_BIT ((command_takes)1 << 127)
#define NEEDS_TERMINAL   ((command_takes)1 << 126)

#define TEXT_AND_JSON    (WRITES(FORMAT_TEXT) | WRITES(FORMAT_JSON))
#define COMMAND_ACTS     (COMMAND_ACTS_BIT | TAKES(OPTION_DRY_RUN) | TAKES(OPTION_CONFIRM))
#define TAKES_ALWAYS                                                    \
    (TAKES(OPTION_HELP) | TAKES(OPTION_QUIET) | TAKES(OPTION_VERBOSE) | \
     TAKES(OPTION_COLOR))
#define TAKES_CONFIG  (TAKES(OPTION_CONFIG) | TAKES(OPTION_TARGET))
#define TAKES_RESULT  (TAKES(OPTION_FORMAT) | TAKES(OPTION_OUTPUT))
#define TAKES_VERDICT (TAKES_RESULT | TAKES(OPTION_FAIL_ON) | TAKES(OPTION_REPORT_ONLY))

#define TAKES_CANARY  (TAKES_CONFIG | TAKES_RESULT | TEXT_AND_JSON)
#define TAKES_CANARY_RULES                                                \
    (TAKES(OPTION_STEPS) | TAKES(OPTION_HOLD_EACH) | TAKES(OPTION_RULE) | \
     TAKES(OPTION_ALPHA) | TAKES(OPTION_BUDGET) | TAKES(OPTION_MATERIAL))
#define TAKES_CANARY_ANALYZE                                                           \
    (TAKES_CANARY | (TAKES_CANARY_RULES & ~TAKES(OPTION_STEPS)) | TAKES(OPTION_LAST) | \
     TAKES(OPTION_REPORT_ONLY) | WRITES(FORMAT_MARKDOWN))
#define TAKES_CANARY_PLAN \
    (TAKES_CANARY | TAKES_CANARY_RULES | TAKES(OPTION_DURATION) | TAKES(OPTION_TO))
#define TAKES_CANARY_BACK                                          \
    (TAKES_CANARY | TAKES(OPTION_REASON) | TAKES(OPTION_DRY_RUN) | \
     TAKES(OPTION_TIMEOUT))
#define TAKES_CANARY_ON (TAKES_CANARY_BACK | COMMAND_ACTS)
#define TAKES_CANARY_START                                                            \
    (TAKES_CANARY_ON | TAKES_CANARY_RULES | TAKES(OPTION_TO) | TAKES(OPTION_MANUAL) | \
     TAKES(OPTION_DETACH))
#define TAKES_CANARY_MONITOR                                                 \
    ((TAKES_CANARY_START & ~TAKES(OPTION_DETACH)) | TAKES(OPTION_DURATION) | \
     TAKES(OPTION_ACT) | TAKES(OPTION_REPORT_ONLY) | WRITES(FORMAT_JUNIT) |  \
     WRITES(FORMAT_MARKDOWN))
#define TAKES_BATCH (TAKES_STATUS | TAKES(OPTION_DRY_RUN) | TAKES(OPTION_THEME))
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
     TAKES(OPTION_INSTANCE) | WRITES(FORMAT_JSONL) | WRITES(FORMAT_JUNIT) |         \
     WRITES(FORMAT_TAP) | WRITES(FORMAT_GITHUB))
#define TAKES_STATUS \
    (TAKES_CONFIG | TAKES_VERDICT | TEXT_AND_JSON | TAKES(OPTION_TIMEOUT))
