/* SPDX-License-Identifier: MIT */
#include "agent/event_reader.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

enum { SEEN_MAX = 4096, MUCH = EVENT_DATA_MAX + 10 };

/* The data of all events, a bar behind each. */
static void read_in_pieces(const char *stream, size_t piece, struct buffer *seen) {
    struct event_reader reader;
    struct slice data;
    size_t length = strlen(stream);
    event_reader_init(&reader);
    buffer_reset(seen);
    for (size_t at = 0; at < length; at += piece) {
        struct slice bytes = {stream + at, length - at < piece ? length - at : piece};
        while (event_reader_next(&reader, &bytes, &data)) {
            buffer_add(seen, data.data, data.length);
            buffer_add_char(seen, '|');
        }
        assert_int_equal(bytes.length, 0);
    }
    if (event_reader_rest(&reader, &data)) {
        buffer_add(seen, data.data, data.length);
        buffer_add_char(seen, '!');
    }
    assert_false(reader.overflow);
    event_reader_clear(&reader);
}

static void events_end_in_an_empty_line_whatever_ends_lines(void **state) {
    (void)state;
    static const struct {
        const char *stream, *seen;
    } rows[] = {
        {"", ""},
        {"data: a\n\ndata: b\n\n", "a|b|"},
        {"data: a\r\n\r\ndata: b\r\n\r\n", "a|b|"},
        {"data: a\r\rdata: b\r\r", "a|b|"},
        {"data:a\ndata: b\ndata:  c\n\n", "a\nb\n c|"},
        {"data\n\n", "|"},
        {"event: x\n\n: comment\n\nid: 7\nretry: 9\n\n", ""},
        {"event: x\ndata: {\"a\": \"b: c\"}  \nid: 1\n\n", "{\"a\": \"b: c\"}  |"},
        {"\xEF\xBB\xBF"
         "data: a\n\n",
         "a|"},
        {"\xEF\xBB\xBF\ndata: a\n\n", "a|"},
        {"data: a\n\ndata: b", "a|b!"},
        {"data: a\n\ndata: b\n", "a|b!"},
        {"\n\n\ndata: a\n\n\n\n", "a|"},
    };
    struct buffer seen = {.limit = SEEN_MAX};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        for (size_t piece = 1; piece < 8; piece++) {
            read_in_pieces(rows[i].stream, piece, &seen);
            assert_string_equal(buffer_string(&seen), rows[i].seen);
        }
        read_in_pieces(rows[i].stream, SEEN_MAX, &seen);
        assert_string_equal(buffer_string(&seen), rows[i].seen);
    }
    buffer_clear(&seen);
}

/* Says `line` again and again, and counts events, until the reader gives up. */
static unsigned flood(struct event_reader *reader, const char *line) {
    struct slice data;
    unsigned count = 0;
    for (size_t said = 0; said < 2 * (size_t)MUCH; said += strlen(line)) {
        struct slice bytes = slice_of(line);
        while (event_reader_next(reader, &bytes, &data)) count++;
    }
    struct slice end = slice_of("\n\n");
    while (event_reader_next(reader, &end, &data)) count++;
    return count;
}

static void events_that_are_too_large_are_none(void **state) {
    (void)state;
    struct event_reader reader;
    event_reader_init(&reader);
    assert_int_equal(flood(&reader, "data: a line of which there are too many\n"), 0);
    assert_true(reader.overflow);
    event_reader_clear(&reader);
    assert_int_equal(flood(&reader, "data: one line that has no end at all"), 0);
    assert_true(reader.overflow);
    event_reader_clear(&reader);
    assert_false(reader.overflow);
}

/* A comment, and the one line of an answer in JSON. */
static void lines_without_data_may_be_of_any_length(void **state) {
    (void)state;
    static const char *const lines[] = {
        ": a comment that has no end at all", "{\"data: no field\": [", "data"};
    struct event_reader reader;
    event_reader_init(&reader);
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        struct slice event = slice_of("data: a\n\n");
        struct slice data;
        assert_int_equal(flood(&reader, lines[i]), 0);
        assert_false(reader.overflow);
        assert_true(event_reader_next(&reader, &event, &data));
        assert_true(slice_equals(data, "a"));
    }
    event_reader_clear(&reader);
}

static void a_line_that_comes_at_once_is_not_longer(void **state) {
    (void)state;
    static const char *const begins[] = {
        "data:", "\xEF\xBB\xBF"
                 "data:"};
    struct buffer line = {.limit = 2 * (size_t)MUCH};
    for (size_t i = 0; i < sizeof begins / sizeof begins[0]; i++) {
        struct event_reader reader;
        struct slice data;
        event_reader_init(&reader);
        buffer_reset(&line);
        buffer_add_string(&line, begins[i]);
        while (line.length < MUCH) buffer_add_char(&line, 'x');
        struct slice bytes = buffer_slice(&line);
        assert_false(event_reader_next(&reader, &bytes, &data));
        assert_true(reader.overflow);
        event_reader_clear(&reader);
    }
    buffer_clear(&line);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(events_end_in_an_empty_line_whatever_ends_lines),
        cmocka_unit_test(events_that_are_too_large_are_none),
        cmocka_unit_test(lines_without_data_may_be_of_any_length),
        cmocka_unit_test(a_line_that_comes_at_once_is_not_longer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
