/* SPDX-License-Identifier: MIT */
#include "support/request_reader.h"

#include <string.h>
#include <strings.h>

#include "base/text.h"

enum { BYTES_MAX = 64 * 1024, WORDS_MAX = 256 };

enum progress { WHOLE, PARTIAL, GARBLED };

void request_reader_init(struct request_reader *reader, enum wire wire) {
    *reader = (struct request_reader){.wire = wire};
    buffer_init(&reader->bytes, BYTES_MAX);
}

void request_reader_clear(struct request_reader *reader) {
    buffer_clear(&reader->bytes);
}

void request_reader_feed(struct request_reader *reader, struct slice bytes) {
    size_t passing = bytes.length;
    if (passing > reader->body_bytes) passing = (size_t)reader->body_bytes;
    reader->body_bytes -= passing;
    bytes = (struct slice){bytes.data + passing, bytes.length - passing};
    if (!reader->lost) buffer_add(&reader->bytes, bytes.data, bytes.length);
}

/* From `least` to '~' is kept as it is. */
static void add_printable(struct text *line, struct slice bytes, char least) {
    for (size_t i = 0; i < bytes.length; i++) {
        char c = bytes.data[i];
        text_add_char(line, c < least || c > '~' ? '?' : c);
    }
}

/* Takes up to `end`, which is taken too but not returned. */
static bool take_until(struct scan *scan, const char *end, struct slice *taken) {
    struct slice rest = scan_rest(scan);
    const char *at = memmem(rest.data, rest.length, end, strlen(end));
    if (!at) return false;
    *taken = (struct slice){rest.data, (size_t)(at - rest.data)};
    scan->at = at + strlen(end);
    return true;
}

static bool is_named(struct slice name, const char *wanted) {
    return name.length == strlen(wanted) &&
           strncasecmp(name.data, wanted, name.length) == 0;
}

/* What tells how long the body is; a body in pieces is beyond us. */
static bool read_header(struct slice line, uint64_t *body_bytes) {
    struct scan scan = scan_of(line);
    struct slice name = scan_until(&scan, ':');
    if (is_named(name, "transfer-encoding")) return false;
    if (!is_named(name, "content-length")) return true;
    return slice_u64(slice_trim(scan_rest(&scan)), body_bytes);
}

/* Some of the body may be here already. */
static void pass_body(struct request_reader *reader, struct scan *scan) {
    size_t passing = scan_rest(scan).length;
    if (passing > reader->body_bytes) passing = (size_t)reader->body_bytes;
    reader->body_bytes -= passing;
    scan->at += passing;
}

static enum progress read_http(
    struct request_reader *reader, struct scan *scan, struct text *line) {
    struct slice head, header;
    if (!take_until(scan, "\r\n\r\n", &head)) return PARTIAL;
    struct scan lines = scan_of(head);
    if (!scan_line(&lines, &header)) return GARBLED;
    add_printable(line, header, ' ');
    while (scan_line(&lines, &header)) {
        if (!read_header(header, &reader->body_bytes)) return GARBLED;
    }
    pass_body(reader, scan);
    return WHOLE;
}

/* "*3" or "$5" with its end of line. */
static enum progress read_count(struct scan *scan, char mark, uint64_t *count) {
    struct slice digits;
    if (scan_done(scan)) return PARTIAL;
    if (!scan_char(scan, mark)) return GARBLED;
    if (!take_until(scan, "\r\n", &digits)) return PARTIAL;
    bool small = slice_u64(digits, count) && *count <= BYTES_MAX;
    return small ? WHOLE : GARBLED;
}

static enum progress read_word(struct scan *scan, struct slice *word) {
    uint64_t length = 0;
    enum progress progress = read_count(scan, '$', &length);
    if (progress != WHOLE) return progress;
    struct slice rest = scan_rest(scan);
    if (rest.length < length + 2) return PARTIAL;
    *word = (struct slice){rest.data, (size_t)length};
    scan->at += length;
    return scan_literal(scan, "\r\n") ? WHOLE : GARBLED;
}

static enum progress read_line(struct scan *scan, struct text *line) {
    struct slice words;
    if (!take_until(scan, "\n", &words)) return PARTIAL;
    if (words.length > 0 && words.data[words.length - 1] == '\r') words.length--;
    add_printable(line, words, ' ');
    return WHOLE;
}

/* A blank inside a word must not make two of it. */
static enum progress read_redis(struct scan *scan, struct text *line) {
    uint64_t count = 0;
    if (scan_peek(scan) != '*') return read_line(scan, line);
    enum progress progress = read_count(scan, '*', &count);
    if (progress != WHOLE) return progress;
    if (count == 0 || count > WORDS_MAX) return GARBLED;
    for (uint64_t i = 0; i < count; i++) {
        struct slice word;
        progress = read_word(scan, &word);
        if (progress != WHOLE) return progress;
        if (i > 0) text_add_char(line, ' ');
        add_printable(line, word, '!');
    }
    return WHOLE;
}

static enum progress read_request(
    struct request_reader *reader, struct scan *scan, struct text *line) {
    switch (reader->wire) {
    case WIRE_HTTP: return read_http(reader, scan, line);
    case WIRE_REDIS: return read_redis(scan, line);
    case WIRE_LINES: return read_line(scan, line);
    }
    return GARBLED;
}

/* Cut to what fits: it is refused anyway. */
static bool give_up(struct request_reader *reader, char line[REQUEST_LINE_SIZE]) {
    struct text text = text_in(line, REQUEST_LINE_SIZE);
    text_add(&text, "? ");
    add_printable(&text, buffer_slice(&reader->bytes), ' ');
    reader->lost = true;
    buffer_clear(&reader->bytes);
    return true;
}

bool request_reader_next(struct request_reader *reader, char line[REQUEST_LINE_SIZE]) {
    if (reader->lost || reader->bytes.length == 0) return false;
    struct slice bytes = buffer_slice(&reader->bytes);
    struct scan scan = scan_of(bytes);
    struct text text = text_in(line, REQUEST_LINE_SIZE);
    enum progress progress = read_request(reader, &scan, &text);
    if (reader->bytes.overflow || text.truncated) progress = GARBLED;
    if (progress == PARTIAL) return false;
    if (progress == GARBLED) return give_up(reader, line);
    buffer_consume(&reader->bytes, (size_t)(scan.at - bytes.data));
    return true;
}

bool request_reader_end(struct request_reader *reader, char line[REQUEST_LINE_SIZE]) {
    return reader->bytes.length > 0 && give_up(reader, line);
}
