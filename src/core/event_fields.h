/* The fields that payloads of events are made of, as bytes. What reads returns false
 * for bytes that no sender of ours can have written. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "core/heat_column.h"

#define EVENT_PUT_STRING(writer, array) \
    event_put_string((writer), (array), sizeof(array))
#define EVENT_GET_STRING(reader, array) \
    event_get_string((reader), (array), sizeof(array))

/* A string is its length and its bytes. */
void event_put_string(struct byte_writer *writer, const char *string, size_t size);

/* Wants room for the NUL as well. Nothing that could mislead an eye or a terminal comes
 * through, whoever sent it. */
bool event_get_string(struct byte_reader *reader, char *to, size_t size);

bool event_get_time(struct byte_reader *reader, int64_t *wall_ms);
bool event_get_bool(struct byte_reader *reader);

/* A small number that must stay below `limit`. */
bool event_get_below(struct byte_reader *reader, unsigned limit, uint8_t *value);
bool event_get_track(struct byte_reader *reader, uint8_t *track);

/* Measured values: what is not finite was not measured, and comes back as NaN. */
void event_put_measures(struct byte_writer *writer, const float *values, size_t count);
void event_get_measures(struct byte_reader *reader, float *values, size_t count);

/* A column of a heat map. */
void event_put_column(struct byte_writer *writer, const uint16_t counts[HEAT_BUCKETS]);
bool event_get_column(struct byte_reader *reader, uint16_t counts[HEAT_BUCKETS]);
