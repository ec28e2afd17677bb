/* SPDX-License-Identifier: MIT */
#include "core/event.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

#include "base/bytes.h"
#include "base/panic.h"
#include "core/event_payload.h"

enum { LENGTH_SIZE = 4, CHECKSUM_SIZE = 4 };

static const struct event_codec codecs[EVENT_KIND_COUNT] = {
#define X(id, name, payload)                                             \
    [id] = {                                                             \
        name, sizeof(((struct event *)0)->payload), event_put_##payload, \
        event_get_##payload},
    EVENT_KINDS(X)
#undef X
};

void event_begin(struct event *event, enum event_kind kind) {
    ensure(kind < EVENT_KIND_COUNT);
    size_t used = offsetof(struct event, session) + codecs[kind].size;
    memset(event, 0, used < sizeof *event ? used : sizeof *event);
    event->kind = kind;
}

size_t event_encode(const struct event *event, uint8_t *out, size_t size) {
    ensure(event->kind < EVENT_KIND_COUNT);
    struct byte_writer writer = byte_writer_in(out, size);
    bytes_put_u32(&writer, 0); /* the length, known at the end */
    bytes_put_u16(&writer, EVENT_VERSION);
    bytes_put_u16(&writer, (uint16_t)event->kind);
    bytes_put_u64(&writer, event->sequence);
    bytes_put(&writer, event->run, sizeof event->run);
    bytes_put(&writer, event->boot, sizeof event->boot);
    bytes_put_u64(&writer, (uint64_t)event->wall_ms);
    bytes_put_u64(&writer, event->at_ns);
    codecs[event->kind].put(&writer, event);

    size_t total = writer.length + CHECKSUM_SIZE;
    if (writer.overflow || total > EVENT_SIZE_MAX || total > size) return 0;
    struct byte_writer length = byte_writer_in(out, LENGTH_SIZE);
    bytes_put_u32(&length, (uint32_t)(total - LENGTH_SIZE));
    bytes_put_u32(&writer, bytes_crc32c(0, out, writer.length));
    return writer.length;
}

static void get_id(struct byte_reader *reader, uint8_t id[EVENT_ID_SIZE]) {
    const uint8_t *bytes = bytes_get(reader, EVENT_ID_SIZE);
    if (bytes) memcpy(id, bytes, EVENT_ID_SIZE);
}

/* What stands between the length and the checksum. */
static enum event_decoded decode_inside(
    struct byte_reader *reader, struct event *event, struct error *err) {
    unsigned version = bytes_get_u16(reader);
    unsigned kind = bytes_get_u16(reader);
    if (version > EVENT_VERSION || kind >= EVENT_KIND_COUNT) return EVENT_SKIPPED;

    event->kind = (enum event_kind)kind;
    event->sequence = bytes_get_u64(reader);
    get_id(reader, event->run);
    get_id(reader, event->boot);
    event->wall_ms = (int64_t)bytes_get_u64(reader);
    event->at_ns = bytes_get_u64(reader);
    /* An event is large and most payloads are small: only what is used is cleared. */
    memset((uint8_t *)event + offsetof(struct event, session), 0, codecs[kind].size);
    bool read =
        version > 0 && event_is_time(event->wall_ms) && codecs[kind].get(reader, event);
    if (!read || reader->failed) {
        error_set(err, ERROR_PROTOCOL, "malformed \"%s\" event", codecs[kind].name);
        return EVENT_BROKEN;
    }
    return EVENT_DECODED;
}

enum event_decoded event_decode(
    const uint8_t *bytes, size_t length, struct event *event, size_t *used,
    struct error *err) {
    if (length < LENGTH_SIZE) return EVENT_INCOMPLETE;
    struct byte_reader reader = byte_reader_of(bytes, length);
    size_t total = (size_t)bytes_get_u32(&reader) + LENGTH_SIZE;
    if (total < EVENT_OVERHEAD || total > EVENT_SIZE_MAX) {
        error_set(err, ERROR_PROTOCOL, "an event of %zu bytes", total);
        return EVENT_BROKEN;
    }
    if (length < total) return EVENT_INCOMPLETE;

    struct byte_reader last =
        byte_reader_of(bytes + total - CHECKSUM_SIZE, CHECKSUM_SIZE);
    if (bytes_get_u32(&last) != bytes_crc32c(0, bytes, total - CHECKSUM_SIZE)) {
        error_set(err, ERROR_PROTOCOL, "wrong checksum of an event");
        return EVENT_BROKEN;
    }
    reader.size = total - CHECKSUM_SIZE;
    enum event_decoded decoded = decode_inside(&reader, event, err);
    if (decoded != EVENT_BROKEN) *used = total;
    return decoded;
}

bool event_may_start(const uint8_t *bytes) {
    struct byte_reader reader = byte_reader_of(bytes, EVENT_START_SIZE);
    size_t total = (size_t)bytes_get_u32(&reader) + LENGTH_SIZE;
    unsigned version = bytes_get_u16(&reader);
    unsigned kind = bytes_get_u16(&reader);
    return total >= EVENT_OVERHEAD && total <= EVENT_SIZE_MAX && version > 0 &&
           version <= EVENT_VERSION && kind < EVENT_KIND_COUNT;
}

const char *event_kind_name(enum event_kind kind) {
    return codecs[kind].name;
}
