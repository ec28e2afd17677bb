/* SPDX-License-Identifier: MIT */
#include "base/safe_text.h"
#include "command_functions.h"
#include "config.h"
#include "invocation.h"
#include "trust.h"

enum { REPORT_BYTES_MAX = 64 * 1024 };

/* What the file may not do yet, so that the operator knows what is being allowed. */
static void add_refusals(struct config *config, struct buffer *report) {
    const struct config_file *values = config_values(config);
    for (uint32_t i = 0; i < values->target_count; i++) {
        struct error err;
        if (config_choose(config, values->targets[i].name, NULL, &err)) continue;
        const struct mistakes *refusals = config_refusals(config);
        for (uint32_t j = 0; j < refusals->count && j < MISTAKES_MAX; j++) {
            const struct mistake *refusal = &refusals->items[j];
            buffer_addf(
                report, "%s:%u:%u: ", refusals->file, refusal->line, refusal->column);
            safe_text_add_to_buffer(report, slice_of(refusal->words));
            buffer_add_char(report, '\n');
        }
    }
}

static const struct config_layer *find_project(const struct config *config) {
    unsigned count = 0;
    const struct config_layer *layers = config_layers(config, &count);
    for (unsigned i = 0; i < count; i++) {
        if (layers[i].source == CONFIG_PROJECT && layers[i].present) return &layers[i];
    }
    return NULL;
}

static bool give_trust(
    const struct invocation *invocation, struct config *config, struct buffer *report,
    struct error *err) {
    const struct config_layer *project = find_project(config);
    if (!project) {
        return error_set(err, ERROR_NOT_FOUND, "there is no %s", CONFIG_PROJECT_PATH);
    }
    if (project->trusted) {
        buffer_addf(report, "%s is trusted already\n", project->path);
        return true;
    }
    bool dry = options_has(&invocation->options, OPTION_DRY_RUN);
    add_refusals(config, report);
    if (!dry && !trust_give(project->path, project->digest, err)) return false;
    buffer_addf(
        report, "%s %s (SHA-256 %s) until it changes\n",
        dry ? "would trust" : "trusted", project->path, project->digest);
    return true;
}

int trust_command(const struct invocation *invocation) {
    struct error err;
    struct config *config = config_read(NULL, &err);
    if (!config) return invocation_fail(invocation, EXIT_CODE_USAGE, &err);
    struct buffer report;
    buffer_init(&report, REPORT_BYTES_MAX);
    bool given = give_trust(invocation, config, &report, &err);
    int code = given
                   ? invocation_finish(invocation, buffer_slice(&report), EXIT_CODE_OK)
                   : invocation_fail(invocation, EXIT_CODE_USAGE, &err);
    buffer_clear(&report);
    config_free(config);
    return code;
}
