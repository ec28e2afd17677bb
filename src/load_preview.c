/* SPDX-License-Identifier: MIT */
#include "load_preview.h"

#include <math.h>

#include "base/json_writer.h"
#include "base/safe_text.h"
#include "base/text.h"
#include "base/units.h"
#include "load_room.h"

enum { PREVIEW_BYTES_MAX = 1024 * 1024, LINE_SIZE = 320 };

void load_preview_add_bill(struct text *text, const struct load_preview *preview) {
    const struct load_bill *bill = &preview->wish->bill;
    if (isfinite(bill->requests)) {
        text_add(text, "at most about ");
        units_add_count(text, bill->requests);
        text_add(text, " requests");
    } else {
        text_add(text, "as many requests as are answered");
    }
    if (isfinite(bill->peak_rps)) {
        text_add(text, ", up to ");
        units_add_count(text, bill->peak_rps);
        text_add(text, " rps");
    }
    if (isfinite(bill->tokens)) {
        text_add(text, ", about ");
        units_add_count(text, bill->tokens);
        text_add(text, " tokens");
    }
    if (bill->free) {
        text_add(text, ", free: no paid model");
    } else if (isfinite(bill->usd)) {
        text_addf(text, ", about $%.2f", bill->usd);
    } else {
        text_add(text, ", at a price that nobody knows");
    }
}

/* The whole line, without the target's secrets and safe to show. */
static void add_line(
    const struct load_preview *preview, struct buffer *to, const char *line) {
    struct buffer redacted;
    buffer_init(&redacted, PREVIEW_BYTES_MAX);
    redact_add_to_buffer(preview->redactor, &redacted, slice_of(line));
    safe_text_add_to_buffer(to, buffer_slice(&redacted));
    buffer_add_char(to, '\n');
    buffer_clear(&redacted);
}

static void add_task(
    const struct load_preview *preview, const struct load_task *task,
    struct buffer *to) {
    char line[LOAD_BODY_SIZE + LINE_SIZE];
    struct text text = TEXT_IN(line);
    text_addf(
        &text, "task %s (weight %u): %s %s", task->name, (unsigned)task->weight,
        task->method, task->path);
    add_line(preview, to, line);
    for (uint32_t i = 0; i < task->header_count; i++) {
        text_reset(&text);
        text_addf(&text, "  %s: %s", task->headers[i].name, task->headers[i].value);
        add_line(preview, to, line);
    }
    if (task->body[0]) {
        text_reset(&text);
        text_addf(&text, "  %s", task->body);
        add_line(preview, to, line);
    }
    if (task->job.wanted) {
        text_reset(&text);
        text_addf(&text, "  then GET %s until it is done", task->job.path);
        add_line(preview, to, line);
    }
}

void load_preview_lines(const struct load_preview *preview, struct buffer *to) {
    const struct scenario *scenario = preview->wish->scenario;
    char line[LINE_SIZE];
    struct text text = TEXT_IN(line);
    text_addf(&text, "load %s: ", scenario->name);
    load_wish_add_load(&text, &scenario->plan);
    text_addf(
        &text, ", %u worker%s", (unsigned)preview->wish->workers,
        preview->wish->workers > 1 ? "s" : "");
    add_line(preview, to, line);
    text_reset(&text);
    load_preview_add_bill(&text, preview);
    add_line(preview, to, line);
    for (uint32_t i = 0; i < scenario->plan.task_count; i++) {
        add_task(preview, &scenario->plan.tasks[i], to);
    }
    for (uint32_t i = 0; i < scenario->gate_count; i++) {
        buffer_addf(to, "gate %s\n", scenario->gates[i].words);
    }
    for (uint32_t i = 0; i < scenario->abort_count; i++) {
        buffer_addf(to, "ends when %s\n", scenario->aborts[i].words);
    }
}

/* And what is short on this machine, which takes a look around. */
static void add_all_lines(const struct load_preview *preview, struct buffer *to) {
    char line[LINE_SIZE];
    struct text text = TEXT_IN(line);
    load_preview_lines(preview, to);
    load_room_add(&text, preview->target, &preview->wish->scenario->plan);
    if (line[0]) add_line(preview, to, line);
}

static void write_text(const struct load_preview *preview, struct buffer *to) {
    char url[TARGET_URL_SIZE];
    struct text text = TEXT_IN(url);
    redact_add_url(&text, preview->target->url);
    buffer_addf(
        to, "would send to %s (%s, %s):\n", url, preview->target->name,
        target_class_name(preview->target->class));
    add_all_lines(preview, to);
    buffer_add_string(to, "to go back: Ctrl-C ends it; what was answered stays\n");
}

static void write_json(const struct load_preview *preview, struct buffer *to) {
    const struct scenario *scenario = preview->wish->scenario;
    const struct load_bill *bill = &preview->wish->bill;
    struct json_writer json = json_writer_to(to);
    struct buffer lines;
    struct slice line;
    char url[TARGET_URL_SIZE];
    char hash[SHA256_HEX_SIZE];
    struct text text = TEXT_IN(url);
    redact_add_url(&text, preview->target->url);
    scenario_hash(scenario, hash);
    buffer_init(&lines, PREVIEW_BYTES_MAX);
    add_all_lines(preview, &lines);
    json_object_begin(&json);
    json_field_string(&json, "kind", "load");
    json_field_bool(&json, "dry_run", true);
    json_field_string(&json, "target", preview->target->name);
    json_field_string(&json, "class", target_class_name(preview->target->class));
    json_field_string(&json, "url", url);
    json_field_string(&json, "scenario", scenario->name);
    json_field_string(&json, "scenario_hash", hash);
    json_field_double(&json, "requests_most", bill->requests);
    json_field_double(&json, "rps_most", bill->peak_rps);
    json_field_double(&json, "tokens", bill->tokens);
    json_field_double(&json, "usd", bill->usd);
    json_key(&json, "sends");
    json_array_begin(&json);
    struct scan scan = scan_of(buffer_slice(&lines));
    while (scan_line(&scan, &line)) json_slice(&json, line);
    json_array_end(&json);
    json_object_end(&json);
    buffer_add_char(to, '\n');
    buffer_clear(&lines);
}

int load_dry_run(
    const struct invocation *invocation, const struct load_preview *preview) {
    struct buffer plan;
    struct error err;
    int code = EXIT_CODE_OK;
    buffer_init(&plan, PREVIEW_BYTES_MAX);
    if (invocation->format == FORMAT_JSON) {
        write_json(preview, &plan);
    } else if (invocation->format == FORMAT_TEXT) {
        write_text(preview, &plan);
    } else {
        error_set(
            &err, ERROR_USAGE, "--dry-run is told as text or json, not as %s",
            format_name(invocation->format));
        code = invocation_fail(invocation, EXIT_CODE_USAGE, &err);
    }
    if (code == EXIT_CODE_OK) {
        code = invocation_finish(invocation, buffer_slice(&plan), EXIT_CODE_OK);
    }
    buffer_clear(&plan);
    return code;
}
