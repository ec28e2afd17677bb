/* Numbers as little-endian bytes, varints, and the checksum that guards them. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A bounded writer: past the end it remembers the overflow and writes nothing. */
struct byte_writer {
    uint8_t *data; /* borrowed */
    size_t size;
    size_t length;
    bool overflow;
};

struct byte_writer byte_writer_in(uint8_t *data, size_t size);
void bytes_put_u8(struct byte_writer *writer, uint8_t value);
void bytes_put_u16(struct byte_writer *writer, uint16_t value);
void bytes_put_u32(struct byte_writer *writer, uint32_t value);
void bytes_put_u64(struct byte_writer *writer, uint64_t value);
void bytes_put_f32(struct byte_writer *writer, float value);
void bytes_put_f64(struct byte_writer *writer, double value);
void bytes_put_varint(struct byte_writer *writer, uint64_t value); /* LEB128 */
void bytes_put(struct byte_writer *writer, const void *bytes, size_t length);

/* A bounded reader: past the end it remembers the failure and returns zeros. */
struct byte_reader {
    const uint8_t *data; /* borrowed */
    size_t size;
    size_t at;
    bool failed;
};

struct byte_reader byte_reader_of(const uint8_t *data, size_t size);
uint8_t bytes_get_u8(struct byte_reader *reader);
uint16_t bytes_get_u16(struct byte_reader *reader);
uint32_t bytes_get_u32(struct byte_reader *reader);
uint64_t bytes_get_u64(struct byte_reader *reader);
float bytes_get_f32(struct byte_reader *reader);
double bytes_get_f64(struct byte_reader *reader);
uint64_t bytes_get_varint(struct byte_reader *reader);

/* The next `length` bytes, or NULL past the end. */
const uint8_t *bytes_get(struct byte_reader *reader, size_t length);

/* CRC-32C (Castagnoli), RFC 3720 appendix B.4; `before` is 0 for a first piece. */
uint32_t bytes_crc32c(uint32_t before, const void *bytes, size_t length);
