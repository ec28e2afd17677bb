/* SPDX-License-Identifier: MIT */
#include "base/bytes.h"

#include <string.h>

enum { VARINT_BITS = 7, VARINT_SIZE_MAX = 10, BYTE_BITS = 8 };

struct byte_writer byte_writer_in(uint8_t *data, size_t size) {
    return (struct byte_writer){.data = data, .size = size};
}

void bytes_put(struct byte_writer *writer, const void *bytes, size_t length) {
    if (writer->overflow || length > writer->size - writer->length) {
        writer->overflow = true;
        return;
    }
    if (length > 0) memcpy(writer->data + writer->length, bytes, length);
    writer->length += length;
}

static void put_little_endian(
    struct byte_writer *writer, uint64_t value, size_t length) {
    uint8_t bytes[sizeof value];
    for (size_t i = 0; i < length; i++) bytes[i] = (uint8_t)(value >> (BYTE_BITS * i));
    bytes_put(writer, bytes, length);
}

void bytes_put_u8(struct byte_writer *writer, uint8_t value) {
    put_little_endian(writer, value, sizeof value);
}

void bytes_put_u16(struct byte_writer *writer, uint16_t value) {
    put_little_endian(writer, value, sizeof value);
}

void bytes_put_u32(struct byte_writer *writer, uint32_t value) {
    put_little_endian(writer, value, sizeof value);
}

void bytes_put_u64(struct byte_writer *writer, uint64_t value) {
    put_little_endian(writer, value, sizeof value);
}

void bytes_put_f32(struct byte_writer *writer, float value) {
    uint32_t bits = 0;
    memcpy(&bits, &value, sizeof bits);
    bytes_put_u32(writer, bits);
}

void bytes_put_f64(struct byte_writer *writer, double value) {
    uint64_t bits = 0;
    memcpy(&bits, &value, sizeof bits);
    bytes_put_u64(writer, bits);
}

void bytes_put_varint(struct byte_writer *writer, uint64_t value) {
    uint8_t bytes[VARINT_SIZE_MAX];
    size_t length = 0;
    while (value >= 0x80) {
        bytes[length++] = (uint8_t)(value | 0x80);
        value >>= VARINT_BITS;
    }
    bytes[length++] = (uint8_t)value;
    bytes_put(writer, bytes, length);
}

struct byte_reader byte_reader_of(const uint8_t *data, size_t size) {
    return (struct byte_reader){.data = data, .size = size};
}

const uint8_t *bytes_get(struct byte_reader *reader, size_t length) {
    if (reader->failed || length > reader->size - reader->at) {
        reader->failed = true;
        return NULL;
    }
    const uint8_t *bytes = reader->data + reader->at;
    reader->at += length;
    return bytes;
}

static uint64_t get_little_endian(struct byte_reader *reader, size_t length) {
    const uint8_t *bytes = bytes_get(reader, length);
    uint64_t value = 0;
    for (size_t i = 0; bytes && i < length; i++) {
        value |= (uint64_t)bytes[i] << (BYTE_BITS * i);
    }
    return value;
}

uint8_t bytes_get_u8(struct byte_reader *reader) {
    return (uint8_t)get_little_endian(reader, sizeof(uint8_t));
}

uint16_t bytes_get_u16(struct byte_reader *reader) {
    return (uint16_t)get_little_endian(reader, sizeof(uint16_t));
}

uint32_t bytes_get_u32(struct byte_reader *reader) {
    return (uint32_t)get_little_endian(reader, sizeof(uint32_t));
}

uint64_t bytes_get_u64(struct byte_reader *reader) {
    return get_little_endian(reader, sizeof(uint64_t));
}

float bytes_get_f32(struct byte_reader *reader) {
    uint32_t bits = bytes_get_u32(reader);
    float value = 0;
    memcpy(&value, &bits, sizeof value);
    return value;
}

double bytes_get_f64(struct byte_reader *reader) {
    uint64_t bits = bytes_get_u64(reader);
    double value = 0;
    memcpy(&value, &bits, sizeof value);
    return value;
}

uint64_t bytes_get_varint(struct byte_reader *reader) {
    uint64_t value = 0;
    for (unsigned i = 0; i < VARINT_SIZE_MAX; i++) {
        uint8_t byte = bytes_get_u8(reader);
        bool last_bit_only = i + 1 < VARINT_SIZE_MAX || byte <= 1;
        if (reader->failed || !last_bit_only) break;
        value |= (uint64_t)(byte & 0x7F) << (VARINT_BITS * i);
        if (byte < 0x80) return value;
    }
    reader->failed = true;
    return 0;
}

/* Half a byte at a time: the table of 16 stays in the cache and needs no set-up. */
static uint32_t crc_bytes(uint32_t crc, const uint8_t *at, size_t length) {
    static const uint32_t table[16] = {
        0x00000000, 0x105EC76F, 0x20BD8EDE, 0x30E349B1, 0x417B1DBC, 0x5125DAD3,
        0x61C69362, 0x7198540D, 0x82F63B78, 0x92A8FC17, 0xA24BB5A6, 0xB21572C9,
        0xC38D26C4, 0xD3D3E1AB, 0xE330A81A, 0xF36E6F75,
    };
    for (size_t i = 0; i < length; i++) {
        crc ^= at[i];
        crc = (crc >> 4) ^ table[crc & 0xF];
        crc = (crc >> 4) ^ table[crc & 0xF];
    }
    return crc;
}

#ifdef __x86_64__
/* The processor takes eight bytes at once: scrubbing checks megabytes of recording. */
__attribute__((target("sse4.2"))) static uint32_t crc_words(
    uint32_t crc, const uint8_t *at, size_t words) {
    uint64_t wide = crc;
    for (size_t i = 0; i < words; i++) {
        uint64_t word = 0;
        memcpy(&word, at + i * sizeof word, sizeof word);
        wide = __builtin_ia32_crc32di(wide, word);
    }
    return (uint32_t)wide;
}
#endif

uint32_t bytes_crc32c(uint32_t before, const void *bytes, size_t length) {
    const uint8_t *at = bytes;
    uint32_t crc = ~before;
#ifdef __x86_64__
    if (__builtin_cpu_supports("sse4.2")) {
        size_t words = length / sizeof(uint64_t);
        crc = crc_words(crc, at, words);
        at += words * sizeof(uint64_t);
        length -= words * sizeof(uint64_t);
    }
#endif
    return ~crc_bytes(crc, at, length);
}
