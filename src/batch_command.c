/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "batch.h"
#include "batch_plan.h"
#include "batch_summary.h"
#include "command_functions.h"
#include "dispatch.h"
#include "io/loop.h"
#include "own_path.h"

enum { CHUNK_SIZE = 4096 };

static bool read_all(int descriptor, struct buffer *to, struct error *err) {
    char chunk[CHUNK_SIZE];
    for (;;) {
        ssize_t got = read(descriptor, chunk, sizeof chunk);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return error_set(err, ERROR_SYSTEM, "%s", strerror(errno));
        if (got == 0) return true;
        if (!buffer_add(to, chunk, (size_t)got)) {
            return error_set(
                err, ERROR_LIMIT, "larger than %d KiB", SCRIPT_BYTES_MAX / 1024);
        }
    }
}

static bool read_source(const char *file, struct buffer *to, struct error *err) {
    bool from_stdin = strcmp(file, "-") == 0;
    int descriptor = from_stdin ? STDIN_FILENO : open(file, O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) {
        return error_set(err, ERROR_USAGE, "%s: %s", file, strerror(errno));
    }
    bool read = read_all(descriptor, to, err);
    if (!from_stdin) close(descriptor);
    return read || error_wrap(err, "%s", file);
}

static const char *shown_name(const char *file) {
    return strcmp(file, "-") == 0 ? "stdin" : file;
}

/* Whether a command makes sense in a script. */
static bool check_kind(const struct program_command *command, struct error *err) {
    if (!command) return true; /* only --help or --version */
    if (command->run == batch_command) {
        return error_set(err, ERROR_USAGE, "a script cannot run a script");
    }
    if (command->takes & NEEDS_TERMINAL) {
        return error_set(err, ERROR_USAGE, "this needs a terminal");
    }
    return true;
}

/* Every line is understood before the first one runs. */
static bool check_command(const struct script_command *command, struct error *err) {
    char *argv[SCRIPT_LINE_WORDS_MAX + 2];
    static char name[] = "flightdeck";
    struct invocation invocation = {.command = "", .program = name};
    const struct program_command *found = NULL;
    argv[0] = name;
    memcpy(argv + 1, command->words, command->word_count * sizeof *argv);
    argv[command->word_count + 1] = NULL;
    return dispatch_read(
               (int)command->word_count + 1, argv, &invocation, &found, err) &&
           check_kind(found, err);
}

static bool check_script(
    const struct script *script, const char *name, struct error *err) {
    for (uint32_t i = 0; i < script_command_count(script); i++) {
        const struct script_command *command = script_command(script, i);
        if (check_command(command, err)) continue;
        return error_wrap(err, "%s:%u", name, command->line);
    }
    return true;
}

static void on_done(void *owner) {
    loop_stop(owner);
}

static int print_summary(
    const struct invocation *invocation, const struct script *script,
    const struct batch *batch) {
    const char *name = shown_name(invocation_operand(invocation, 0));
    struct buffer summary;
    buffer_init(&summary, BATCH_SUMMARY_BYTES_MAX);
    if (invocation->format == FORMAT_JSON) {
        batch_summary_json(script, batch, name, &summary);
    } else if (!options_has(&invocation->options, OPTION_QUIET)) {
        batch_summary_text(script, batch, name, &summary);
    }
    int code = invocation_finish(invocation, buffer_slice(&summary), batch_code(batch));
    buffer_clear(&summary);
    return code;
}

static int run(const struct batch_options *options) {
    struct loop *loop = loop_new();
    struct batch *batch = batch_start(loop, options, on_done, loop);
    loop_run(loop);
    int code = print_summary(options->invocation, options->script, batch);
    batch_free(batch);
    loop_free(loop);
    return code;
}

static int print_plan(const struct batch_options *options) {
    const struct invocation *invocation = options->invocation;
    struct buffer plan;
    struct error err;
    enum exit_code code = EXIT_CODE_OK;
    int ended = EXIT_CODE_INTERNAL;
    buffer_init(&plan, BATCH_PLAN_BYTES_MAX);
    if (batch_plan_write(options, &plan, &code, &err)) {
        ended = invocation_finish(invocation, buffer_slice(&plan), code);
    } else {
        invocation_fail(invocation, EXIT_CODE_INTERNAL, &err);
    }
    buffer_clear(&plan);
    return ended;
}

static int carry_out(const struct invocation *invocation, const struct script *script) {
    char program[PATH_MAX];
    struct error err;
    if (!own_path(program, sizeof program, &err)) {
        return invocation_fail(invocation, EXIT_CODE_INTERNAL, &err);
    }
    const struct batch_options options = {
        .script = script,
        .invocation = invocation,
        .program = program,
        .keep_stdin = strcmp(invocation_operand(invocation, 0), "-") != 0,
        .stdout_is_ours = invocation->format == FORMAT_JSON,
        .timeout_ns = invocation->options.timeout_ns,
    };
    bool dry = options_has(&invocation->options, OPTION_DRY_RUN);
    if (dry && invocation->format != FORMAT_TEXT) {
        error_set(&err, ERROR_USAGE, "--dry-run is told as text only");
        return invocation_fail(invocation, EXIT_CODE_USAGE, &err);
    }
    return dry ? print_plan(&options) : run(&options);
}

int batch_command(const struct invocation *invocation) {
    const char *file = invocation_operand(invocation, 0);
    struct buffer source;
    struct error err;
    buffer_init(&source, SCRIPT_BYTES_MAX);
    struct script *script = NULL;
    if (read_source(file, &source, &err)) {
        script = script_parse(buffer_slice(&source), shown_name(file), &err);
    }
    buffer_clear(&source);
    int code = EXIT_CODE_USAGE;
    if (!script || !check_script(script, shown_name(file), &err)) {
        invocation_fail(invocation, EXIT_CODE_USAGE, &err);
    } else {
        code = carry_out(invocation, script);
    }
    script_free(script);
    return code;
}
