/* SPDX-License-Identifier: MIT */
#include "core/http_reader.h"

#include <string.h>
#include <strings.h>

enum {
    STATUS_DIGITS = 3,
    STATUS_MIN = 100,
    STATUS_SWITCHING = 101,
    STATUS_OK = 200,
    STATUS_NO_CONTENT = 204,
    STATUS_NOT_MODIFIED = 304,
    HEX = 16,
    TEN = 10,
};

static const char protocol[] = "HTTP/1.";

static bool refuse(
    struct http_reader *reader, enum error_code code, const char *words) {
    reader->state = HTTP_READER_BAD;
    reader->code = code;
    reader->words = words;
    return false;
}

static bool refuse_form(struct http_reader *reader, const char *words) {
    return refuse(reader, ERROR_PROTOCOL, words);
}

static bool same_word(struct slice slice, const char *word) {
    return slice.length == strlen(word) &&
           strncasecmp(slice.data, word, slice.length) == 0;
}

/* Lines */

static bool is_between_chunks(const struct http_reader *reader) {
    return reader->state == HTTP_READER_CHUNK_SIZE ||
           reader->state == HTTP_READER_CHUNK_END;
}

/* How long the line may become that has just begun. */
static size_t line_max(const struct http_reader *reader) {
    return is_between_chunks(reader) ? (size_t)HTTP_READER_CHUNK_LINE_MAX
                                     : HTTP_READER_HEAD_MAX - reader->head_bytes;
}

static bool refuse_length(struct http_reader *reader) {
    bool head =
        reader->state == HTTP_READER_STATUS || reader->state == HTTP_READER_HEADERS;
    return refuse(
        reader, ERROR_LIMIT,
        head ? "too many bytes of headers" : "too many bytes around the chunks");
}

/* A line without its end; false when it is not whole yet, or refused. */
static bool take_line(
    struct http_reader *reader, struct slice *bytes, struct slice *line) {
    const char *start = bytes->data;
    const char *end = NULL;
    if (bytes->length > reader->searched) {
        end = memchr(start + reader->searched, '\n', bytes->length - reader->searched);
    }
    size_t length = end ? (size_t)(end - start) + 1 : bytes->length;
    if (length >= line_max(reader)) return refuse_length(reader);
    if (!end) {
        reader->searched = length;
        return false;
    }
    reader->searched = 0;
    if (!is_between_chunks(reader)) reader->head_bytes += length;
    bytes->data += length;
    bytes->length -= length;
    *line = (struct slice){.data = start, .length = length - 1};
    if (line->length > 0 && start[line->length - 1] == '\r') line->length--;
    return true;
}

/* The head */

/* What does not begin like an answer need not be waited for. */
static bool begins_well(struct http_reader *reader, struct slice bytes) {
    size_t length = sizeof protocol - 1;
    if (bytes.length < length) length = bytes.length;
    if (length == 0 || memcmp(bytes.data, protocol, length) == 0) return true;
    return refuse_form(reader, "not an HTTP/1 answer");
}

/* "HTTP/1.1 200 OK" */
static bool read_status(struct http_reader *reader, struct slice line) {
    struct scan scan = scan_of(line);
    if (!scan_literal(&scan, protocol)) {
        return refuse_form(reader, "not an HTTP/1 answer");
    }
    bool newer = scan_char(&scan, '1');
    if ((!newer && !scan_char(&scan, '0')) || !scan_char(&scan, ' ')) {
        return refuse_form(reader, "not an HTTP/1 answer");
    }
    struct slice rest = scan_rest(&scan);
    uint64_t status = 0;
    bool whole = rest.length == STATUS_DIGITS ||
                 (rest.length > STATUS_DIGITS && rest.data[STATUS_DIGITS] == ' ');
    struct slice digits = {.data = rest.data, .length = STATUS_DIGITS};
    if (!whole || !slice_u64(digits, &status) || status < STATUS_MIN) {
        return refuse_form(reader, "no status in the answer");
    }
    reader->status = (uint16_t)status;
    reader->keep_alive = newer;
    reader->state = HTTP_READER_HEADERS;
    return true;
}

/* Two lengths that differ are two ways to read the answer. */
static bool read_length(struct http_reader *reader, struct slice value) {
    uint64_t length = 0;
    for (size_t i = 0; i < value.length; i++) {
        unsigned digit = (unsigned char)value.data[i] - (unsigned)'0';
        if (digit >= TEN || length > ((uint64_t)INT64_MAX - digit) / TEN) {
            return refuse_form(reader, "a length that is no number");
        }
        length = length * TEN + digit;
    }
    if (value.length == 0) return refuse_form(reader, "a length that is no number");
    if (reader->has_length && reader->length != length) {
        return refuse_form(reader, "two lengths of one body");
    }
    reader->has_length = true;
    reader->length = length;
    return true;
}

static bool read_coding(struct http_reader *reader, struct slice value) {
    if (reader->chunked || !same_word(value, "chunked")) {
        return refuse_form(reader, "a transfer coding that was not asked for");
    }
    reader->chunked = true;
    return true;
}

static void read_connection(struct http_reader *reader, struct slice value) {
    struct scan scan = scan_of(value);
    while (!scan_done(&scan)) {
        struct slice word = slice_trim(scan_until(&scan, ','));
        if (same_word(word, "close")) reader->keep_alive = false;
        if (same_word(word, "keep-alive")) reader->keep_alive = true;
    }
}

/* The three headers that say where the answer ends and what comes after it. */
static bool read_framing(struct http_reader *reader) {
    reader->framing = false;
    switch (reader->name.length) {
    case sizeof "Content-Length" - 1:
        if (!same_word(reader->name, "Content-Length")) return true;
        reader->framing = true;
        return read_length(reader, reader->value);
    case sizeof "Transfer-Encoding" - 1:
        if (!same_word(reader->name, "Transfer-Encoding")) return true;
        reader->framing = true;
        return read_coding(reader, reader->value);
    case sizeof "Connection" - 1:
        if (same_word(reader->name, "Connection")) {
            read_connection(reader, reader->value);
        }
        return true;
    default: return true;
    }
}

static bool is_blank(char c) {
    return c == ' ' || c == '\t';
}

static bool read_header(struct http_reader *reader, struct slice line) {
    if (memchr(line.data, '\0', line.length)) {
        return refuse_form(reader, "a NUL in the headers");
    }
    const char *colon = memchr(line.data, ':', line.length);
    if (!colon) return refuse_form(reader, "a header without a colon");
    reader->name = (struct slice){line.data, (size_t)(colon - line.data)};
    if (reader->name.length == 0 || is_blank(colon[-1])) {
        return refuse_form(reader, "a header without a name");
    }
    reader->value = (struct slice){
        .data = colon + 1, .length = line.length - reader->name.length - 1};
    reader->value = slice_trim(reader->value);
    return read_framing(reader);
}

/* Where the body goes on, once the head is whole. */
static bool begin_body(struct http_reader *reader) {
    bool bodiless = reader->to_head || reader->status == STATUS_NO_CONTENT ||
                    reader->status == STATUS_NOT_MODIFIED;
    if (reader->chunked && reader->has_length) {
        return refuse_form(reader, "both a length and chunks");
    }
    reader->left = reader->length;
    if (bodiless || (reader->has_length && reader->length == 0)) {
        reader->state = HTTP_READER_WHOLE;
    } else if (reader->chunked) {
        reader->state = HTTP_READER_CHUNK_SIZE;
    } else if (reader->has_length) {
        reader->state = HTTP_READER_LENGTH;
    } else {
        reader->state = HTTP_READER_REST;
        reader->keep_alive = false;
    }
    return true;
}

static enum http_reader_step end_head(struct http_reader *reader) {
    if (reader->status == STATUS_SWITCHING) {
        refuse_form(reader, "another protocol, which was not asked for");
        return HTTP_STEP_BAD;
    }
    if (reader->status < STATUS_OK) {
        reader->state = HTTP_READER_STATUS;
        reader->has_length = reader->chunked = reader->framing = false;
        reader->length = 0;
        return HTTP_STEP_INTERIM;
    }
    return begin_body(reader) ? HTTP_STEP_HEAD : HTTP_STEP_BAD;
}

/* HTTP_STEP_MORE for a line that says nothing to the caller. */
static enum http_reader_step take_header(
    struct http_reader *reader, struct slice line) {
    if (line.length == 0) return end_head(reader);
    if (is_blank(line.data[0])) { /* folded: the rest of a value is left out */
        if (!reader->framing) return HTTP_STEP_MORE;
        refuse_form(reader, "a length in two lines");
        return HTTP_STEP_BAD;
    }
    return read_header(reader, line) ? HTTP_STEP_HEADER : HTTP_STEP_BAD;
}

/* The body */

static int hex_digit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + TEN : -1;
}

/* A size in hex; extensions behind it are read over. */
static bool read_chunk_size(struct http_reader *reader, struct slice line) {
    uint64_t size = 0;
    size_t at = 0;
    for (; at < line.length && hex_digit(line.data[at]) >= 0; at++) {
        if (size > (uint64_t)INT64_MAX / HEX) {
            return refuse_form(reader, "a chunk without end");
        }
        size = size * HEX + (uint64_t)hex_digit(line.data[at]);
    }
    bool ends = at == line.length || line.data[at] == ';' || is_blank(line.data[at]);
    if (at == 0 || !ends) return refuse_form(reader, "a chunk without a size");
    reader->left = size;
    reader->state = size > 0 ? HTTP_READER_CHUNK : HTTP_READER_TRAILERS;
    return true;
}

static void take_piece(struct http_reader *reader, struct slice *bytes) {
    reader->piece = *bytes;
    if (reader->state != HTTP_READER_REST) {
        if (reader->piece.length > reader->left) {
            reader->piece.length = (size_t)reader->left;
        }
        reader->left -= reader->piece.length;
    }
    bytes->data += reader->piece.length;
    bytes->length -= reader->piece.length;
    if (reader->state == HTTP_READER_REST || reader->left > 0) return;
    reader->state =
        reader->state == HTTP_READER_CHUNK ? HTTP_READER_CHUNK_END : HTTP_READER_WHOLE;
}

/* HTTP_STEP_MORE for a line that says nothing to the caller. */
static enum http_reader_step read_line(struct http_reader *reader, struct slice line) {
    bool good = true;
    switch (reader->state) {
    case HTTP_READER_STATUS: good = read_status(reader, line); break;
    case HTTP_READER_HEADERS: return take_header(reader, line);
    case HTTP_READER_CHUNK_SIZE: good = read_chunk_size(reader, line); break;
    case HTTP_READER_CHUNK_END:
        if (line.length > 0) good = refuse_form(reader, "a chunk longer than its size");
        if (good) reader->state = HTTP_READER_CHUNK_SIZE;
        break;
    case HTTP_READER_TRAILERS:
        if (line.length == 0) reader->state = HTTP_READER_WHOLE;
        break;
    case HTTP_READER_LENGTH:
    case HTTP_READER_CHUNK:
    case HTTP_READER_REST:
    case HTTP_READER_WHOLE:
    case HTTP_READER_BAD: break;
    }
    return good ? HTTP_STEP_MORE : HTTP_STEP_BAD;
}

static enum http_reader_step next_of_body(
    struct http_reader *reader, struct slice *bytes) {
    if (bytes->length == 0) return HTTP_STEP_MORE;
    take_piece(reader, bytes);
    return HTTP_STEP_BODY;
}

enum http_reader_step http_reader_next(
    struct http_reader *reader, struct slice *bytes) {
    if (bytes->length > 0) reader->begun = true;
    for (;;) {
        switch (reader->state) {
        case HTTP_READER_WHOLE: return HTTP_STEP_END;
        case HTTP_READER_BAD: return HTTP_STEP_BAD;
        case HTTP_READER_LENGTH:
        case HTTP_READER_CHUNK:
        case HTTP_READER_REST: return next_of_body(reader, bytes);
        case HTTP_READER_STATUS:
            if (!begins_well(reader, *bytes)) return HTTP_STEP_BAD;
            break;
        case HTTP_READER_HEADERS:
        case HTTP_READER_CHUNK_SIZE:
        case HTTP_READER_CHUNK_END:
        case HTTP_READER_TRAILERS: break;
        }
        struct slice line;
        if (!take_line(reader, bytes, &line)) {
            return reader->state == HTTP_READER_BAD ? HTTP_STEP_BAD : HTTP_STEP_MORE;
        }
        enum http_reader_step step = read_line(reader, line);
        if (step != HTTP_STEP_MORE) return step;
    }
}

enum http_reader_step http_reader_end(struct http_reader *reader) {
    if (reader->state == HTTP_READER_REST) reader->state = HTTP_READER_WHOLE;
    if (reader->state == HTTP_READER_WHOLE) return HTTP_STEP_END;
    if (reader->state == HTTP_READER_BAD) return HTTP_STEP_BAD;
    bool head =
        reader->state == HTTP_READER_STATUS || reader->state == HTTP_READER_HEADERS;
    if (!reader->begun) {
        refuse(reader, ERROR_LOST, "the connection ended without an answer");
    } else if (head) {
        refuse_form(reader, "the connection ended inside the headers");
    } else {
        refuse(reader, ERROR_LOST, "the connection ended inside the answer");
    }
    return HTTP_STEP_BAD;
}
