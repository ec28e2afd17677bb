/* A response: whole or byte by byte, the same is told of it, and within its limits. */
/* SPDX-License-Identifier: MIT */
#include "base/panic.h"
#include "core/http_reader.h"
#include "fuzz/fuzz.h"

struct seen {
    enum http_reader_step end;
    unsigned status, headers, interims;
    uint64_t body_bytes, digest;
    size_t rest; /* bytes that were not taken */
    bool keep_alive;
    const char *words;
};

static void note(struct seen *seen, struct slice bytes) {
    for (size_t i = 0; i < bytes.length; i++) {
        seen->digest =
            (seen->digest ^ (uint8_t)bytes.data[i]) * UINT64_C(1099511628211);
    }
}

static bool take(
    struct seen *seen, const struct http_reader *reader, enum http_reader_step step) {
    if (step == HTTP_STEP_HEADER) {
        seen->headers++;
        ensure(reader->name.length > 0);
        note(seen, reader->name);
        note(seen, reader->value);
    } else if (step == HTTP_STEP_BODY) {
        ensure(reader->piece.length > 0);
        seen->body_bytes += reader->piece.length;
        note(seen, reader->piece);
    } else if (step == HTTP_STEP_INTERIM) {
        seen->interims++;
    }
    seen->end = step;
    return step != HTTP_STEP_END && step != HTTP_STEP_BAD;
}

static struct seen read_in_pieces(
    struct http_reader *reader, struct slice stream, size_t piece) {
    struct seen seen = {0};
    struct slice held = {.data = stream.data};
    bool goes_on = true;
    for (size_t given = 0; goes_on && given < stream.length;) {
        size_t more = stream.length - given < piece ? stream.length - given : piece;
        held.length += more;
        given += more;
        enum http_reader_step step;
        while (goes_on && (step = http_reader_next(reader, &held)) != HTTP_STEP_MORE) {
            goes_on = take(&seen, reader, step);
        }
        seen.rest = held.length + stream.length - given;
    }
    if (goes_on) take(&seen, reader, http_reader_end(reader));
    return seen;
}

static struct seen read_all(struct slice stream, size_t piece, bool to_head) {
    struct http_reader reader = {.to_head = to_head};
    struct seen seen = read_in_pieces(&reader, stream, piece);
    bool bad = seen.end == HTTP_STEP_BAD;
    bool measured = !bad && reader.has_length && !to_head;
    ensure(bad || seen.end == HTTP_STEP_END);
    ensure(bad == (reader.words != NULL));
    ensure(reader.head_bytes < HTTP_READER_HEAD_MAX);
    ensure(!measured || seen.body_bytes == 0 || seen.body_bytes == reader.length);
    seen.status = reader.status;
    seen.keep_alive = reader.keep_alive;
    seen.words = reader.words;
    return seen;
}

static bool agree(const struct seen *a, const struct seen *b) {
    return a->end == b->end && a->words == b->words && a->headers == b->headers &&
           a->interims == b->interims && a->body_bytes == b->body_bytes &&
           a->digest == b->digest && a->status == b->status &&
           a->keep_alive == b->keep_alive &&
           (a->end == HTTP_STEP_BAD || a->rest == b->rest);
}

static void read_in_every_way(struct slice stream, bool to_head) {
    static const size_t pieces[] = {1, 3, 64};
    struct seen whole = read_all(stream, stream.length + 1, to_head);
    for (size_t i = 0; i < sizeof pieces / sizeof *pieces; i++) {
        struct seen some = read_all(stream, pieces[i], to_head);
        ensure(agree(&whole, &some));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct slice stream = {.data = (const char *)data, .length = size};
    read_in_every_way(stream, false);
    read_in_every_way(stream, true);
    return 0;
}
