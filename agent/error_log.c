/* SPDX-License-Identifier: MIT */
#include "agent/error_log.h"

#include <string.h>

#include "base/json_writer.h"
#include "base/safe_text.h"
#include "base/text.h"
#include "base/units.h"

enum { TIMESTAMP_SIZE = 32 };

void error_log_add(struct error_log *log, const struct error_entry *entry) {
    struct error_entry *kept = &log->entries[log->total % ERROR_LOG_COUNT];
    kept->wall_ms = entry->wall_ms;
    safe_text_copy(kept->kind, sizeof kept->kind, slice_of(entry->kind));
    safe_text_copy(kept->route, sizeof kept->route, slice_of(entry->route));
    safe_text_copy(
        kept->request_id, sizeof kept->request_id, slice_of(entry->request_id));
    safe_text_copy(kept->message, sizeof kept->message, slice_of(entry->message));
    log->total++;
}

static void write_entry(const struct error_entry *entry, struct json_writer *json) {
    char timestamp[TIMESTAMP_SIZE];
    struct text text = TEXT_IN(timestamp);
    units_add_timestamp(&text, entry->wall_ms);
    json_object_begin(json);
    json_field_string(json, "time", timestamp);
    json_field_int(json, "time_ms", entry->wall_ms);
    json_field_string(json, "kind", entry->kind);
    json_field_string(json, "route", entry->route);
    json_field_string(json, "request_id", entry->request_id);
    json_field_string(json, "message", entry->message);
    json_object_end(json);
}

void error_log_write(
    const struct error_log *log, const char *version, struct buffer *buffer) {
    struct json_writer json = json_writer_to(buffer);
    json_object_begin(&json);
    json_field_string(&json, "version", version);
    json_field_uint(&json, "total", log->total);
    json_key(&json, "errors");
    json_array_begin(&json);
    uint64_t count = log->total < ERROR_LOG_COUNT ? log->total : ERROR_LOG_COUNT;
    for (uint64_t i = 1; i <= count; i++) {
        write_entry(&log->entries[(log->total - i) % ERROR_LOG_COUNT], &json);
    }
    json_array_end(&json);
    json_object_end(&json);
}
