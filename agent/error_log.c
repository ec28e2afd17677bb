/* SPDX-License-Identifier: MIT */
#include "agent/error_log.h"

#include <stdbool.h>
#include <string.h>

#include "base/json_writer.h"
#include "base/safe_text.h"
#include "base/text.h"
#include "base/units.h"

enum { TIMESTAMP_SIZE = 32 };

/* The one that the entry belongs to, new or known. */
static struct error_kind *kind_of(
    struct error_log *log, const struct error_entry *entry) {
    for (uint32_t i = 0; i < log->kind_count; i++) {
        struct error_kind *kind = &log->kinds[i];
        if (strcmp(kind->last.kind, entry->kind) == 0 &&
            strcmp(kind->last.route, entry->route) == 0) {
            return kind;
        }
    }
    if (log->kind_count < ERROR_LOG_KINDS) return &log->kinds[log->kind_count++];
    return &log->kinds[ERROR_LOG_KINDS - 1];
}

static void count(struct error_log *log, const struct error_entry *entry) {
    struct error_kind *kind = kind_of(log, entry);
    bool other = kind->count > 0 && (strcmp(kind->last.kind, entry->kind) != 0 ||
                                     strcmp(kind->last.route, entry->route) != 0);
    kind->count++;
    kind->last = *entry;
    if (!other) return;
    text_copy_cut(kind->last.kind, sizeof kind->last.kind, "other");
    kind->last.route[0] = '\0';
}

void error_log_add(struct error_log *log, const struct error_entry *entry) {
    struct error_entry *kept = &log->entries[log->total % ERROR_LOG_COUNT];
    kept->wall_ms = entry->wall_ms;
    safe_text_copy(kept->kind, sizeof kept->kind, slice_of(entry->kind));
    safe_text_copy(kept->route, sizeof kept->route, slice_of(entry->route));
    safe_text_copy(
        kept->request_id, sizeof kept->request_id, slice_of(entry->request_id));
    safe_text_copy(kept->message, sizeof kept->message, slice_of(entry->message));
    log->total++;
    count(log, kept);
}

/* Without `count` for 0. */
static void write_entry(
    const struct error_entry *entry, uint64_t count, struct json_writer *json) {
    char timestamp[TIMESTAMP_SIZE];
    struct text text = TEXT_IN(timestamp);
    units_add_timestamp(&text, entry->wall_ms);
    json_object_begin(json);
    if (count > 0) json_field_uint(json, "count", count);
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
    json_key(&json, "counts");
    json_array_begin(&json);
    for (uint32_t i = 0; i < log->kind_count; i++) {
        write_entry(&log->kinds[i].last, log->kinds[i].count, &json);
    }
    json_array_end(&json);
    json_key(&json, "errors");
    json_array_begin(&json);
    uint64_t kept = log->total < ERROR_LOG_COUNT ? log->total : ERROR_LOG_COUNT;
    for (uint64_t i = 1; i <= kept; i++) {
        write_entry(&log->entries[(log->total - i) % ERROR_LOG_COUNT], 0, &json);
    }
    json_array_end(&json);
    json_object_end(&json);
}
