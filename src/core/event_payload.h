/* The payload of every kind of event as bytes: one pair of functions per kind. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>

#include "base/bytes.h"
#include "core/event.h"

typedef void (*event_put_fn)(struct byte_writer *writer, const struct event *event);

/* False for bytes that no sender of ours can have written; what follows the known
 * fields is from a newer one and is left alone. */
typedef bool (*event_get_fn)(struct byte_reader *reader, struct event *event);

struct event_codec {
    const char *name;
    size_t size; /* of the member of the union */
    event_put_fn put;
    event_get_fn get;
};

/* Whether wall milliseconds lie between 1970 and the year 9999: so arithmetic with them
 * cannot overflow. */
bool event_is_time(int64_t wall_ms);

void event_put_session(struct byte_writer *writer, const struct event *event);
bool event_get_session(struct byte_reader *reader, struct event *event);
void event_put_part(struct byte_writer *writer, const struct event *event);
bool event_get_part(struct byte_reader *reader, struct event *event);
void event_put_values(struct byte_writer *writer, const struct event *event);
bool event_get_values(struct byte_reader *reader, struct event *event);
void event_put_heat(struct byte_writer *writer, const struct event *event);
bool event_get_heat(struct byte_reader *reader, struct event *event);
void event_put_errors(struct byte_writer *writer, const struct event *event);
bool event_get_errors(struct byte_reader *reader, struct event *event);
void event_put_note(struct byte_writer *writer, const struct event *event);
bool event_get_note(struct byte_reader *reader, struct event *event);
void event_put_run_status(struct byte_writer *writer, const struct event *event);
bool event_get_run_status(struct byte_reader *reader, struct event *event);
void event_put_check(struct byte_writer *writer, const struct event *event);
bool event_get_check(struct byte_reader *reader, struct event *event);
void event_put_armed(struct byte_writer *writer, const struct event *event);
bool event_get_armed(struct byte_reader *reader, struct event *event);
void event_put_split(struct byte_writer *writer, const struct event *event);
bool event_get_split(struct byte_reader *reader, struct event *event);
void event_put_rollout(struct byte_writer *writer, const struct event *event);
bool event_get_rollout(struct byte_reader *reader, struct event *event);
void event_put_answer(struct byte_writer *writer, const struct event *event);
bool event_get_answer(struct byte_reader *reader, struct event *event);
void event_put_versions(struct byte_writer *writer, const struct event *event);
bool event_get_versions(struct byte_reader *reader, struct event *event);
void event_put_load(struct byte_writer *writer, const struct event *event);
bool event_get_load(struct byte_reader *reader, struct event *event);
void event_put_load_heat(struct byte_writer *writer, const struct event *event);
bool event_get_load_heat(struct byte_reader *reader, struct event *event);
void event_put_keyframe(struct byte_writer *writer, const struct event *event);
bool event_get_keyframe(struct byte_reader *reader, struct event *event);
