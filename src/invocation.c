/* SPDX-License-Identifier: MIT */
#include "invocation.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/safe_text.h"
#include "base/text.h"
#include "output_file.h"

enum { LINE_SIZE = 512 };

const char *invocation_operand(const struct invocation *invocation, unsigned index) {
    return index < invocation->operands.count ? invocation->operands.items[index]
                                              : NULL;
}

static void add_name(const struct invocation *invocation, struct text *text) {
    text_add(text, "flightdeck");
    if (invocation->command[0]) text_addf(text, " %s", invocation->command);
    text_add(text, ": ");
}

static void print_line(struct text *line) {
    fprintf(stderr, "%s\n", line->data);
}

int invocation_fail(
    const struct invocation *invocation, enum exit_code code, const struct error *err) {
    char words[LINE_SIZE];
    struct text line = TEXT_IN(words);
    add_name(invocation, &line);
    safe_text_add(&line, slice_of(err->message));
    print_line(&line);
    return (int)code;
}

enum exit_code invocation_code_of(const struct error *err) {
    switch (err->code) {
    case ERROR_CONNECT:
    case ERROR_TLS:
    case ERROR_TIMEOUT:
    case ERROR_PROTOCOL:
    case ERROR_LOST:
    case ERROR_AUTH:
    case ERROR_REPLY: return EXIT_CODE_UNREACHABLE;
    case ERROR_NONE:
    case ERROR_USAGE:
    case ERROR_SYNTAX:
    case ERROR_LIMIT:
    case ERROR_SYSTEM:
    case ERROR_NOT_FOUND:
    case ERROR_FORBIDDEN:
    case ERROR_CONFLICT:
    case ERROR_CANCELLED: break;
    }
    return EXIT_CODE_USAGE;
}

/* The file of --output, NULL for stdout. */
static const char *output_path(const struct invocation *invocation) {
    const char *path = invocation->options.values[OPTION_OUTPUT];
    return path && strcmp(path, "-") != 0 ? path : NULL;
}

bool invocation_check_output(const struct invocation *invocation, struct error *err) {
    const char *path = output_path(invocation);
    return !path || output_file_check(path, err) || error_wrap(err, "writing %s", path);
}

bool invocation_write(
    const struct invocation *invocation, struct slice result, struct error *err) {
    const char *path = output_path(invocation);
    if (!path) {
        if (output_write_all(STDOUT_FILENO, result, err)) return true;
        return error_wrap(err, "writing to stdout");
    }
    if (output_file_write(path, result, true, err)) return true;
    return error_wrap(err, "writing %s", path);
}

bool invocation_open_output(
    const struct invocation *invocation, int *descriptor, struct error *err) {
    const char *path = output_path(invocation);
    *descriptor = path ? output_file_open(path, err) : STDOUT_FILENO;
    return *descriptor >= 0 || error_wrap(err, "writing %s", path);
}

void invocation_close_output(int descriptor) {
    if (descriptor != STDOUT_FILENO) close(descriptor);
}

/* What --report-only may turn into success: verdicts, never mistakes or emergencies. */
static bool is_verdict(enum exit_code code) {
    return code == EXIT_CODE_FAILED || code == EXIT_CODE_UNREACHABLE ||
           code == EXIT_CODE_INCONCLUSIVE || code == EXIT_CODE_ROLLED_BACK;
}

int invocation_end(const struct invocation *invocation, enum exit_code code) {
    if (!options_has(&invocation->options, OPTION_REPORT_ONLY)) return (int)code;
    if (!is_verdict(code)) return (int)code;
    invocation_say(
        invocation, 0, "--report-only: 0 instead of %d (%s)", (int)code,
        exit_code_name(code));
    return EXIT_CODE_OK;
}

int invocation_finish(
    const struct invocation *invocation, struct slice result, enum exit_code code) {
    struct error err;
    if (invocation_write(invocation, result, &err)) {
        return invocation_end(invocation, code);
    }
    return invocation_fail(invocation, exit_code_worse(code, EXIT_CODE_USAGE), &err);
}

void invocation_say(
    const struct invocation *invocation, unsigned level, const char *words, ...) {
    const struct options *options = &invocation->options;
    if (options_has(options, OPTION_QUIET) || options->verbosity < level) return;
    char said[LINE_SIZE];
    va_list args;
    va_start(args, words);
    vsnprintf(said, sizeof said, words, args);
    va_end(args);
    char shown[LINE_SIZE];
    struct text line = TEXT_IN(shown);
    add_name(invocation, &line);
    safe_text_add(&line, slice_of(said));
    print_line(&line);
}

static bool is_set(const char *variable) {
    const char *value = getenv(variable);
    return value && value[0];
}

bool invocation_colors(const struct invocation *invocation, int descriptor) {
    switch (invocation->options.color) {
    case COLOR_ALWAYS: return true;
    case COLOR_NEVER: return false;
    case COLOR_AUTO: break;
    }
    if (is_set("NO_COLOR")) return false;
    const char *force = getenv("CLICOLOR_FORCE");
    if (force && force[0] && strcmp(force, "0") != 0) return true;
    const char *term = getenv("TERM");
    if (!term || !term[0] || strcmp(term, "dumb") == 0) return false;
    return isatty(descriptor) == 1;
}
