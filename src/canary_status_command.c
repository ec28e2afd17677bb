/* SPDX-License-Identifier: MIT */
#include "base/text.h"
#include "base/units.h"
#include "canary_desk.h"
#include "canary_line.h"
#include "canary_orphan.h"
#include "canary_past.h"
#include "command_functions.h"
#include "io/loop.h"
#include "output_file.h"
#include "report/rollout_report.h"

/* With --watch a controller may be replaced by another one. */
#define WATCH_PATIENCE_NS (15 * NS_PER_S)

struct watching {
    struct canary_desk desk;
    struct stop stop;
    struct canary_line *line;
    int output; /* with --watch */
    bool watches;
    struct rollout_status status;
    int code;
};

static void write_piece(struct watching *watching, enum exit_code code) {
    struct buffer piece;
    struct error err;
    const struct rollout_report about = {
        .status = &watching->status,
        .target = watching->desk.target->name,
        .exit_code = code,
        .past = watching->status.known && watching->status.at_ns == 0,
    };
    buffer_init(&piece, ROLLOUT_REPORT_BYTES_MAX);
    bool is_text = watching->desk.invocation->format == FORMAT_TEXT;
    if (is_text && !watching->status.known) {
        rollout_report_text(&about, &piece);
    } else if (is_text) {
        char line[ROLLOUT_LINE_SIZE];
        struct text text = TEXT_IN(line);
        rollout_report_line(&watching->status, &text);
        buffer_addf(&piece, "%s\n", line);
    } else {
        rollout_report_json(&about, &piece);
    }
    /* A reader that has gone away ends it. */
    if (!output_write_all(watching->output, buffer_slice(&piece), &err)) {
        watching->code = (int)code;
        loop_stop(watching->desk.loop);
    }
    buffer_clear(&piece);
}

static void end(struct watching *watching, enum exit_code code) {
    watching->code = watching->watches
                         ? invocation_end(watching->desk.invocation, code)
                         : canary_desk_finish(&watching->desk, &watching->status, code);
    loop_stop(watching->desk.loop);
}

static bool is_over(const struct rollout_status *status) {
    return status->ended || status->phase == ROLLOUT_DONE ||
           status->phase == ROLLOUT_ROLLED_BACK || status->phase == ROLLOUT_STRANDED;
}

static void on_status(void *owner, const struct rollout_status *status) {
    struct watching *watching = owner;
    watching->status = *status;
    enum exit_code code = rollout_report_code(status);
    if (!watching->watches) {
        end(watching, code);
        return;
    }
    write_piece(watching, code);
    if (is_over(status)) end(watching, code);
}

static void fail(
    struct watching *watching, enum exit_code code, const struct error *why) {
    watching->code = invocation_fail(watching->desk.invocation, code, why);
    loop_stop(watching->desk.loop);
}

/* What the history has of it; not of one whose
 * controller is there and cannot be reached. */
static bool look_back(struct watching *watching) {
    const struct target *target = watching->desk.target;
    struct lock_holder who;
    return canary_past_read(target->name, &watching->status) &&
           (watching->status.ended || !canary_orphan_is_held(target, &who));
}

/* Nothing under way is an answer to a question, but nothing to wait for. */
static void on_gone(void *owner, const struct error *why) {
    struct watching *watching = owner;
    struct error said = *why;
    bool is_first = why->code == ERROR_CONNECT && !watching->status.known;
    bool is_past = is_first && look_back(watching);
    if (!is_past && why->code == ERROR_CONNECT &&
        canary_orphan_explain(watching->desk.target, &said)) {
        fail(watching, EXIT_CODE_PERSON, &said);
    } else if (is_first) {
        enum exit_code code =
            is_past ? canary_past_code(&watching->status) : EXIT_CODE_UNREACHABLE;
        if (watching->watches) write_piece(watching, code);
        end(watching, code);
    } else {
        error_wrap(&said, "the controller does not answer");
        fail(watching, EXIT_CODE_UNREACHABLE, &said);
    }
}

static void on_stop(void *owner, unsigned count) {
    struct watching *watching = owner;
    (void)count;
    watching->code = (int)stop_code(&watching->stop, EXIT_CODE_INTERRUPTED);
    loop_stop(watching->desk.loop);
}

static void watch(struct watching *watching) {
    const struct canary_line_options options = {
        .path = watching->desk.path,
        .patience_ns = watching->watches ? WATCH_PATIENCE_NS : 0,
        .asks_once = true,
        .on_status = on_status,
        .on_gone = on_gone,
        .owner = watching,
    };
    watching->line = canary_line_new(watching->desk.loop, &options);
    stop_watch(&watching->stop, watching->desk.loop, on_stop, watching);
    loop_run(watching->desk.loop);
    stop_forget(&watching->stop);
    canary_line_free(watching->line);
}

static bool open_output(struct watching *watching, struct error *err) {
    const struct invocation *invocation = watching->desk.invocation;
    if (!watching->watches) return invocation_check_output(invocation, err);
    if (invocation->format == FORMAT_JSON) {
        return error_set(
            err, ERROR_USAGE,
            "--watch writes text, or with --format jsonl an object per change; not "
            "json");
    }
    return invocation_open_output(invocation, &watching->output, err);
}

int canary_status_command(const struct invocation *invocation) {
    struct watching watching = {
        .output = -1, .watches = options_has(&invocation->options, OPTION_WATCH)};
    struct error err;
    if (!canary_desk_sit_to_ask(&watching.desk, invocation, &err)) {
        watching.code = invocation_fail(invocation, invocation_code_of(&err), &err);
    } else if (!open_output(&watching, &err)) {
        watching.code = invocation_fail(invocation, EXIT_CODE_USAGE, &err);
    } else {
        watch(&watching);
        if (watching.watches) invocation_close_output(watching.output);
    }
    canary_desk_leave(&watching.desk);
    return watching.code;
}
