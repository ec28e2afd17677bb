/* SPDX-License-Identifier: MIT */
#include "core/event_payload.h"

#include <string.h>

#include "core/event_fields.h"

bool event_is_time(int64_t wall_ms) {
    return wall_ms >= 0 && wall_ms < INT64_C(253402300800000);
}

void event_put_session(struct byte_writer *writer, const struct event *event) {
    const struct session_event *session = &event->session;
    EVENT_PUT_STRING(writer, session->target);
    EVENT_PUT_STRING(writer, session->user);
    bytes_put_u8(writer, session->target_class);
    bytes_put_u8(writer, session->read_only);
    bytes_put_u32(writer, session->poll_ms);
    bytes_put_f32(writer, session->slo_p95_ms);
    bytes_put_f32(writer, session->slo_error_ratio);
}

bool event_get_session(struct byte_reader *reader, struct event *event) {
    struct session_event *session = &event->session;
    if (!EVENT_GET_STRING(reader, session->target)) return false;
    if (!EVENT_GET_STRING(reader, session->user)) return false;
    uint8_t *class = &session->target_class;
    if (!event_get_below(reader, TARGET_PRODUCTION + 1, class)) return false;
    session->read_only = event_get_bool(reader);
    session->poll_ms = bytes_get_u32(reader);
    session->slo_p95_ms = bytes_get_f32(reader);
    session->slo_error_ratio = bytes_get_f32(reader);
    return true;
}

void event_put_part(struct byte_writer *writer, const struct event *event) {
    const struct part *part = &event->part;
    EVENT_PUT_STRING(writer, part->name);
    EVENT_PUT_STRING(writer, part->detail);
    EVENT_PUT_STRING(writer, part->version);
    bytes_put_u8(writer, part->kind);
    bytes_put_u8(writer, part->track);
    bytes_put_u8(writer, part->status);
    bytes_put_u8(writer, part->critical);
    bytes_put_u8(writer, part->gone);
    bytes_put_u16(writer, part->http_status);
    bytes_put_u32(writer, part->failures);
    bytes_put_f32(writer, part->latency_ms);
    bytes_put_u64(writer, part->polled_ns);
    bytes_put_u64(writer, part->answered_ns);
    bytes_put_u64(writer, part->changed_ns);
}

bool event_get_part(struct byte_reader *reader, struct event *event) {
    struct part *part = &event->part;
    if (!EVENT_GET_STRING(reader, part->name)) return false;
    if (!EVENT_GET_STRING(reader, part->detail)) return false;
    if (!EVENT_GET_STRING(reader, part->version)) return false;
    if (!event_get_below(reader, PART_KIND_COUNT, &part->kind)) return false;
    if (!event_get_track(reader, &part->track)) return false;
    if (!event_get_below(reader, PART_SILENT + 1, &part->status)) return false;
    part->critical = event_get_bool(reader);
    part->gone = event_get_bool(reader);
    part->http_status = bytes_get_u16(reader);
    part->failures = bytes_get_u32(reader);
    part->latency_ms = bytes_get_f32(reader);
    part->polled_ns = bytes_get_u64(reader);
    part->answered_ns = bytes_get_u64(reader);
    part->changed_ns = bytes_get_u64(reader);
    return true;
}

void event_put_values(struct byte_writer *writer, const struct event *event) {
    const struct values_event *values = &event->values;
    bytes_put_u8(writer, values->track);
    bytes_put_u32(writer, values->step_ms);
    bytes_put_varint(writer, values->count);
    for (uint32_t i = 0; i < values->count; i++) {
        bytes_put_u8(writer, values->items[i].metric);
        bytes_put_f32(writer, values->items[i].value);
    }
}

bool event_get_values(struct byte_reader *reader, struct event *event) {
    struct values_event *values = &event->values;
    if (!event_get_track(reader, &values->track)) return false;
    values->step_ms = bytes_get_u32(reader);
    uint64_t count = bytes_get_varint(reader);
    if (count > EVENT_VALUES_MAX) return false;
    values->count = (uint32_t)count;
    for (uint32_t i = 0; i < values->count; i++) {
        uint8_t *metric = &values->items[i].metric;
        if (!event_get_below(reader, METRIC_COUNT, metric)) return false;
        values->items[i].value = bytes_get_f32(reader);
    }
    return true;
}

void event_put_heat(struct byte_writer *writer, const struct event *event) {
    bytes_put_u8(writer, event->heat.track);
    event_put_column(writer, event->heat.counts);
}

bool event_get_heat(struct byte_reader *reader, struct event *event) {
    return event_get_track(reader, &event->heat.track) &&
           event_get_column(reader, event->heat.counts);
}

static void put_error_row(struct byte_writer *writer, const struct error_row *row) {
    EVENT_PUT_STRING(writer, row->kind);
    EVENT_PUT_STRING(writer, row->route);
    EVENT_PUT_STRING(writer, row->version);
    EVENT_PUT_STRING(writer, row->request_id);
    EVENT_PUT_STRING(writer, row->message);
    bytes_put_u64(writer, row->count);
    bytes_put_u64(writer, (uint64_t)row->last_seen_ms);
    bytes_put_u8(writer, row->track);
}

static bool get_error_row(struct byte_reader *reader, struct error_row *row) {
    if (!EVENT_GET_STRING(reader, row->kind)) return false;
    if (!EVENT_GET_STRING(reader, row->route)) return false;
    if (!EVENT_GET_STRING(reader, row->version)) return false;
    if (!EVENT_GET_STRING(reader, row->request_id)) return false;
    if (!EVENT_GET_STRING(reader, row->message)) return false;
    row->count = bytes_get_u64(reader);
    return event_get_time(reader, &row->last_seen_ms) &&
           event_get_track(reader, &row->track);
}

void event_put_errors(struct byte_writer *writer, const struct event *event) {
    bytes_put_u8(writer, event->errors.track);
    bytes_put_varint(writer, event->errors.count);
    for (uint32_t i = 0; i < event->errors.count; i++) {
        put_error_row(writer, &event->errors.rows[i]);
    }
}

bool event_get_errors(struct byte_reader *reader, struct event *event) {
    if (!event_get_track(reader, &event->errors.track)) return false;
    uint64_t count = bytes_get_varint(reader);
    if (count > STATE_ERRORS_MAX) return false;
    event->errors.count = (uint32_t)count;
    for (uint32_t i = 0; i < event->errors.count; i++) {
        if (!get_error_row(reader, &event->errors.rows[i])) return false;
    }
    return true;
}

void event_put_note(struct byte_writer *writer, const struct event *event) {
    bytes_put_u64(writer, (uint64_t)event->note.wall_ms);
    bytes_put_u64(writer, event->note.at_ns);
    bytes_put_u8(writer, event->note.level);
    EVENT_PUT_STRING(writer, event->note.source);
    EVENT_PUT_STRING(writer, event->note.words);
}

bool event_get_note(struct byte_reader *reader, struct event *event) {
    if (!event_get_time(reader, &event->note.wall_ms)) return false;
    event->note.at_ns = bytes_get_u64(reader);
    return event_get_below(reader, NOTE_BAD + 1, &event->note.level) &&
           EVENT_GET_STRING(reader, event->note.source) &&
           EVENT_GET_STRING(reader, event->note.words);
}

void event_put_run_status(struct byte_writer *writer, const struct event *event) {
    const struct run *run = &event->run_status;
    bytes_put(writer, run->id, sizeof run->id);
    bytes_put_u8(writer, run->kind);
    bytes_put_u8(writer, run->active);
    bytes_put_u8(writer, run->verdict);
    bytes_put_u16(writer, run->passed);
    bytes_put_u16(writer, run->failed);
    bytes_put_u16(writer, run->inconclusive);
    bytes_put_u16(writer, run->flaky);
    bytes_put_u16(writer, run->total);
    bytes_put_u64(writer, run->started_ns);
    bytes_put_u64(writer, run->ended_ns);
    EVENT_PUT_STRING(writer, run->title);
    EVENT_PUT_STRING(writer, run->words);
}

bool event_get_run_status(struct byte_reader *reader, struct event *event) {
    struct run *run = &event->run_status;
    const uint8_t *id = bytes_get(reader, sizeof run->id);
    if (!id) return false;
    memcpy(run->id, id, sizeof run->id);
    if (!event_get_below(reader, RUN_KIND_COUNT, &run->kind)) return false;
    run->active = event_get_bool(reader);
    if (!event_get_below(reader, VERDICT_COUNT, &run->verdict)) return false;
    run->passed = bytes_get_u16(reader);
    run->failed = bytes_get_u16(reader);
    run->inconclusive = bytes_get_u16(reader);
    run->flaky = bytes_get_u16(reader);
    run->total = bytes_get_u16(reader);
    run->started_ns = bytes_get_u64(reader);
    run->ended_ns = bytes_get_u64(reader);
    return EVENT_GET_STRING(reader, run->title) && EVENT_GET_STRING(reader, run->words);
}

void event_put_check(struct byte_writer *writer, const struct event *event) {
    const struct check_row *row = &event->check.row;
    bytes_put_u16(writer, event->check.index);
    bytes_put_u16(writer, event->check.total);
    EVENT_PUT_STRING(writer, row->name);
    EVENT_PUT_STRING(writer, row->detail);
    bytes_put_u8(writer, row->done);
    bytes_put_u8(writer, row->running);
    bytes_put_u8(writer, row->flaky);
    bytes_put_u8(writer, row->verdict);
    bytes_put_u32(writer, row->duration_ms);
}

bool event_get_check(struct byte_reader *reader, struct event *event) {
    struct check_row *row = &event->check.row;
    event->check.index = bytes_get_u16(reader);
    event->check.total = bytes_get_u16(reader);
    if (!EVENT_GET_STRING(reader, row->name)) return false;
    if (!EVENT_GET_STRING(reader, row->detail)) return false;
    row->done = event_get_bool(reader);
    row->running = event_get_bool(reader);
    row->flaky = event_get_bool(reader);
    if (!event_get_below(reader, VERDICT_COUNT, &row->verdict)) return false;
    row->duration_ms = bytes_get_u32(reader);
    return true;
}

void event_put_armed(struct byte_writer *writer, const struct event *event) {
    bytes_put_u8(writer, event->armed.armed);
    bytes_put_u64(writer, event->armed.until_ns);
    EVENT_PUT_STRING(writer, event->armed.who);
}

bool event_get_armed(struct byte_reader *reader, struct event *event) {
    event->armed.armed = event_get_bool(reader);
    event->armed.until_ns = bytes_get_u64(reader);
    return EVENT_GET_STRING(reader, event->armed.who);
}

void event_put_split(struct byte_writer *writer, const struct event *event) {
    bytes_put_u8(writer, event->split.known);
    bytes_put_f32(writer, event->split.wanted);
    bytes_put_f32(writer, event->split.seen);
    bytes_put_u32(writer, event->split.lease_ms);
    bytes_put_u64(writer, event->split.at_ns);
}

bool event_get_split(struct byte_reader *reader, struct event *event) {
    event->split.known = event_get_bool(reader);
    event->split.wanted = bytes_get_f32(reader);
    event->split.seen = bytes_get_f32(reader);
    event->split.lease_ms = bytes_get_u32(reader);
    event->split.at_ns = bytes_get_u64(reader);
    return true;
}

void event_put_versions(struct byte_writer *writer, const struct event *event) {
    bytes_put_u8(writer, event->versions.track);
    bytes_put_u8(writer, event->versions.mixed);
    bytes_put_u16(writer, event->versions.instances);
    EVENT_PUT_STRING(writer, event->versions.version);
}

bool event_get_versions(struct byte_reader *reader, struct event *event) {
    if (!event_get_track(reader, &event->versions.track)) return false;
    event->versions.mixed = event_get_bool(reader);
    event->versions.instances = bytes_get_u16(reader);
    return EVENT_GET_STRING(reader, event->versions.version);
}

void event_put_keyframe(struct byte_writer *writer, const struct event *event) {
    const struct keyframe_event *keyframe = &event->keyframe;
    bytes_put_u16(writer, keyframe->piece);
    bytes_put_u16(writer, keyframe->pieces);
    bytes_put_u32(writer, keyframe->layout);
    bytes_put_u32(writer, keyframe->length);
    bytes_put(writer, keyframe->bytes, keyframe->length);
}

bool event_get_keyframe(struct byte_reader *reader, struct event *event) {
    struct keyframe_event *keyframe = &event->keyframe;
    keyframe->piece = bytes_get_u16(reader);
    keyframe->pieces = bytes_get_u16(reader);
    keyframe->layout = bytes_get_u32(reader);
    keyframe->length = bytes_get_u32(reader);
    keyframe->bytes = bytes_get(reader, keyframe->length);
    return keyframe->bytes != NULL && keyframe->piece < keyframe->pieces;
}
