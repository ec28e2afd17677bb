/* SPDX-License-Identifier: MIT */
#include "support/request_reader.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/memory.h"
#include "base/text.h"

enum { FLOOD_BYTES = 256 * 1024 };

struct spoken {
    enum wire wire;
    const char *bytes;
    const char *requests; /* each with its end of line */
};

static void read_in_pieces(const struct spoken *spoken, size_t piece) {
    struct request_reader reader;
    char line[REQUEST_LINE_SIZE];
    char words[1024];
    struct text requests = TEXT_IN(words);
    size_t length = strlen(spoken->bytes);
    request_reader_init(&reader, spoken->wire);
    for (size_t at = 0; at < length; at += piece) {
        size_t some = piece < length - at ? piece : length - at;
        request_reader_feed(&reader, (struct slice){spoken->bytes + at, some});
        while (request_reader_next(&reader, line)) text_addf(&requests, "%s\n", line);
    }
    if (request_reader_end(&reader, line)) text_addf(&requests, "%s\n", line);
    request_reader_clear(&reader);
    assert_string_equal(words, spoken->requests);
}

static void requests_are_told_apart_however_they_arrive(void **state) {
    (void)state;
    static const struct spoken table[] = {
        {WIRE_HTTP, "GET /a HTTP/1.1\r\nHost: b\r\n\r\nHEAD / HTTP/1.1\r\n\r\n",
         "GET /a HTTP/1.1\nHEAD / HTTP/1.1\n"},
        {WIRE_HTTP,
         "POST /a HTTP/1.1\r\ncontent-length: 4\r\n\r\nGET DELETE /b HTTP/1.1\r\n\r\n",
         "POST /a HTTP/1.1\nDELETE /b HTTP/1.1\n"},
        {WIRE_REDIS, "*1\r\n$4\r\nPING\r\n*2\r\n$3\r\ndel\r\n$1\r\nk\r\n",
         "PING\ndel k\n"},
        {WIRE_REDIS, "ping\r\nFLUSHALL\r\n", "ping\nFLUSHALL\n"},
        {WIRE_LINES, "show stat\nshow info;set weight a/b 0\n\n",
         "show stat\nshow info;set weight a/b 0\n\n"},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        read_in_pieces(&table[i], strlen(table[i].bytes));
        read_in_pieces(&table[i], 1);
    }
}

static void what_cannot_be_read_is_a_request_too(void **state) {
    (void)state;
    static const struct spoken table[] = {
        {WIRE_HTTP, "GET / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n",
         "? GET / HTTP/1.1??Transfer-Encoding: chunked????\n"},
        {WIRE_HTTP, "GET / HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
         "? GET / HTTP/1.1??Content-Length: -1????\n"},
        {WIRE_HTTP, "POST / HTTP/1.1\nHost: c\n\n", "? POST / HTTP/1.1?Host: c??\n"},
        {WIRE_REDIS, "*2\r\n$x\r\n", "? *2??$x??\n"},
        {WIRE_REDIS, "*1\r\n$4\r\nPINGPING\r\n", "? *1??$4??PINGPING??\n"},
        {WIRE_REDIS, "*2\r\n$12\r\nXINFO GROUPS\r\n$1\r\n\n\r\n", "XINFO?GROUPS ?\n"},
        {WIRE_LINES, "show stat", "? show stat\n"},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        read_in_pieces(&table[i], strlen(table[i].bytes));
    }
}

static void what_never_ends_is_given_up(void **state) {
    (void)state;
    for (unsigned wire = WIRE_HTTP; wire <= WIRE_LINES; wire++) {
        struct request_reader reader;
        char line[REQUEST_LINE_SIZE];
        char *flood = memory_new_array(FLOOD_BYTES, 1);
        memset(flood, 'a', FLOOD_BYTES);
        request_reader_init(&reader, (enum wire)wire);
        request_reader_feed(&reader, (struct slice){"x", 1});
        request_reader_feed(&reader, (struct slice){flood, FLOOD_BYTES});
        assert_true(request_reader_next(&reader, line));
        assert_string_equal(line, "? x");
        request_reader_feed(&reader, (struct slice){"show stat\n", 10});
        assert_false(request_reader_next(&reader, line));
        assert_false(request_reader_end(&reader, line));
        request_reader_clear(&reader);
        free(flood);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(requests_are_told_apart_however_they_arrive),
        cmocka_unit_test(what_cannot_be_read_is_a_request_too),
        cmocka_unit_test(what_never_ends_is_given_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
