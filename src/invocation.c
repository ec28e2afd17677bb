/* SPDX-License-Identifier: MIT */
#include "invocation.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/safe_text.h"
#include "base/text.h"

enum { LINE_SIZE = 512, PATH_SIZE = 1024, REPORT_MODE = 0644 };

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

/* Writes all of it; a reader that has gone is taken for one that has read enough. */
static bool write_all(int descriptor, struct slice bytes, struct error *err) {
    while (bytes.length > 0) {
        ssize_t wrote = write(descriptor, bytes.data, bytes.length);
        if (wrote < 0 && errno == EINTR) continue;
        if (wrote < 0 && errno == EPIPE) return true;
        if (wrote < 0) return error_set(err, ERROR_SYSTEM, "%s", strerror(errno));
        bytes.data += wrote;
        bytes.length -= (size_t)wrote;
    }
    return true;
}

/* A pipe or a device cannot be replaced: it is written to as it is. */
static bool is_special(const char *path) {
    struct stat found;
    return stat(path, &found) == 0 && !S_ISREG(found.st_mode);
}

static bool write_special(const char *path, struct slice result, struct error *err) {
    int descriptor = open(path, O_WRONLY | O_CLOEXEC);
    if (descriptor < 0) return error_set(err, ERROR_SYSTEM, "%s", strerror(errno));
    bool wrote = write_all(descriptor, result, err);
    close(descriptor);
    return wrote;
}

/* Beside its final name first: whoever reads the file sees all of it or the old one. */
static bool write_file(const char *path, struct slice result, struct error *err) {
    char beside[PATH_SIZE];
    struct text name = TEXT_IN(beside);
    text_addf(&name, "%s.%ld", path, (long)getpid());
    if (name.truncated) return error_set(err, ERROR_LIMIT, "the name is too long");
    int descriptor =
        open(beside, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, REPORT_MODE);
    if (descriptor < 0) return error_set(err, ERROR_SYSTEM, "%s", strerror(errno));
    bool wrote = write_all(descriptor, result, err);
    if (close(descriptor) != 0 && wrote) {
        wrote = error_set(err, ERROR_SYSTEM, "%s", strerror(errno));
    }
    if (wrote && rename(beside, path) != 0) {
        wrote = error_set(err, ERROR_SYSTEM, "%s", strerror(errno));
    }
    if (!wrote) unlink(beside);
    return wrote;
}

bool invocation_write(
    const struct invocation *invocation, struct slice result, struct error *err) {
    const char *path = invocation->options.values[OPTION_OUTPUT];
    if (!path || strcmp(path, "-") == 0) {
        if (write_all(STDOUT_FILENO, result, err)) return true;
        return error_wrap(err, "writing to stdout");
    }
    if (is_special(path) ? write_special(path, result, err)
                         : write_file(path, result, err)) {
        return true;
    }
    return error_wrap(err, "writing %s", path);
}

/* What --report-only may turn into success: verdicts, never mistakes or emergencies. */
static bool is_verdict(enum exit_code code) {
    return code == EXIT_CODE_FAILED || code == EXIT_CODE_UNREACHABLE ||
           code == EXIT_CODE_INCONCLUSIVE || code == EXIT_CODE_ROLLED_BACK;
}

int invocation_finish(
    const struct invocation *invocation, struct slice result, enum exit_code code) {
    struct error err;
    if (!invocation_write(invocation, result, &err)) {
        return invocation_fail(
            invocation, exit_code_worse(code, EXIT_CODE_USAGE), &err);
    }
    if (!options_has(&invocation->options, OPTION_REPORT_ONLY)) return (int)code;
    if (!is_verdict(code)) return (int)code;
    invocation_say(
        invocation, 0, "--report-only: 0 instead of %d (%s)", (int)code,
        exit_code_name(code));
    return EXIT_CODE_OK;
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
