/* SPDX-License-Identifier: MIT */
#include "batch.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/panic.h"
#include "base/text.h"
#include "base/units.h"
#include "batch_environment.h"
#include "invocation.h"
#include "io/loop.h"
#include "io/process.h"

enum {
    REASON_SIZE = 128,
    SIGNALS = 3,
    SIGNAL_BASE = 128, /* how a shell names the end by a signal */
};

/* How long a command may take to end once it was told to, and how long the blocks may
 * take together: a script that cleans up must not hang for ever. */
#define STOP_GRACE_NS   (10 * NS_PER_S)
#define BLOCKS_LIMIT_NS (300 * NS_PER_S)

struct batch {
    struct batch_options options;
    struct loop *loop;
    batch_done_fn on_done;
    void *owner;
    enum script_part part; /* which commands run now */
    uint32_t next;         /* the command to look at next */
    uint32_t current;      /* the one that runs */
    struct process *child;
    uint64_t started_ns; /* of the one that runs */
    enum exit_code code;
    unsigned interruptions;
    bool over; /* nothing more is started */
    char reason[REASON_SIZE];
    struct loop_timer *deadline; /* of the script, then of its blocks */
    struct loop_timer *soon;     /* the next step, out of the caller's call */
    struct loop_signal *signals[SIGNALS];
    struct batch_step *steps; /* as many as commands */
};

static void advance(struct batch *batch);

static void say_why(struct batch *batch, const char *words) {
    if (batch->reason[0] == '\0') {
        text_copy_cut(batch->reason, sizeof batch->reason, words);
    }
}

/* The first failure is kept; what needs a person is never hidden behind it. */
static void keep_code(struct batch *batch, enum exit_code code) {
    if (batch->code == EXIT_CODE_OK || code == EXIT_CODE_PERSON) batch->code = code;
}

static void on_soon(void *owner, uint64_t now_ns) {
    struct batch *batch = owner;
    (void)now_ns;
    batch->soon = NULL;
    advance(batch);
}

static void go_on(struct batch *batch) {
    if (!batch->soon) batch->soon = loop_after(batch->loop, 0, on_soon, batch);
}

/* From here on only blocks run. */
static void end_script(struct batch *batch, enum exit_code code, const char *why) {
    keep_code(batch, code);
    say_why(batch, why);
}

static void on_deadline(void *owner, uint64_t now_ns) {
    struct batch *batch = owner;
    (void)now_ns;
    batch->deadline = NULL;
    if (batch->part != SCRIPT_MAIN) {
        batch->over = true;
        say_why(batch, "the blocks took too long");
        keep_code(batch, EXIT_CODE_PERSON);
    } else {
        end_script(batch, EXIT_CODE_INCONCLUSIVE, "the time of --timeout is up");
    }
    if (batch->child) process_stop(batch->child, STOP_GRACE_NS);
}

static void on_signal(void *owner, int number) {
    struct batch *batch = owner;
    enum exit_code code =
        number == SIGINT ? EXIT_CODE_INTERRUPTED : EXIT_CODE_TERMINATED;
    if (batch->code != EXIT_CODE_PERSON) batch->code = code;
    say_why(batch, "stopped by a signal");
    batch->interruptions++;
    if (batch->interruptions > 1) {
        batch->over = true;
        if (batch->child) process_stop(batch->child, NS_PER_S);
    } else if (batch->child) {
        process_signal(batch->child, number);
    }
}

/* Only a bug or somebody else ends a command by another signal than these. */
static int code_of(const struct process_exit *how) {
    if (how->signal == 0) return how->code;
    if (how->signal == SIGINT || how->signal == SIGTERM) {
        return SIGNAL_BASE + how->signal;
    }
    return EXIT_CODE_INTERNAL;
}

static void on_command_ended(void *owner, const struct process_exit *how) {
    struct batch *batch = owner;
    batch->child = NULL;
    struct batch_step *step = &batch->steps[batch->current];
    step->ran = true;
    step->code = code_of(how);
    step->duration_ns = loop_clock_ns() - batch->started_ns;
    if (step->code != EXIT_CODE_OK) keep_code(batch, (enum exit_code)step->code);
    advance(batch);
}

static void announce(const struct batch *batch, const struct script_command *command) {
    char words[256];
    struct text text = TEXT_IN(words);
    for (uint32_t i = 0; i < command->word_count; i++) {
        text_addf(&text, "%s%s", i > 0 ? " " : "", command->words[i]);
    }
    const char *part = script_part_name(command->part);
    invocation_say(
        batch->options.invocation, 0, "%s%sline %u: %s", part, part[0] ? ", " : "",
        command->line, words);
}

static void start_command(struct batch *batch, const struct script_command *command) {
    const char *args[PROCESS_ARGS_MAX];
    struct batch_environment environment;
    struct error err;
    ensure(command->word_count + 2 <= PROCESS_ARGS_MAX);
    args[0] = batch->options.program;
    memcpy(args + 1, command->words, command->word_count * sizeof *args);
    args[command->word_count + 1] = NULL;
    announce(batch, command);
    batch_environment_init(&environment, &batch->options, command);
    const struct process_options options = {
        .args = args,
        .env = environment.items,
        .stdin_fd = batch->options.keep_stdin ? STDIN_FILENO : -1,
        .stdout_fd = batch->options.stdout_is_ours ? STDERR_FILENO : STDOUT_FILENO,
        .stderr_fd = STDERR_FILENO,
        /* The terminal's signals come to us alone, and are handed on exactly once. */
        .own_session = true,
    };
    batch->started_ns = loop_clock_ns();
    batch->child = process_start(batch->loop, &options, on_command_ended, batch, &err);
    batch_environment_clear(&environment);
    if (batch->child) return;
    invocation_fail(batch->options.invocation, EXIT_CODE_INTERNAL, &err);
    batch->steps[batch->current] =
        (struct batch_step){.ran = true, .code = EXIT_CODE_INTERNAL};
    keep_code(batch, EXIT_CODE_INTERNAL);
    go_on(batch);
}

static void finish(struct batch *batch) {
    loop_timer_free(batch->deadline);
    batch->deadline = NULL;
    for (unsigned i = 0; i < SIGNALS; i++) {
        loop_signal_free(batch->signals[i]);
        batch->signals[i] = NULL;
    }
    batch->on_done(batch->owner);
}

/* The next part that may have something to run; false when there is none. */
static bool next_part(struct batch *batch) {
    switch (batch->part) {
    case SCRIPT_MAIN:
        batch->part = batch->code == EXIT_CODE_OK ? SCRIPT_ALWAYS : SCRIPT_ON_FAILURE;
        loop_timer_free(batch->deadline);
        batch->deadline = loop_after(batch->loop, BLOCKS_LIMIT_NS, on_deadline, batch);
        break;
    case SCRIPT_ON_FAILURE: batch->part = SCRIPT_ALWAYS; break;
    case SCRIPT_ALWAYS: return false;
    }
    batch->next = 0;
    return true;
}

static const struct script_command *next_command(struct batch *batch) {
    const struct script_command *command = NULL;
    while ((command = script_command(batch->options.script, batch->next))) {
        batch->current = batch->next++;
        if (command->part == batch->part) return command;
    }
    return NULL;
}

static void advance(struct batch *batch) {
    do {
        bool stopped = batch->part == SCRIPT_MAIN && batch->code != EXIT_CODE_OK;
        if (batch->over) break;
        const struct script_command *command = stopped ? NULL : next_command(batch);
        if (command) {
            start_command(batch, command);
            return;
        }
    } while (next_part(batch));
    finish(batch);
}

struct batch *batch_start(
    struct loop *loop, const struct batch_options *options, batch_done_fn on_done,
    void *owner) {
    static const int numbers[SIGNALS] = {SIGINT, SIGTERM, SIGHUP};
    struct batch *batch = memory_new(sizeof *batch);
    batch->options = *options;
    batch->loop = loop;
    batch->on_done = on_done;
    batch->owner = owner;
    uint32_t count = script_command_count(options->script);
    batch->steps = memory_new_array(count, sizeof *batch->steps);
    for (unsigned i = 0; i < SIGNALS; i++) {
        batch->signals[i] = loop_on_signal(loop, numbers[i], on_signal, batch);
    }
    if (options->timeout_ns > 0) {
        batch->deadline = loop_after(loop, options->timeout_ns, on_deadline, batch);
    }
    go_on(batch);
    return batch;
}

void batch_free(struct batch *batch) {
    if (!batch) return;
    process_free(batch->child);
    loop_timer_free(batch->deadline);
    loop_timer_free(batch->soon);
    for (unsigned i = 0; i < SIGNALS; i++) loop_signal_free(batch->signals[i]);
    free(batch->steps);
    free(batch);
}

enum exit_code batch_code(const struct batch *batch) {
    return batch->code;
}

const char *batch_reason(const struct batch *batch) {
    return batch->reason;
}

const struct batch_step *batch_step(const struct batch *batch, uint32_t index) {
    return &batch->steps[index];
}
