/* SPDX-License-Identifier: MIT */
#include "history/outcome_block.h"

#include "base/bytes.h"

enum { CHECKSUM_AT = 16 };

static const uint32_t magic = UINT32_C(0x314f4446); /* "FDO1" */

static uint32_t checksum_of(const uint8_t *block, size_t length) {
    uint32_t sum = bytes_crc32c(0, block, CHECKSUM_AT);
    return bytes_crc32c(sum, block + OUTCOME_BLOCK_HEAD, length);
}

void outcome_block_seal(uint8_t *block, size_t length, int64_t wall_ms) {
    struct byte_writer writer = byte_writer_in(block, OUTCOME_BLOCK_HEAD);
    bytes_put_u32(&writer, magic);
    bytes_put_u32(&writer, (uint32_t)length);
    bytes_put_u64(&writer, (uint64_t)wall_ms);
    bytes_put_u32(&writer, checksum_of(block, length));
}

/* A file system may have made room for what was never written. */
static bool is_blank(const uint8_t *bytes, size_t size) {
    for (size_t i = 0; i < size; i++) {
        if (bytes[i] != 0) return false;
    }
    return true;
}

enum outcome_block_state outcome_block_read(
    const uint8_t *bytes, size_t size, struct outcome_block *block) {
    struct byte_reader reader = byte_reader_of(bytes, size);
    uint32_t begins = bytes_get_u32(&reader);
    uint32_t length = bytes_get_u32(&reader);
    uint64_t wall_ms = bytes_get_u64(&reader);
    uint32_t checksum = bytes_get_u32(&reader);
    if (is_blank(bytes, size)) return OUTCOME_BLOCK_TORN;
    if (reader.failed) return OUTCOME_BLOCK_TORN;
    bool is_sound = begins == magic && length > 0 &&
                    length <= OUTCOME_BLOCK_MAX - OUTCOME_BLOCK_HEAD &&
                    wall_ms <= INT64_MAX;
    if (!is_sound) return OUTCOME_BLOCK_BROKEN;
    if (length > size - OUTCOME_BLOCK_HEAD) return OUTCOME_BLOCK_TORN;
    if (checksum != checksum_of(bytes, length)) return OUTCOME_BLOCK_BROKEN;
    *block = (struct outcome_block){.length = length, .wall_ms = (int64_t)wall_ms};
    return OUTCOME_BLOCK_WHOLE;
}
