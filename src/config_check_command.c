/* SPDX-License-Identifier: MIT */
#include <stdlib.h>

#include "base/json_writer.h"
#include "base/memory.h"
#include "base/safe_text.h"
#include "command_functions.h"
#include "config.h"
#include "invocation.h"

enum { REPORT_BYTES_MAX = 256 * 1024 };

/* What is wrong, in order; a mistake without a file is about all files together. */
struct findings {
    unsigned count;
    struct buffer text;
    struct buffer json_text;
    struct json_writer json;
};

static void findings_begin(struct findings *findings) {
    *findings = (struct findings){0};
    buffer_init(&findings->text, REPORT_BYTES_MAX);
    buffer_init(&findings->json_text, REPORT_BYTES_MAX);
    findings->json = json_writer_to(&findings->json_text);
    json_object_begin(&findings->json);
    json_key(&findings->json, "mistakes");
    json_array_begin(&findings->json);
}

static void add_mistakes(struct findings *findings, const struct mistakes *mistakes) {
    for (uint32_t i = 0; i < mistakes->count && i < MISTAKES_MAX; i++) {
        const struct mistake *mistake = &mistakes->items[i];
        buffer_addf(
            &findings->text, "%s:%u:%u: ", mistakes->file, mistake->line,
            mistake->column);
        safe_text_add_to_buffer(&findings->text, slice_of(mistake->words));
        buffer_add_char(&findings->text, '\n');
        json_object_begin(&findings->json);
        json_field_string(&findings->json, "file", mistakes->file);
        json_field_uint(&findings->json, "line", mistake->line);
        json_field_uint(&findings->json, "column", mistake->column);
        json_field_string(&findings->json, "message", mistake->words);
        json_object_end(&findings->json);
    }
    if (mistakes->count > MISTAKES_MAX) {
        buffer_addf(
            &findings->text, "%s: %u more mistakes\n", mistakes->file,
            mistakes->count - MISTAKES_MAX);
    }
    findings->count += mistakes->count;
}

/* An error that already names its place. */
static void add_error(struct findings *findings, const struct error *err) {
    safe_text_add_to_buffer(&findings->text, slice_of(err->message));
    buffer_add_char(&findings->text, '\n');
    json_object_begin(&findings->json);
    json_field_string(&findings->json, "message", err->message);
    json_object_end(&findings->json);
    findings->count++;
}

static void add_note(struct findings *findings, const struct error *err) {
    safe_text_add_to_buffer(&findings->text, slice_of(err->message));
    buffer_add_char(&findings->text, '\n');
}

static bool check_file(
    struct findings *findings, enum config_source source, const char *path) {
    struct config_layer layer;
    struct error err;
    struct mistakes mistakes;
    if (!config_layer_read(&layer, source, path, &err)) {
        add_error(findings, &err);
        config_layer_clear(&layer);
        return true;
    }
    const struct node *root = config_layer_root(&layer);
    if (root) {
        struct config_file *values = memory_new(sizeof *values);
        mistakes_init(&mistakes, layer.path);
        schema_init(config_file_schema(), values);
        schema_read(config_file_schema(), root, values, &mistakes);
        config_file_check(root, &mistakes);
        add_mistakes(findings, &mistakes);
        free(values);
    } else if (layer.present) {
        error_set(&err, ERROR_SYNTAX, "%s:1:1: the file is empty", layer.path);
        add_error(findings, &err);
    }
    bool present = layer.present;
    config_layer_clear(&layer);
    return present;
}

/* What only shows when the files are put together: each target by itself. */
static void check_targets(struct findings *findings, const char *file) {
    struct error err;
    struct config *config = config_read(file, &err);
    if (!config) {
        add_error(findings, &err);
        return;
    }
    const struct config_file *values = config_values(config);
    for (uint32_t i = 0; i < values->target_count; i++) {
        if (config_choose(config, values->targets[i].name, NULL, &err)) continue;
        /* To be trusted or not is no property of the file. */
        if (config_refusals(config)->count > 0) {
            add_note(findings, &err);
        } else {
            add_error(findings, &err);
        }
    }
    bool chosen = !values->target[0] || config_choose(config, NULL, NULL, &err);
    if (!chosen && config_refusals(config)->count == 0 && findings->count == 0) {
        add_error(findings, &err);
    }
    config_free(config);
}

static int print_findings(
    const struct invocation *invocation, struct findings *findings, const char *what) {
    json_array_end(&findings->json);
    json_field_bool(&findings->json, "ok", findings->count == 0);
    json_object_end(&findings->json);
    buffer_add_char(&findings->json_text, '\n');
    if (findings->count == 0) buffer_addf(&findings->text, "%s: no mistakes\n", what);
    const struct buffer *chosen =
        invocation->format == FORMAT_JSON ? &findings->json_text : &findings->text;
    int code = invocation_finish(
        invocation, buffer_slice(chosen),
        findings->count == 0 ? EXIT_CODE_OK : EXIT_CODE_USAGE);
    buffer_clear(&findings->text);
    buffer_clear(&findings->json_text);
    return code;
}

int config_check_command(const struct invocation *invocation) {
    const char *file = invocation_operand(invocation, 0);
    if (!file) file = invocation->options.values[OPTION_CONFIG];
    struct findings findings;
    findings_begin(&findings);
    if (file) {
        check_file(&findings, CONFIG_NAMED, file);
    } else {
        char user[CONFIG_PATH_SIZE];
        bool found = config_user_path(user) && check_file(&findings, CONFIG_USER, user);
        found = check_file(&findings, CONFIG_PROJECT, CONFIG_PROJECT_PATH) || found;
        if (!found) {
            struct error err;
            error_set(
                &err, ERROR_NOT_FOUND, "neither %s nor %s is there",
                CONFIG_PROJECT_PATH, user);
            add_error(&findings, &err);
        }
    }
    if (findings.count == 0) check_targets(&findings, file);
    return print_findings(invocation, &findings, file ? file : "configuration");
}
