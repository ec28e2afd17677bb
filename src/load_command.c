/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/text.h"
#include "base/units.h"
#include "command_functions.h"
#include "config.h"
#include "confirm.h"
#include "io/loop.h"
#include "load_look.h"
#include "load_preview.h"
#include "load_room.h"
#include "load_run.h"
#include "load_scrape.h"
#include "load_shard.h"
#include "load_wish.h"
#include "operator.h"
#include "output_file.h"
#include "progress.h"
#include "report/load_summary.h"
#include "stop.h"

enum { LINE_SIZE = 320 };

/* One run of the command. */
struct loading {
    const struct invocation *invocation; /* borrowed */
    struct config *config;
    const struct target *target; /* the configuration's */
    struct load_wish wish;
    struct load_split split;
    struct loop *loop;
    struct stop stop;
    struct progress progress;
    struct load_look *look;
    struct load_scrape *scrape; /* NULL without --metrics-listen */
    struct load_run *run;
    char user[STATE_NAME_SIZE];
    int code;
};

static void on_stop(void *owner, unsigned count) {
    struct loading *loading = owner;
    (void)count;
    load_run_stop(loading->run);
}

static struct load_around on_around(void *owner) {
    const struct loading *loading = owner;
    return load_look_around(loading->look);
}

static void on_wait(void *owner, const char *words) {
    const struct loading *loading = owner;
    invocation_say(loading->invocation, 0, "%s", words);
}

static void on_start(void *owner, const struct load_ready *notes) {
    const struct loading *loading = owner;
    for (uint32_t i = 0; i < notes->note_count; i++) {
        invocation_say(loading->invocation, 0, "note: %s", notes->notes[i].words);
    }
}

static void on_second(void *owner, const struct load_course *course) {
    struct loading *loading = owner;
    char line[LINE_SIZE];
    struct text text = TEXT_IN(line);
    if (course->total.gauges.users + course->all.requests > 0) {
        load_summary_line(course, &text);
        progress_show(&loading->progress, line);
        /* What cannot be drawn anew is a line more each second. */
        if (!loading->progress.possible) {
            invocation_say(loading->invocation, 0, "%s", line);
        }
    }
    if (loading->scrape) load_scrape_show(loading->scrape, course);
}

/* Louder than progress: --quiet does not hide what is missing in the history. */
static void warn(struct loading *loading, const char *what, const struct error *err) {
    struct error said;
    progress_wipe(&loading->progress);
    error_set(&said, err->code, "%s: %s", what, err->message);
    invocation_fail(loading->invocation, EXIT_CODE_OK, &said);
}

static void on_unrecorded(void *owner, const struct error *err) {
    warn(owner, "this run is not recorded, the history cannot be written", err);
}

static enum exit_code exit_code_of(
    const struct loading *loading, const struct load_outcome *outcome) {
    const struct options *options = &loading->invocation->options;
    enum verdict verdict = outcome->judgement.verdict;
    enum exit_code code = verdict_exit_code(verdict);
    if (verdict == VERDICT_INCONCLUSIVE &&
        options_fails_on(options, FAIL_ON_INCONCLUSIVE)) {
        code = exit_code_worse(code, EXIT_CODE_FAILED);
    }
    return stop_code(&loading->stop, code);
}

static void write_summary(
    const struct loading *loading, const struct load_summary *summary,
    struct buffer *to) {
    switch (loading->invocation->format) {
    case FORMAT_JSON: load_summary_json(summary, to); break;
    case FORMAT_JUNIT: load_summary_junit(summary, to); break;
    case FORMAT_MARKDOWN: load_summary_markdown(summary, to); break;
    case FORMAT_CSV: load_summary_csv(summary->outcome->course, to); break;
    case FORMAT_TEXT:
    case FORMAT_JSONL:
    case FORMAT_TAP:
    case FORMAT_GITHUB:
    case FORMAT_HTML:
    case FORMAT_COUNT: load_summary_text(summary, to); break;
    }
}

static enum exit_code write_series(
    const struct loading *loading, const struct load_outcome *outcome) {
    const char *file = loading->invocation->options.values[OPTION_SERIES];
    struct buffer rows;
    struct error err;
    if (!file) return EXIT_CODE_OK;
    buffer_init(&rows, LOAD_SUMMARY_BYTES_MAX);
    load_summary_csv(outcome->course, &rows);
    bool written = output_file_write(file, buffer_slice(&rows), true, &err);
    buffer_clear(&rows);
    if (written) return EXIT_CODE_OK;
    error_wrap(&err, "--series %s", file);
    return (enum exit_code)invocation_fail(loading->invocation, EXIT_CODE_USAGE, &err);
}

/* Nothing was measured: one line says so,
 * and only a machine or a file gets a report. */
static bool say_unreached(
    const struct loading *loading, const struct load_outcome *outcome) {
    struct error err;
    if (outcome->stop != LOAD_STOP_UNREACHED) return false;
    error_set(&err, ERROR_CONNECT, "%s", outcome->judgement.reason);
    invocation_fail(loading->invocation, EXIT_CODE_UNREACHABLE, &err);
    return loading->invocation->format == FORMAT_TEXT &&
           !options_has(&loading->invocation->options, OPTION_OUTPUT);
}

static int report(const struct loading *loading, const struct load_outcome *outcome) {
    struct load_summary summary = {
        .outcome = outcome,
        .exit_code = exit_code_of(loading, outcome),
        .color = !options_has(&loading->invocation->options, OPTION_OUTPUT) &&
                 invocation_colors(loading->invocation, STDOUT_FILENO),
    };
    struct buffer buffer;
    summary.exit_code =
        exit_code_worse(summary.exit_code, write_series(loading, outcome));
    buffer_init(&buffer, LOAD_SUMMARY_BYTES_MAX);
    if (!say_unreached(loading, outcome)) write_summary(loading, &summary, &buffer);
    int code = invocation_finish(
        loading->invocation, buffer_slice(&buffer), summary.exit_code);
    buffer_clear(&buffer);
    return code;
}

static void on_done(
    void *owner, const struct load_outcome *outcome, const struct error *err) {
    struct loading *loading = owner;
    progress_wipe(&loading->progress);
    if (outcome) {
        loading->code = report(loading, outcome);
        bool kept = err->code == ERROR_NONE;
        if (!kept) warn(loading, "its end is not in the history", err);
    } else {
        loading->code =
            invocation_fail(loading->invocation, invocation_code_of(err), err);
    }
    loop_stop(loading->loop);
}

static bool start(struct loading *loading, struct error *err) {
    const char *address = loading->invocation->options.values[OPTION_METRICS_LISTEN];
    const struct load_run_options options = {
        .target = loading->target,
        .redactor = config_redactor(loading->config),
        .scenario = loading->wish.scenario,
        .workers = loading->wish.workers,
        .split = loading->split.collects ? &loading->split : NULL,
        .user = loading->user,
        .limit_ns = loading->invocation->options.timeout_ns,
        .around = on_around,
        .on_wait = on_wait,
        .on_start = on_start,
        .on_second = on_second,
        .on_unrecorded = on_unrecorded,
        .on_done = on_done,
        .owner = loading,
    };
    if (address) {
        loading->scrape = load_scrape_new(loading->loop, address, err);
        if (!loading->scrape) return false;
    }
    loading->look = load_look_new(loading->loop, loading->target, loading->user);
    loading->run = load_run_start(loading->loop, &options, err);
    return loading->run != NULL;
}

static void send_load(struct loading *loading) {
    struct error err;
    loading->loop = loop_new();
    progress_init(&loading->progress, loading->loop, loading->invocation);
    operator_name(loading->user);
    if (start(loading, &err)) {
        stop_watch(&loading->stop, loading->loop, on_stop, loading);
        loop_run(loading->loop);
        stop_forget(&loading->stop);
    } else {
        loading->code =
            invocation_fail(loading->invocation, invocation_code_of(&err), &err);
    }
    load_run_free(loading->run);
    load_look_free(loading->look);
    load_scrape_free(loading->scrape);
    loop_free(loading->loop);
}

static bool may_act(const struct loading *loading, struct error *err) {
    const struct load_preview preview = {
        &loading->wish, loading->target, config_redactor(loading->config)};
    char what[TARGET_URL_SIZE + LINE_SIZE];
    struct text text = TEXT_IN(what);
    text_add(&text, "send ");
    load_preview_add_bill(&text, &preview);
    text_add(&text, " to ");
    redact_add_url(&text, loading->target->url);
    return load_wish_may(&loading->wish, loading->target, err) &&
           confirm_act(
               loading->invocation, loading->target, what, config_note(loading->config),
               err) &&
           invocation_check_output(loading->invocation, err);
}

/* To whom, how much, and at which price: before it starts. */
static void say_plan(const struct loading *loading) {
    const struct load_preview preview = {
        &loading->wish, loading->target, config_redactor(loading->config)};
    char line[TARGET_URL_SIZE + LINE_SIZE];
    struct text text = TEXT_IN(line);
    text_addf(&text, "%s: ", loading->wish.scenario->name);
    load_wish_add_load(&text, &loading->wish.scenario->plan);
    text_add(&text, ", to ");
    redact_add_url(&text, loading->target->url);
    text_addf(
        &text, " (%s, %s)", loading->target->name,
        target_class_name(loading->target->class));
    invocation_say(loading->invocation, 0, "%s", line);
    text_reset(&text);
    load_preview_add_bill(&text, &preview);
    invocation_say(loading->invocation, 0, "%s", line);
    text_reset(&text);
    load_room_add(&text, loading->target, &loading->wish.scenario->plan);
    if (line[0]) invocation_say(loading->invocation, 0, "note: %s", line);
}

static bool prepare(struct loading *loading, struct error *err) {
    const struct invocation *invocation = loading->invocation;
    loading->config = config_for(invocation, invocation_operand(invocation, 1), err);
    if (!loading->config) return false;
    loading->target = config_target(loading->config);
    struct load_wish *wish = &loading->wish;
    const char *name = invocation_operand(invocation, 0);
    if (!load_wish_read(wish, invocation, name, loading->target, err) ||
        !load_split_read(&loading->split, invocation, wish->scenario, err)) {
        return false;
    }
    if (loading->split.shards > 0) wish->workers = loading->split.shards;
    return true;
}

static void send_part_or_all(struct loading *loading) {
    const struct load_shard shard = {
        .invocation = loading->invocation,
        .target = loading->target,
        .wish = &loading->wish,
        .split = &loading->split};
    if (loading->split.takes_part) {
        loading->code = load_shard_send(&shard);
    } else {
        send_load(loading);
    }
}

int load_command(const struct invocation *invocation) {
    struct loading loading = {.invocation = invocation};
    struct error err;
    bool dry = options_has(&invocation->options, OPTION_DRY_RUN);
    bool prepared = prepare(&loading, &err);
    if (prepared && dry) {
        const struct load_preview preview = {
            &loading.wish, loading.target, config_redactor(loading.config)};
        loading.code = load_dry_run(invocation, &preview);
    } else if (prepared && may_act(&loading, &err)) {
        say_plan(&loading);
        send_part_or_all(&loading);
    } else {
        loading.code = invocation_fail(invocation, EXIT_CODE_USAGE, &err);
    }
    load_wish_clear(&loading.wish);
    config_free(loading.config);
    return loading.code;
}
