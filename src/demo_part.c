/* SPDX-License-Identifier: MIT */
#include "demo_part.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/safe_text.h"
#include "base/units.h"
#include "demo_trim.h"
#include "io/dial.h"
#include "io/loop.h"
#include "io/process.h"

enum { FILE_MODE = 0600, ENVIRONMENT_MAX = 512, REASON_SIZE = 96, POLL_MS = 25 };

struct demo_part {
    struct loop *loop;            /* borrowed */
    const struct demo_plan *plan; /* borrowed */
    struct demo_start start;
    enum demo_part_state state;
    struct process *process;  /* NULL when there is none */
    struct dial *dial;        /* asks whether it listens yet */
    struct loop_timer *timer; /* until it is asked again, or told of */
    uint64_t started_ns;
    bool wanted; /* up: an end is a death */
    bool again;  /* start it once it has stopped */
    char reason[REASON_SIZE];
    demo_part_fn on_change;
    void *owner;
};

static void ask_whether_ready(struct demo_part *part);
static void on_dialled(void *owner, int socket, const struct error *why);
static void on_ask_again(void *owner, uint64_t now_ns);
static void on_exit_of(void *owner, const struct process_exit *how);

struct demo_part *demo_part_new(
    struct loop *loop, const struct demo_plan *plan, const struct demo_start *start,
    demo_part_fn on_change, void *owner) {
    struct demo_part *part = memory_new(sizeof *part);
    *part = (struct demo_part){
        .loop = loop,
        .plan = plan,
        .start = *start,
        .on_change = on_change,
        .owner = owner,
    };
    return part;
}

static void part_path(
    const struct demo_part *part, const char *suffix, char path[DEMO_PATH_SIZE]) {
    char file[DEMO_PART_NAME_SIZE + 16];
    struct text text = TEXT_IN(file);
    text_addf(&text, "parts/%s%s", part->start.name, suffix);
    demo_place_path(&part->plan->place, file, path);
}

static void remove_pid_file(const struct demo_part *part) {
    char path[DEMO_PATH_SIZE];
    part_path(part, ".pid", path);
    unlink(path);
}

void demo_part_free(struct demo_part *part) {
    if (!part) return;
    dial_free(part->dial);
    loop_timer_free(part->timer);
    process_free(part->process);
    free(part);
}

/* Whoever reads it sees the whole number or no file. */
static bool write_pid_file(const struct demo_part *part, struct error *err) {
    char path[DEMO_PATH_SIZE];
    char fresh[DEMO_PATH_SIZE];
    part_path(part, ".pid", path);
    part_path(part, ".pid.new", fresh);
    FILE *file = fopen(fresh, "we");
    bool written = file && fprintf(file, "%d\n", (int)process_pid(part->process)) > 0;
    if (file && fclose(file) != 0) written = false;
    if (written && rename(fresh, path) == 0) return true;
    return error_set(err, ERROR_SYSTEM, "%s: %s", path, strerror(errno));
}

static bool is_secret_variable(const char *variable) {
    return strncmp(variable, "ANTHROPIC_", strlen("ANTHROPIC_")) == 0 ||
           strncmp(variable, "OPENAI_", strlen("OPENAI_")) == 0;
}

/* No part gets a key that it does not need:
 * nothing here may spend money by accident. */
static void choose_environment(
    const struct demo_part *part, const char *environment[ENVIRONMENT_MAX]) {
    size_t count = 0;
    for (char **at = environ; *at && count + 1 < ENVIRONMENT_MAX; at++) {
        bool hidden = is_secret_variable(*at) && !part->start.gets_key;
        if (!hidden) environment[count++] = *at;
    }
    environment[count] = NULL;
}

static bool run_process(struct demo_part *part, int log, struct error *err) {
    const char *args[DEMO_ARGS_MAX + 1] = {NULL};
    const char *environment[ENVIRONMENT_MAX];
    for (unsigned i = 0; i < part->start.arg_count; i++) args[i] = part->start.args[i];
    choose_environment(part, environment);
    struct process_options options = {
        .args = args,
        .env = environment,
        .folder = part->plan->place.folder,
        .stdin_fd = -1,
        .stdout_fd = log,
        .stderr_fd = log,
        .own_session = true,
    };
    part->process = process_start(part->loop, &options, on_exit_of, part, err);
    return part->process != NULL;
}

static bool start_now(struct demo_part *part, struct error *err) {
    char path[DEMO_PATH_SIZE];
    part_path(part, ".log", path);
    int log =
        open(path, O_CREAT | O_WRONLY | O_TRUNC | O_APPEND | O_CLOEXEC, FILE_MODE);
    if (log < 0) return error_set(err, ERROR_SYSTEM, "%s: %s", path, strerror(errno));
    bool started = run_process(part, log, err);
    close(log);
    if (!started) return error_wrap(err, "starting %s", part->start.name);
    if (!write_pid_file(part, err)) {
        process_free(part->process);
        part->process = NULL;
        return false;
    }
    part->reason[0] = '\0';
    part->state = DEMO_PART_STARTING;
    part->wanted = true;
    part->started_ns = loop_clock_ns();
    ask_whether_ready(part);
    return true;
}

bool demo_part_start(struct demo_part *part, struct error *err) {
    if (!part->process) return start_now(part, err);
    if (part->wanted || part->again) {
        return error_set(
            err, ERROR_CONFLICT, "%s is running already", part->start.name);
    }
    part->again = true;
    return true;
}

static void change(struct demo_part *part, enum demo_part_state state) {
    part->state = state;
    part->on_change(part->owner, part);
}

static void ask_whether_ready(struct demo_part *part) {
    bool listens = part->start.port != 0 || part->start.socket[0];
    if (!listens) {
        part->timer = loop_after(part->loop, POLL_MS * NS_PER_MS, on_ask_again, part);
        return;
    }
    struct dial_options options = {
        .host = "127.0.0.1",
        .port = part->start.port,
        .path = part->start.socket[0] ? part->start.socket : NULL,
        .timeout_ns = NS_PER_S,
    };
    part->dial = dial_start(part->loop, &options, on_dialled, part);
}

/* Its end is told like that of any other, with this for a reason. */
static void give_up(struct demo_part *part) {
    struct text text = TEXT_IN(part->reason);
    text_add(&text, "not ready after ");
    units_add_duration(&text, part->plan->ready_ns);
    process_stop(part->process, 0);
}

static void on_dialled(void *owner, int socket, const struct error *why) {
    struct demo_part *part = owner;
    (void)why;
    part->dial = NULL;
    if (socket >= 0) {
        close(socket);
        change(part, DEMO_PART_RUNNING);
    } else if (loop_clock_ns() - part->started_ns > part->plan->ready_ns) {
        give_up(part);
    } else {
        part->timer = loop_after(part->loop, POLL_MS * NS_PER_MS, on_ask_again, part);
    }
}

static void on_ask_again(void *owner, uint64_t now_ns) {
    struct demo_part *part = owner;
    (void)now_ns;
    part->timer = NULL;
    if (part->start.port != 0 || part->start.socket[0]) {
        ask_whether_ready(part);
    } else {
        change(part, DEMO_PART_RUNNING);
    }
}

static void note_end(struct demo_part *part, const struct process_exit *how) {
    struct text text = TEXT_IN(part->reason);
    if (how->signal != 0) {
        text_addf(&text, "ended by signal %d", how->signal);
    } else {
        text_addf(&text, "ended with exit code %d", how->code);
    }
}

static void on_exit_of(void *owner, const struct process_exit *how) {
    struct demo_part *part = owner;
    part->process = NULL;
    dial_free(part->dial);
    part->dial = NULL;
    loop_timer_free(part->timer);
    part->timer = NULL;
    if (!part->wanted) remove_pid_file(part);
    if (part->reason[0] == '\0') note_end(part, how);
    struct error err;
    bool again = part->again;
    part->again = false;
    if (again && start_now(part, &err)) return;
    if (again) text_copy_cut(part->reason, sizeof part->reason, err.message);
    change(part, part->wanted || again ? DEMO_PART_DIED : DEMO_PART_STOPPED);
}

void demo_part_stop(struct demo_part *part, unsigned grace_s) {
    part->wanted = false;
    part->again = false;
    remove_pid_file(part);
    if (part->process) {
        process_stop(part->process, grace_s * NS_PER_S);
    } else {
        part->state = DEMO_PART_STOPPED;
    }
}

const char *demo_part_name(const struct demo_part *part) {
    return part->start.name;
}

enum demo_part_state demo_part_state(const struct demo_part *part) {
    return part->state;
}

const char *demo_part_state_name(enum demo_part_state state) {
    switch (state) {
    case DEMO_PART_STOPPED: return "stopped";
    case DEMO_PART_STARTING: return "starting";
    case DEMO_PART_RUNNING: return "running";
    case DEMO_PART_DIED: return "died";
    }
    return "died";
}

pid_t demo_part_pid(const struct demo_part *part) {
    return part->process ? process_pid(part->process) : 0;
}

bool demo_part_is_up(const struct demo_part *part) {
    return part->process != NULL;
}

/* What cannot be cut now is tried again; there is nobody to tell. */
void demo_part_trim_log(const struct demo_part *part) {
    char path[DEMO_PATH_SIZE];
    struct error err;
    part_path(part, ".log", path);
    demo_trim(path, &err);
}

/* Without the line whose beginning was cut off, and without the last line's end. */
static struct slice last_lines(struct slice tail, bool cut) {
    struct scan scan = scan_of(tail);
    struct slice line;
    if (cut && memchr(tail.data, '\n', tail.length - 1)) scan_line(&scan, &line);
    struct slice lines = scan_rest(&scan);
    while (lines.length > 0 && lines.data[lines.length - 1] == '\n') lines.length--;
    return lines;
}

void demo_part_last_words(const struct demo_part *part, struct text *words) {
    char path[DEMO_PATH_SIZE];
    char tail[DEMO_LOG_TAIL];
    part_path(part, ".log", path);
    text_add(words, part->reason);
    int log = open(path, O_RDONLY | O_CLOEXEC);
    if (log < 0) return;
    off_t end = lseek(log, 0, SEEK_END);
    off_t from = end > (off_t)sizeof tail ? end - (off_t)sizeof tail : 0;
    ssize_t length = pread(log, tail, sizeof tail, from);
    close(log);
    if (length <= 0) return;
    text_add(words, ": ");
    struct slice read = {.data = tail, .length = (size_t)length};
    safe_text_add(words, last_lines(read, from > 0));
}
