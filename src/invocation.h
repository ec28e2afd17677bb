/* One call of one command: what was asked for, and how it answers. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>

#include "base/buffer.h"
#include "base/error.h"
#include "base/redact.h"
#include "core/exit_code.h"
#include "format.h"
#include "options.h"

struct invocation {
    const char *command; /* "smoke", "config check"; "" for the cockpit */
    const char *program; /* argv[0] */
    struct options options;
    struct operands operands;
    enum format format; /* one of those that the command takes */
};

/* The operand at `index`, or NULL. */
const char *invocation_operand(const struct invocation *invocation, unsigned index);

/* Prints "flightdeck smoke: why" to stderr and returns `code`. */
int invocation_fail(
    const struct invocation *invocation, enum exit_code code, const struct error *err);

/* The exit code for an error that kept a command from its work: 3 when it lies outside
 * (no connection, TLS, authorisation), 2 when it lies in what was asked for. */
enum exit_code invocation_code_of(const struct error *err);

/* Writes the asked-for result to stdout, or to the file of --output in one piece. A
 * reader that has gone away is no error. Secrets must already be redacted. */
bool invocation_write(
    const struct invocation *invocation, struct slice result, struct error *err);

/* Whether the result could be written; for a command that acts, before it does. */
bool invocation_check_output(const struct invocation *invocation, struct error *err);

/* The same for a result that is written piece by piece, with output_write_all(). */
bool invocation_open_output(
    const struct invocation *invocation, int *descriptor, struct error *err);
void invocation_close_output(int descriptor);

/* The result is written: ends with `code`, or with 0 and a line for --report-only. */
int invocation_end(const struct invocation *invocation, enum exit_code code);

/* Writes the result and ends in the same way. */
int invocation_finish(
    const struct invocation *invocation, struct slice result, enum exit_code code);

/* A line of progress to stderr, unless --quiet; `level` 1 needs -v, 2 needs -vv. */
void invocation_say(
    const struct invocation *invocation, unsigned level, const char *words, ...)
    __attribute__((format(printf, 3, 4)));

/* Whether text for `descriptor` may have colours: --color, NO_COLOR, CLICOLOR_FORCE,
 * TERM and whether it is a terminal, in this order. */
bool invocation_colors(const struct invocation *invocation, int descriptor);
