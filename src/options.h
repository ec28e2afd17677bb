/* What the command line and the FLIGHTDECK_*
 * variables say, checked against the table. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "option_table.h"

enum option_id {
#define X(id, name, letter, argument, help) id
    OPTIONS(X),
#undef X
    OPTION_COUNT
};

#define OPTIONS_MAX 64

struct option_row {
    const char *name;
    char letter;          /* 0 for none */
    const char *argument; /* NULL for none */
    const char *help;
};

const struct option_row *option_row(enum option_id id);
const char *option_variable(enum option_id id); /* NULL for none */

/* One use of an option that may come several times. */
struct option_use {
    enum option_id id;
    const char *value; /* borrowed */
};

enum { OPTION_USES_MAX = 32 };

enum color_choice { COLOR_AUTO, COLOR_ALWAYS, COLOR_NEVER };
enum fail_on { FAIL_ON_FLAKY, FAIL_ON_DEGRADED, FAIL_ON_WAIVER, FAIL_ON_INCONCLUSIVE };

struct options {
    uint64_t given;                   /* a bit per option_id, by flag or variable */
    uint64_t by_flag;                 /* those of them that came by a flag */
    const char *values[OPTION_COUNT]; /* borrowed; NULL when not given */
    unsigned use_count;
    struct option_use uses[OPTION_USES_MAX]; /* --threshold, --abort-on; in order */
    uint64_t timeout_ns;                     /* 0 when not given */
    uint64_t run_time_ns;                    /* the same */
    uint64_t barrier_ns;                     /* the same */
    uint32_t fail_on;                        /* a bit per enum fail_on */
    unsigned verbosity;                      /* how often -v came */
    enum color_choice color;
};

enum { OPERANDS_MAX = 64 };

struct operands {
    unsigned count;
    const char *items[OPERANDS_MAX]; /* borrowed */
};

bool options_has(const struct options *options, enum option_id id);
bool options_fails_on(const struct options *options, enum fail_on what);

/* Adds the options in front of the first operand; `used` arguments were read. */
bool options_read_leading(
    struct options *options, int argc, char *const *argv, int *used, struct error *err);

/* Adds all options; what is left are the operands, in order. */
bool options_read(
    struct options *options, int argc, char *const *argv, struct operands *operands,
    struct error *err);

/* Adds what the variables say where no flag did, for the options in the set `takes`. */
bool options_read_variables(struct options *options, uint64_t takes, struct error *err);
