/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "base/json_writer.h"
#include "base/safe_text.h"
#include "command_functions.h"
#include "config.h"
#include "core/schema_list.h"
#include "invocation.h"

enum {
    REPORT_BYTES_MAX = 1024 * 1024,
    VALUE_SIZE = 2048,
    ORIGIN_SIZE = CONFIG_PATH_SIZE + 32,
    VALUE_COLUMN = 56, /* where origins begin */
};

/* A value as it is shown. */
struct shown {
    const char *path;
    char value[VALUE_SIZE];
    char origin[ORIGIN_SIZE];
};

/* A flag or variable that is stronger than any file. */
static bool find_override(
    const struct invocation *invocation, const char *path, struct shown *shown) {
    static const struct {
        const char *path;
        enum option_id option;
    } rows[] = {{"target", OPTION_TARGET}, {"theme", OPTION_THEME}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        enum option_id id = rows[i].option;
        const char *value = invocation->options.values[id];
        if (strcmp(path, rows[i].path) != 0 || !value) continue;
        struct text origin = TEXT_IN(shown->origin);
        bool by_flag = (invocation->options.by_flag & UINT64_C(1) << id) != 0;
        if (by_flag) text_addf(&origin, "--%s", option_row(id)->name);
        if (!by_flag) text_addf(&origin, "$%s", option_variable(id));
        text_copy_cut(shown->value, sizeof shown->value, value);
        return true;
    }
    return false;
}

/* Headers are never shown; of a URL only when nothing in it can be a password. */
static void hide_secret(const struct schema_item *item, struct text *value) {
    if (!item->field->secret || value->length == 0) return;
    bool is_header = item->field->key == NULL;
    if (!is_header && !strpbrk(value->data, "@$")) return;
    text_reset(value);
    text_add(value, "***");
}

/* False for what nobody said and what has no value. */
static bool show_item(
    const struct invocation *invocation, const struct config_layer *layers,
    const struct schema_item *item, struct shown *shown) {
    shown->path = item->path;
    if (find_override(invocation, item->path, shown)) return true;
    struct text value = TEXT_IN(shown->value);
    schema_item_text(item, &value);
    if (!item->node && value.length == 0) return false;
    hide_secret(item, &value);
    struct text origin = TEXT_IN(shown->origin);
    if (item->node) {
        text_addf(
            &origin, "%s:%u:%u", layers[item->layer].path, item->node->line,
            item->node->column);
    } else {
        text_add(&origin, "default");
    }
    return true;
}

static void add_text(struct buffer *to, const struct shown *shown, bool with_origin) {
    size_t before = to->length;
    safe_text_add_to_buffer(to, slice_of(shown->path));
    buffer_add_string(to, ": ");
    safe_text_add_to_buffer(to, slice_of(shown->value));
    if (with_origin) {
        size_t width = to->length - before;
        int blanks = width < VALUE_COLUMN ? (int)(VALUE_COLUMN - width) : 1;
        buffer_addf(to, "%*s# %s", blanks, "", shown->origin);
    }
    buffer_add_char(to, '\n');
}

static void add_json(struct json_writer *json, const struct shown *shown) {
    json_object_begin(json);
    json_field_string(json, "path", shown->path);
    json_field_string(json, "value", shown->value);
    json_field_string(json, "origin", shown->origin);
    json_object_end(json);
}

static void add_all(
    const struct invocation *invocation, const struct config *config,
    struct buffer *text, struct json_writer *json) {
    unsigned count = 0;
    const struct config_layer *layers = config_layers(config, &count);
    const struct node *roots[CONFIG_LAYERS_MAX];
    for (unsigned i = 0; i < count; i++) roots[i] = config_layer_root(&layers[i]);
    bool with_origin = options_has(&invocation->options, OPTION_ORIGIN);

    struct schema_list list;
    struct schema_item item;
    schema_list_begin(&list, config_file_schema(), config_values(config), roots, count);
    while (schema_list_next(&list, &item)) {
        struct shown shown;
        if (!show_item(invocation, layers, &item, &shown)) continue;
        if (text) add_text(text, &shown, with_origin);
        if (json) add_json(json, &shown);
    }
}

static void add_files(const struct config *config, struct json_writer *json) {
    unsigned count = 0;
    const struct config_layer *layers = config_layers(config, &count);
    json_key(json, "files");
    json_array_begin(json);
    for (unsigned i = 0; i < count; i++) {
        if (!layers[i].present) continue;
        json_object_begin(json);
        json_field_string(json, "path", layers[i].path);
        json_field_string(json, "sha256", layers[i].digest);
        json_field_bool(json, "trusted", layers[i].trusted);
        json_object_end(json);
    }
    json_array_end(json);
}

static void add_report(
    const struct invocation *invocation, const struct config *config,
    struct buffer *to) {
    if (invocation->format != FORMAT_JSON) {
        add_all(invocation, config, to, NULL);
        return;
    }
    struct json_writer json = json_writer_to(to);
    json_object_begin(&json);
    add_files(config, &json);
    json_key(&json, "values");
    json_array_begin(&json);
    add_all(invocation, config, NULL, &json);
    json_array_end(&json);
    json_object_end(&json);
    buffer_add_char(to, '\n');
}

int config_show_command(const struct invocation *invocation) {
    const struct options *options = &invocation->options;
    const char *target = options->values[OPTION_TARGET];
    struct error err;
    struct config *config = config_read(options->values[OPTION_CONFIG], &err);
    if (!config) return invocation_fail(invocation, EXIT_CODE_USAGE, &err);
    /* Of a demo nothing is known before it is chosen. */
    if (target && !config_choose(config, target, NULL, &err) &&
        err.code != ERROR_FORBIDDEN) {
        config_free(config);
        return invocation_fail(invocation, EXIT_CODE_USAGE, &err);
    }
    struct buffer report;
    buffer_init(&report, REPORT_BYTES_MAX);
    add_report(invocation, config, &report);
    if (config_note(config)[0]) {
        invocation_say(invocation, 0, "%s", config_note(config));
    }
    int code = invocation_finish(invocation, buffer_slice(&report), EXIT_CODE_OK);
    buffer_clear(&report);
    config_free(config);
    return code;
}
