/* SPDX-License-Identifier: MIT */
#include "batch_plan.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/safe_text.h"
#include "base/text.h"
#include "batch_environment.h"
#include "command_table.h"
#include "dispatch.h"
#include "io/loop.h"
#include "io/process.h"

enum { CHUNK_SIZE = 4096, SIGNAL_BASE = 128 };

static const char dry_run[] = "--dry-run";
static const char to_stdout[] = "--output=-"; /* a plan is no report */
static const char as_text[] = "--format=text";

/* A command that is asked. */
struct asking {
    const struct batch_options *options;  /* borrowed */
    const struct script_command *command; /* borrowed */
    bool writes;                          /* into a file of its own */
    bool formats;                         /* its report */
    struct loop *loop;
    int answer; /* what it writes, in memory */
    struct process_exit how;
};

static void add_words(const struct script_command *command, struct buffer *to) {
    buffer_addf(to, "  %4u  %-10s  ", command->line, script_part_name(command->part));
    for (uint32_t i = 0; i < command->word_count; i++) {
        if (i > 0) buffer_add_char(to, ' ');
        safe_text_add_to_buffer(to, slice_of(command->words[i]));
    }
    buffer_add_char(to, '\n');
}

/* Whether it acts, and what it would do with its report. */
static bool acts(const struct script_command *command, struct asking *asking) {
    char *argv[SCRIPT_LINE_WORDS_MAX + 2];
    static char name[] = "flightdeck";
    struct invocation invocation = {.command = "", .program = name};
    const struct program_command *found = NULL;
    struct error err;
    argv[0] = name;
    memcpy(argv + 1, command->words, command->word_count * sizeof *argv);
    argv[command->word_count + 1] = NULL;
    if (!dispatch_read((int)command->word_count + 1, argv, &invocation, &found, &err)) {
        return false;
    }
    const struct options *options = &invocation.options;
    asking->writes = options_has(options, OPTION_OUTPUT);
    asking->formats = options_has(options, OPTION_FORMAT);
    return found && (found->takes & COMMAND_ACTS_BIT) &&
           !options_has(options, OPTION_HELP) && !options_has(options, OPTION_VERSION);
}

static void add_args(
    const char *args[PROCESS_ARGS_MAX], size_t *count, const char *const more[2]) {
    for (size_t i = 0; i < 2; i++) {
        if (more[i]) args[(*count)++] = more[i];
    }
}

/* The last option counts, but none does behind a "--". */
static void fill_args(const struct asking *asking, const char *args[PROCESS_ARGS_MAX]) {
    const struct script_command *command = asking->command;
    const char *const more[] = {
        asking->writes ? to_stdout : NULL, asking->formats ? as_text : NULL};
    size_t count = 0;
    bool added = false;
    args[count++] = asking->options->program;
    args[count++] = dry_run;
    for (uint32_t i = 0; i < command->word_count; i++) {
        if (!added && strcmp(command->words[i], "--") == 0) {
            add_args(args, &count, more);
            added = true;
        }
        args[count++] = command->words[i];
    }
    if (!added) add_args(args, &count, more);
    args[count] = NULL;
}

_Static_assert(
    (int)SCRIPT_LINE_WORDS_MAX + 5 <= (int)PROCESS_ARGS_MAX,
    "the program, three options and the NULL stand beside the words");

static bool add_answer(int descriptor, struct buffer *to, struct error *err) {
    char chunk[CHUNK_SIZE];
    bool line_begins = true;
    ssize_t got = 0;
    off_t at = 0;
    while ((got = pread(descriptor, chunk, sizeof chunk, at)) > 0) {
        at += got;
        for (ssize_t i = 0; i < got; i++) {
            if (line_begins && chunk[i] != '\n') buffer_add_string(to, "        ");
            line_begins = chunk[i] == '\n';
            buffer_add_char(to, chunk[i]);
        }
    }
    if (got == 0) return true;
    return error_set(err, ERROR_SYSTEM, "reading the plan: %s", strerror(errno));
}

static void on_answered(void *owner, const struct process_exit *how) {
    struct asking *asking = owner;
    asking->how = *how;
    loop_stop(asking->loop);
}

static bool run(struct asking *asking, struct error *err) {
    const char *args[PROCESS_ARGS_MAX];
    struct batch_environment environment;
    fill_args(asking, args);
    batch_environment_init(&environment, asking->options, asking->command);
    const struct process_options process = {
        .args = args,
        .env = environment.items,
        .stdin_fd = -1,
        .stdout_fd = asking->answer,
        .stderr_fd = STDERR_FILENO,
    };
    asking->loop = loop_new();
    struct process *child =
        process_start(asking->loop, &process, on_answered, asking, err);
    if (child) loop_run(asking->loop);
    loop_free(asking->loop);
    batch_environment_clear(&environment);
    return child != NULL;
}

static bool ask(
    struct asking *asking, struct buffer *to, enum exit_code *code, struct error *err) {
    asking->answer = memfd_create("plan", MFD_CLOEXEC);
    if (asking->answer < 0) {
        return error_set(err, ERROR_SYSTEM, "making room: %s", strerror(errno));
    }
    bool asked = run(asking, err) && add_answer(asking->answer, to, err);
    close(asking->answer);
    if (!asked) return false;
    const struct process_exit *how = &asking->how;
    int ended = how->signal ? SIGNAL_BASE + how->signal : how->code;
    if (ended == EXIT_CODE_OK) return true;
    buffer_addf(to, "        would end with %d\n", ended);
    *code = exit_code_worse(*code, (enum exit_code)ended);
    return true;
}

bool batch_plan_write(
    const struct batch_options *options, struct buffer *to, enum exit_code *code,
    struct error *err) {
    *code = EXIT_CODE_OK;
    buffer_add_string(to, "would run, until one fails:\n");
    for (uint32_t i = 0; i < script_command_count(options->script); i++) {
        const struct script_command *command = script_command(options->script, i);
        struct asking asking = {.options = options, .command = command};
        add_words(command, to);
        if (!acts(command, &asking)) continue;
        if (!ask(&asking, to, code, err)) {
            return error_wrap(err, "line %u", command->line);
        }
    }
    if (!to->overflow) return true;
    return error_set(
        err, ERROR_LIMIT, "the plan is over %d MiB", BATCH_PLAN_BYTES_MAX >> 20);
}
