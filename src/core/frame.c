/* SPDX-License-Identifier: MIT */
#include "core/frame.h"

#include "base/bytes.h"

enum { LENGTH_SIZE = 4, START_SIZE = 8, CHECKSUM_SIZE = 4 };

size_t frame_encode(
    uint16_t kind, const struct record *record, const void *what, uint8_t *out,
    size_t size) {
    if (size > FRAME_SIZE_MAX) size = FRAME_SIZE_MAX;
    struct byte_writer writer = byte_writer_in(out, size);
    bytes_put_u32(&writer, 0); /* the length, known at the end */
    bytes_put_u16(&writer, FRAME_VERSION);
    bytes_put_u16(&writer, kind);
    record_put(record, what, &writer);
    if (writer.overflow || size - writer.length < CHECKSUM_SIZE) return 0;

    struct byte_writer length = byte_writer_in(out, LENGTH_SIZE);
    bytes_put_u32(&length, (uint32_t)(writer.length + CHECKSUM_SIZE));
    bytes_put_u32(&writer, bytes_crc32c(0, out, writer.length));
    return writer.length;
}

enum frame_found frame_find(
    const uint8_t *bytes, size_t length, struct frame *frame, struct error *err) {
    if (length < START_SIZE) return FRAME_INCOMPLETE;
    struct byte_reader reader = byte_reader_of(bytes, length);
    size_t total = bytes_get_u32(&reader);
    unsigned version = bytes_get_u16(&reader);
    if (total < FRAME_OVERHEAD || total > FRAME_SIZE_MAX || version != FRAME_VERSION) {
        error_set(
            err, ERROR_PROTOCOL, "a message of version %u, %zu bytes", version, total);
        return FRAME_BROKEN;
    }
    frame->kind = bytes_get_u16(&reader);
    frame->data = bytes + START_SIZE;
    frame->length = total - FRAME_OVERHEAD;
    frame->used = total;
    if (length < total) return FRAME_INCOMPLETE;

    struct byte_reader last =
        byte_reader_of(bytes + total - CHECKSUM_SIZE, CHECKSUM_SIZE);
    if (bytes_get_u32(&last) == bytes_crc32c(0, bytes, total - CHECKSUM_SIZE)) {
        return FRAME_WHOLE;
    }
    error_set(err, ERROR_PROTOCOL, "wrong checksum of a message");
    return FRAME_BROKEN;
}

bool frame_read(
    const struct frame *frame, const struct record *record, void *to,
    struct error *err) {
    struct byte_reader reader = byte_reader_of(frame->data, frame->length);
    if (record_get(record, to, &reader) && reader.at == reader.size) return true;
    return error_set(
        err, ERROR_PROTOCOL, "malformed message of kind %u, %zu bytes", frame->kind,
        frame->length);
}
