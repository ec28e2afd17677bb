/* SPDX-License-Identifier: MIT */
#include "smoke_dry_run.h"

#include "base/json_writer.h"
#include "base/safe_text.h"
#include "base/text.h"
#include "report/smoke_report.h"

static const char *shown_url(
    const struct smoke_preview *preview, char url[TARGET_URL_SIZE]) {
    struct text text = text_in(url, TARGET_URL_SIZE);
    redact_add_url(&text, preview->target->url);
    return url;
}

static void write_text(const struct smoke_preview *preview, struct buffer *to) {
    const struct target *target = preview->target;
    const struct checks *checks = smoke_plan_checks(preview->plan);
    char url[TARGET_URL_SIZE];
    buffer_addf(
        to, "would send to %s (%s, %s):\n", shown_url(preview, url), target->name,
        target_class_name(target->class));
    smoke_preview_way(preview, to);
    for (uint32_t i = 0; i < checks->count; i++) {
        buffer_addf(to, "\n# %u of %u: ", i + 1, checks->count);
        safe_text_add_to_buffer(to, slice_of(checks->items[i].name));
        buffer_add_char(to, '\n');
        smoke_preview(preview, i, to);
    }
    buffer_addf(to, "\nto go back: %s\n", smoke_preview_way_back(preview->plan));
}

static void add_lines(
    struct json_writer *json, const char *key, const struct buffer *lines) {
    struct scan scan = scan_of(buffer_slice(lines));
    struct slice line;
    json_key(json, key);
    json_array_begin(json);
    while (scan_line(&scan, &line)) json_slice(json, line);
    json_array_end(json);
}

static void add_check(
    const struct smoke_preview *preview, uint32_t index, struct json_writer *json) {
    const struct check *check = &smoke_plan_checks(preview->plan)->items[index];
    char name[STATE_NAME_SIZE];
    struct buffer lines;
    buffer_init(&lines, SMOKE_REPORT_BYTES_MAX);
    smoke_preview(preview, index, &lines);
    safe_text_copy(name, sizeof name, slice_of(check->name));
    json_object_begin(json);
    json_field_string(json, "name", name);
    add_lines(json, "sends", &lines);
    json_object_end(json);
    json->to->overflow |= lines.overflow;
    buffer_clear(&lines);
}

static void write_json(const struct smoke_preview *preview, struct buffer *to) {
    const struct target *target = preview->target;
    struct json_writer json = json_writer_to(to);
    char url[TARGET_URL_SIZE];
    struct buffer way;
    buffer_init(&way, SMOKE_REPORT_BYTES_MAX);
    smoke_preview_way(preview, &way);
    json_object_begin(&json);
    json_field_string(&json, "kind", "smoke");
    json_field_bool(&json, "dry_run", true);
    json_field_string(&json, "target", target->name);
    json_field_string(&json, "class", target_class_name(target->class));
    json_field_string(&json, "url", shown_url(preview, url));
    add_lines(&json, "way", &way);
    json_key(&json, "checks");
    json_array_begin(&json);
    uint32_t count = smoke_plan_checks(preview->plan)->count;
    for (uint32_t i = 0; i < count; i++) add_check(preview, i, &json);
    json_array_end(&json);
    json_field_string(&json, "back", smoke_preview_way_back(preview->plan));
    json_object_end(&json);
    buffer_add_char(to, '\n');
    buffer_clear(&way);
}

static bool write_plan(
    const struct invocation *invocation, const struct smoke_preview *preview,
    struct buffer *to, struct error *err) {
    if (invocation->format == FORMAT_JSON) {
        write_json(preview, to);
    } else if (invocation->format == FORMAT_TEXT) {
        write_text(preview, to);
    } else {
        return error_set(
            err, ERROR_USAGE, "--dry-run is told as text or json, not as %s",
            format_name(invocation->format));
    }
    if (!to->overflow) return true;
    return error_set(
        err, ERROR_LIMIT, "what would be sent is over %d KiB long",
        SMOKE_REPORT_BYTES_MAX / 1024);
}

int smoke_dry_run(
    const struct invocation *invocation, const struct smoke_preview *preview) {
    struct buffer plan;
    struct error err;
    buffer_init(&plan, SMOKE_REPORT_BYTES_MAX);
    int code = write_plan(invocation, preview, &plan, &err)
                   ? invocation_finish(invocation, buffer_slice(&plan), EXIT_CODE_OK)
                   : invocation_fail(invocation, EXIT_CODE_USAGE, &err);
    buffer_clear(&plan);
    return code;
}
