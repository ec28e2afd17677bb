/* SPDX-License-Identifier: MIT */
#include <stdlib.h>

#include "base/memory.h"
#include "base/safe_text.h"
#include "canary_wish.h"
#include "command_functions.h"
#include "config.h"
#include "core/rollout_analysis.h"
#include "core/ulid.h"
#include "history/rollout_last.h"
#include "history/rollout_recording.h"
#include "invocation.h"
#include "report/analysis_report.h"

struct analyzing {
    const struct invocation *invocation; /* borrowed */
    char path[FOLDER_PATH_SIZE];
    bool has_config_error;
    struct rollout_recording *recording;
    struct rollout_analysis analysis; /* large */
};

/* Which recording */

static bool find_newest(struct analyzing *analyzing, struct error *err) {
    struct config *config = config_for(analyzing->invocation, NULL, err);
    if (!config) {
        analyzing->has_config_error = true;
        return false;
    }
    bool is_found =
        rollout_recording_newest(config_target(config)->name, analyzing->path, err);
    config_free(config);
    return is_found;
}

static bool find(struct analyzing *analyzing, struct error *err) {
    const struct invocation *invocation = analyzing->invocation;
    const char *operand = invocation_operand(invocation, 0);
    bool is_last = options_has(&invocation->options, OPTION_LAST);
    uint8_t id[ULID_SIZE];
    if (operand && is_last) {
        return error_set(err, ERROR_USAGE, "--last, or a rollout or file: not both");
    }
    if (!operand) return find_newest(analyzing, err);
    if (ulid_from_string(slice_of(operand), id)) {
        return rollout_recording_place(operand, analyzing->path, err);
    }
    if (text_copy(analyzing->path, sizeof analyzing->path, operand)) return true;
    return error_set(err, ERROR_USAGE, "over %d bytes long: a file", FOLDER_PATH_SIZE);
}

/* Reading it */

static void mend(struct rollout_plan *plan) {
    safe_text_mend(plan->id, sizeof plan->id);
    safe_text_mend(plan->target, sizeof plan->target);
    safe_text_mend(plan->from, sizeof plan->from);
    safe_text_mend(plan->to, sizeof plan->to);
    safe_text_mend(plan->holder, sizeof plan->holder);
}

static bool begin(struct analyzing *analyzing, struct error *err) {
    const struct rollout_recording_head *head =
        rollout_recording_head(analyzing->recording);
    struct rollout_plan plan = head->plan;
    mend(&plan);
    if (!plan.from[0]) rollout_last_before("", plan.id, plan.from);
    struct rollout_plan asked = plan;
    if (!canary_wish_judge(analyzing->invocation, &asked, err)) return false;
    rollout_analysis_init(&analyzing->analysis, &plan, &asked, head->known_assignment);
    return true;
}

static bool read_all(struct analyzing *analyzing, struct error *err) {
    struct rollout_input input;
    for (;;) {
        switch (rollout_recording_next(analyzing->recording, &input, err)) {
        case ROLLOUT_READ_END: return true;
        case ROLLOUT_READ_DAMAGED: return false;
        case ROLLOUT_READ_INPUT: break;
        }
        if (rollout_analysis_take(&analyzing->analysis, &input)) continue;
        return error_set(
            err, ERROR_SYNTAX, "%s: a step that its plan does not have",
            analyzing->path);
    }
}

/* The result */

static int report(const struct analyzing *analyzing) {
    const struct invocation *invocation = analyzing->invocation;
    char path[FOLDER_PATH_SIZE];
    struct buffer text;
    safe_text_copy(path, sizeof path, slice_of(analyzing->path));
    const struct analysis_report about = {
        .analysis = &analyzing->analysis,
        .path = path,
        .warning = canary_wish_warning(&analyzing->analysis.asked),
        .is_torn = rollout_recording_is_torn(analyzing->recording),
    };
    buffer_init(&text, ANALYSIS_REPORT_BYTES_MAX);
    if (invocation->format == FORMAT_JSON) {
        analysis_report_json(&about, &text);
    } else if (invocation->format == FORMAT_MARKDOWN) {
        analysis_report_markdown(&about, &text);
    } else {
        analysis_report_text(&about, &text);
    }
    int code = invocation_finish(
        invocation, buffer_slice(&text), rollout_analysis_code(&analyzing->analysis));
    buffer_clear(&text);
    return code;
}

/* A recording that is not there, or cannot be read, is no mistake in what was asked. */
static int fail(const struct analyzing *analyzing, const struct error *err) {
    bool is_usage = analyzing->has_config_error || err->code == ERROR_USAGE;
    return invocation_fail(
        analyzing->invocation, is_usage ? EXIT_CODE_USAGE : EXIT_CODE_UNREACHABLE, err);
}

static int analyze(struct analyzing *analyzing) {
    struct error err;
    bool is_found =
        canary_wish_check(analyzing->invocation, &err) && find(analyzing, &err);
    if (!is_found) return fail(analyzing, &err);
    analyzing->recording = rollout_recording_open(analyzing->path, &err);
    bool is_read =
        analyzing->recording && begin(analyzing, &err) && read_all(analyzing, &err);
    return is_read ? report(analyzing) : fail(analyzing, &err);
}

int canary_analyze_command(const struct invocation *invocation) {
    struct analyzing *analyzing = memory_new(sizeof *analyzing);
    analyzing->invocation = invocation;
    int code = analyze(analyzing);
    rollout_recording_free(analyzing->recording);
    free(analyzing);
    return code;
}
