/* SPDX-License-Identifier: MIT */
#include <arpa/inet.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "actions/smoke_plan.h"
#include "base/text.h"
#include "base/units.h"
#include "command_functions.h"
#include "config.h"
#include "confirm.h"
#include "core/url.h"
#include "io/loop.h"
#include "operator.h"
#include "progress.h"
#include "report/smoke_report.h"
#include "secrets.h"
#include "smoke_dry_run.h"
#include "smoke_lines.h"
#include "smoke_run.h"

enum { SIGNAL_COUNT = 3 };

/* One run of the command. */
struct smoking {
    const struct invocation *invocation; /* borrowed */
    struct config *config;
    const struct target *target; /* the configuration's, or one instance of it */
    struct target instance;      /* with --instance */
    struct smoke_plan *plan;
    struct loop *loop;
    struct loop_signal *signals[SIGNAL_COUNT];
    struct smoke_run *smoke;
    struct smoke_lines lines; /* of --format jsonl */
    struct progress progress;
    char user[STATE_NAME_SIZE];
    int stopped_by; /* a signal, or 0 */
    int code;
};

static void on_signal(void *owner, int number) {
    struct smoking *run = owner;
    if (run->stopped_by == 0) run->stopped_by = number;
    smoke_run_stop(run->smoke);
}

static void watch_signals(struct smoking *run) {
    static const int numbers[SIGNAL_COUNT] = {SIGINT, SIGTERM, SIGHUP};
    for (size_t i = 0; i < SIGNAL_COUNT; i++) {
        run->signals[i] = loop_on_signal(run->loop, numbers[i], on_signal, run);
    }
}

static void forget_signals(struct smoking *run) {
    for (size_t i = 0; i < SIGNAL_COUNT; i++) {
        loop_signal_free(run->signals[i]);
    }
}

static enum exit_code exit_code_of(
    const struct smoking *run, const struct smoke_result *result) {
    const struct options *options = &run->invocation->options;
    if (run->stopped_by == SIGINT) return EXIT_CODE_INTERRUPTED;
    if (run->stopped_by != 0) return EXIT_CODE_TERMINATED;
    if (result->end == SMOKE_UNREACHED) return EXIT_CODE_UNREACHABLE;
    bool strict =
        (options_fails_on(options, FAIL_ON_FLAKY) && result->flaky > 0) ||
        (options_fails_on(options, FAIL_ON_DEGRADED) && result->degraded > 0) ||
        (options_fails_on(options, FAIL_ON_INCONCLUSIVE) &&
         result->verdict == VERDICT_INCONCLUSIVE);
    enum exit_code code = verdict_exit_code(result->verdict);
    return strict ? exit_code_worse(code, EXIT_CODE_FAILED) : code;
}

static void write_report(
    const struct smoking *run, const struct smoke_report *report, struct buffer *to) {
    switch (run->invocation->format) {
    case FORMAT_JSON: smoke_report_json(report, to); break;
    case FORMAT_JUNIT: smoke_report_junit(report, to); break;
    case FORMAT_TAP: smoke_report_tap(report, to); break;
    case FORMAT_GITHUB: smoke_report_github(report, to); break;
    case FORMAT_TEXT:
    case FORMAT_JSONL:
    case FORMAT_MARKDOWN:
    case FORMAT_CSV:
    case FORMAT_HTML:
    case FORMAT_COUNT: smoke_report_text(report, to); break;
    }
}

/* Nothing was tested: one line says so, and only a machine or a file gets a report. */
static bool say_unreached(
    const struct smoking *run, const struct smoke_result *result) {
    const struct options *options = &run->invocation->options;
    struct error err;
    error_set(
        &err, ERROR_CONNECT, "%s was not reached: %s", result->url, result->reason);
    invocation_fail(run->invocation, EXIT_CODE_UNREACHABLE, &err);
    return run->invocation->format == FORMAT_TEXT &&
           !options_has(options, OPTION_OUTPUT);
}

static int write_whole(
    const struct smoking *run, const struct smoke_report *report, bool silent) {
    struct buffer buffer;
    buffer_init(&buffer, SMOKE_REPORT_BYTES_MAX);
    if (!silent) write_report(run, report, &buffer);
    int code =
        invocation_finish(run->invocation, buffer_slice(&buffer), report->exit_code);
    buffer_clear(&buffer);
    return code;
}

static int end_lines(struct smoking *run, const struct smoke_report *report) {
    struct error err;
    if (smoke_lines_end(&run->lines, report, &err)) {
        return invocation_end(run->invocation, report->exit_code);
    }
    enum exit_code code = exit_code_worse(report->exit_code, EXIT_CODE_USAGE);
    return invocation_fail(run->invocation, code, &err);
}

static int report(struct smoking *run, const struct smoke_result *result) {
    struct smoke_report report = {
        .result = result,
        .exit_code = exit_code_of(run, result),
        .color = !options_has(&run->invocation->options, OPTION_OUTPUT) &&
                 invocation_colors(run->invocation, STDOUT_FILENO),
    };
    bool silent = result->end == SMOKE_UNREACHED && say_unreached(run, result);
    if (run->invocation->format == FORMAT_JSONL) return end_lines(run, &report);
    return write_whole(run, &report, silent);
}

/* Louder than progress: --quiet does not hide what is missing in the history. */
static void warn(const struct smoking *run, const char *what, const struct error *err) {
    struct error said;
    error_set(&said, err->code, "%s: %s", what, err->message);
    invocation_fail(run->invocation, EXIT_CODE_OK, &said);
}

static void on_unrecorded(void *owner, const struct error *err) {
    warn(owner, "this run is not recorded, the history cannot be written", err);
}

static int refuse_unrecorded(const struct smoking *run, const struct error *err) {
    struct error said;
    error_set(
        &said, err->code,
        "nothing was sent: %s is production, and the history cannot be written: %s "
        "(XDG_STATE_HOME names another folder)",
        run->target->name, err->message);
    return invocation_fail(run->invocation, EXIT_CODE_USAGE, &said);
}

static void on_done(
    void *owner, const struct smoke_result *result, const struct error *err) {
    struct smoking *run = owner;
    progress_wipe(&run->progress);
    if (result) {
        run->code = report(run, result);
        if (err->code != ERROR_NONE) warn(run, "its end is not in the history", err);
    } else {
        run->code = refuse_unrecorded(run, err);
    }
    loop_stop(run->loop);
}

static void say_check(struct smoking *run, const struct event *event) {
    const struct check_row *row = &event->check.row;
    unsigned number = event->check.index + 1U;
    unsigned total = event->check.total;
    if (row->done) {
        invocation_say(
            run->invocation, 1, "%u of %u: %s: %s %s", number, total, row->name,
            verdict_name((enum verdict)row->verdict), row->detail);
        return;
    }
    char words[STATE_DETAIL_SIZE];
    struct text text = TEXT_IN(words);
    text_addf(&text, "%u of %u: %s", number, total, row->name);
    progress_say(&run->progress, words);
}

/* A check whose turn has not come. */
static bool is_waiting(const struct event *event) {
    const struct check_row *row = &event->check.row;
    return event->kind == EVENT_CHECK && !row->done && !row->running;
}

static void on_event(void *owner, const struct event *event) {
    struct smoking *run = owner;
    if (is_waiting(event)) return;
    progress_wipe(&run->progress);
    if (run->invocation->format == FORMAT_JSONL) {
        smoke_lines_on_event(&run->lines, smoke_run_so_far(run->smoke), event);
    }
    if (event->kind == EVENT_CHECK) say_check(run, event);
}

static unsigned count_acts(const struct smoking *run) {
    const struct checks *checks = smoke_plan_checks(run->plan);
    unsigned acts = 0;
    for (uint32_t i = 0; i < checks->count; i++) {
        if (check_acts(&checks->items[i])) acts++;
    }
    return acts;
}

static bool may_act(const struct smoking *run, struct error *err) {
    unsigned acts = count_acts(run);
    if (acts == 0) return true;
    char what[TARGET_URL_SIZE + 64];
    struct text text = TEXT_IN(what);
    text_addf(
        &text, "send %u request%s that act%s to ", acts, acts > 1 ? "s" : "",
        acts > 1 ? "" : "s");
    redact_add_url(&text, run->target->url);
    return confirm_act(
        run->invocation, run->target, what, config_note(run->config), err);
}

static int say_plan(const struct smoking *run) {
    const struct smoke_preview preview = {
        .target = run->target,
        .plan = run->plan,
        .redactor = config_redactor(run->config),
    };
    return smoke_dry_run(run->invocation, &preview);
}

static void run_checks(struct smoking *run) {
    const struct options *options = &run->invocation->options;
    struct error err;
    run->loop = loop_new();
    progress_init(&run->progress, run->loop, run->invocation);
    operator_name(run->user);
    const struct smoke_run_options smoke = {
        .target = run->target,
        .redactor = config_redactor(run->config),
        .plan = run->plan,
        .user = run->user,
        .limit_ns = options->timeout_ns,
        .fail_fast = options_has(options, OPTION_FAIL_FAST),
        .on_event = on_event,
        .on_unrecorded = on_unrecorded,
        .on_done = on_done,
        .owner = run,
    };
    run->smoke = smoke_run_new(run->loop, &smoke);
    watch_signals(run);
    if (smoke_run_start(run->smoke, &err)) {
        loop_run(run->loop);
    } else {
        run->code = invocation_fail(run->invocation, EXIT_CODE_INTERNAL, &err);
    }
    progress_wipe(&run->progress);
    forget_signals(run);
    smoke_run_free(run->smoke);
    loop_free(run->loop);
}

static void run_and_report(struct smoking *run) {
    struct error err;
    if (run->invocation->format != FORMAT_JSONL) {
        run_checks(run);
    } else if (smoke_lines_open(&run->lines, run->invocation, &err)) {
        run_checks(run);
        smoke_lines_close(&run->lines);
    } else {
        run->code = invocation_fail(run->invocation, EXIT_CODE_USAGE, &err);
    }
}

/* "http://10.0.0.7:8000": a pod of a track has no name, but the port is configured. */
static bool is_pod(const struct target_pods *pods, const char *words) {
    struct url url;
    struct error err;
    struct in6_addr address;
    char host[INET6_ADDRSTRLEN];
    struct text text = TEXT_IN(host);
    if (!pods->deployment[0] || !url_parse(slice_of(words), &url, &err)) return false;
    text_add_slice(&text, url.host);
    bool is_address = !text.truncated && (inet_pton(AF_INET, host, &address) == 1 ||
                                          inet_pton(AF_INET6, host, &address) == 1);
    return is_address && url.port == pods->port && url.path.length == 0 &&
           slice_equals(url.scheme, "http");
}

static bool has_instance(const struct target *target, const char *url) {
    for (int track = 0; track < TRACK_COUNT; track++) {
        const struct target_track *from = &target->tracks[track];
        for (uint32_t i = 0; i < from->url_count; i++) {
            if (strcmp(from->urls[i], url) == 0) return true;
        }
        if (from->dns[0] && strcmp(from->dns, url) == 0) return true;
        if (is_pod(&from->pods, url)) return true;
    }
    return false;
}

/* The same target, but spoken to behind its router. Only what is configured as one of
 * its instances: its credentials go there. */
static bool choose_instance(struct smoking *run, const char *url, struct error *err) {
    const struct target *target = config_target(run->config);
    run->target = target;
    if (!url) return true;
    if (!has_instance(target, url)) {
        return error_set(
            err, ERROR_USAGE, "--instance: %s is no instance of %s", url, target->name);
    }
    run->instance = *target;
    run->target = &run->instance;
    return text_copy(run->instance.url, sizeof run->instance.url, url);
}

static bool prepare(struct smoking *run, struct error *err) {
    const struct invocation *invocation = run->invocation;
    run->config = config_for(invocation, invocation_operand(invocation, 0), err);
    if (!run->config) return false;
    if (!choose_instance(run, invocation->options.values[OPTION_INSTANCE], err)) {
        return false;
    }
    run->plan = smoke_plan_new(
        run->target, invocation->options.values[OPTION_CHECKS], secrets_fill, err);
    return run->plan != NULL;
}

int smoke_command(const struct invocation *invocation) {
    struct smoking run = {.invocation = invocation};
    struct error err;
    bool dry = options_has(&invocation->options, OPTION_DRY_RUN);
    bool prepared = prepare(&run, &err);
    if (prepared && dry) {
        run.code = say_plan(&run);
    } else if (prepared && may_act(&run, &err)) {
        run_and_report(&run);
    } else {
        run.code = invocation_fail(invocation, EXIT_CODE_USAGE, &err);
    }
    smoke_plan_free(run.plan);
    config_free(run.config);
    return run.code;
}
