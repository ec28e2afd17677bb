/* SPDX-License-Identifier: MIT */
#include "core/http_reader.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/memory.h"
#include "base/text.h"

enum { TOLD_SIZE = 512, ROOM = 200 * 1024 };

#define OK "HTTP/1.1 200 OK\r\n"

/* What is told of a response: "status:" at its head, headers as "name=value;", "~" for
 * a 1xx, the body in brackets, then "+" when the connection stays, "-" when it does
 * not, or the reason why there is no end; behind a bar what was not read. */
struct telling {
    struct http_reader reader;
    struct text text;
};

static bool tell(struct telling *telling, enum http_reader_step step) {
    const struct http_reader *reader = &telling->reader;
    struct text *text = &telling->text;
    switch (step) {
    case HTTP_STEP_MORE: return true;
    case HTTP_STEP_HEADER:
        text_add_slice(text, reader->name);
        text_add_char(text, '=');
        text_add_slice(text, reader->value);
        text_add_char(text, ';');
        return true;
    case HTTP_STEP_INTERIM: text_add_char(text, '~'); return true;
    case HTTP_STEP_HEAD: text_addf(text, "%u:[", reader->status); return true;
    case HTTP_STEP_BODY:
        assert_true(reader->piece.length > 0);
        text_add_slice(text, reader->piece);
        return true;
    case HTTP_STEP_END: text_addf(text, "]%c", reader->keep_alive ? '+' : '-'); break;
    case HTTP_STEP_BAD:
        text_addf(text, "!%s %s", error_code_name(reader->code), reader->words);
        break;
    }
    return false;
}

/* Reads as a caller does: what a step leaves comes again in front of what is new. */
static void read_in_pieces(struct telling *telling, struct slice stream, size_t piece) {
    struct slice held = {.data = stream.data};
    size_t given = 0;
    while (given < stream.length) {
        size_t more = stream.length - given < piece ? stream.length - given : piece;
        held.length += more;
        given += more;
        enum http_reader_step step;
        while ((step = http_reader_next(&telling->reader, &held)) != HTTP_STEP_MORE) {
            if (tell(telling, step)) continue;
            held.length += stream.length - given;
            if (held.length > 0) text_add_char(&telling->text, '|');
            text_add_slice(&telling->text, held);
            return;
        }
    }
    tell(telling, http_reader_end(&telling->reader));
}

struct row {
    const char *stream, *told;
};

static void expect_row(const struct row *row, size_t piece, bool to_head) {
    char told_data[TOLD_SIZE];
    const char *told = told_data;
    struct telling telling = {.reader.to_head = to_head, .text = TEXT_IN(told_data)};
    read_in_pieces(&telling, slice_of(row->stream), piece);
    if (row->told[0] != '!') {
        assert_string_equal(told, row->told);
        return;
    }
    told = strchr(told, '!'); /* only how it ends, and the beginning of that */
    assert_non_null(told);
    assert_memory_equal(told, row->told, strlen(row->told));
}

static void expect(const struct row *rows, size_t count, bool to_head) {
    for (size_t i = 0; i < count; i++) {
        size_t length = strlen(rows[i].stream);
        for (size_t piece = 1; piece <= length + 1; piece++) {
            expect_row(&rows[i], piece, to_head);
        }
    }
}

#define COUNT(rows) (sizeof(rows) / sizeof *(rows))

static void whole_responses_are_read_alike_in_any_pieces(void **state) {
    (void)state;
    static const struct row rows[] = {
        {OK "Content-Length: 5\r\n\r\nhello", "Content-Length=5;200:[hello]+"},
        {OK "content-length:5\n\nhello", "content-length=5;200:[hello]+"},
        {OK "Content-Length: 0\r\n\r\n", "Content-Length=0;200:[]+"},
        {OK "Content-Length: 2\r\n\r\nhi HTTP", "Content-Length=2;200:[hi]+| HTTP"},
        {OK "Content-Length: 2\r\nContent-Length: 2\r\n\r\nhi",
         "Content-Length=2;Content-Length=2;200:[hi]+"},
        {OK "\r\nto the end", "200:[to the end]-"},
        {OK "A:\tb c \r\nX-Empty:\r\nContent-Length: 0\r\n\r\n",
         "A=b c;X-Empty=;Content-Length=0;200:[]+"},
        {OK "A: b\r\n  folded\r\nContent-Length: 0\r\n\r\n",
         "A=b;Content-Length=0;200:[]+"},
        {"HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\nhello",
         "Content-Length=5;204:[]+|hello"},
        {"HTTP/1.1 304\r\n\r\n", "304:[]+"},
        {"HTTP/1.1 500 Oops: much\r\nContent-Length: 1\r\n\r\nx",
         "Content-Length=1;500:[x]+"},
        {"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Hints\r\nA: b\r\n\r\n" OK
         "Content-Length: 1\r\n\r\nx",
         "~A=b;~Content-Length=1;200:[x]+"},
    };
    expect(rows, COUNT(rows), false);
}

static void chunks_are_put_together(void **state) {
    (void)state;
#define CHUNKED OK "Transfer-Encoding: Chunked\r\n\r\n"
#define HEADED  "Transfer-Encoding=Chunked;200:"
    static const struct row rows[] = {
        {CHUNKED "5\r\nhello\r\n0\r\n\r\n", HEADED "[hello]+"},
        {CHUNKED "5;x=\"y\"\r\nhello\r\n00A \r\n, dear all\r\n0\r\nSum: 1\r\n\r\nrest",
         HEADED "[hello, dear all]+|rest"},
        {CHUNKED "0\n\n", HEADED "[]+"},
        {CHUNKED "5\r\nhel", "!lost the connection ended inside the answer"},
        {CHUNKED "5\r\nhello\r\n", "!lost the connection ended inside the answer"},
        {CHUNKED "5\r\nhello\r\n0\r\nSum",
         "!lost the connection ended inside the answer"},
        {CHUNKED "5\r\nhello!\r\n", "!protocol a chunk longer than its size"},
        {CHUNKED "-5\r\nhello", "!protocol a chunk without a size"},
        {CHUNKED "\r\nhello", "!protocol a chunk without a size"},
        {CHUNKED "5g\r\nhello", "!protocol a chunk without a size"},
        {CHUNKED "0x5\r\nhello", "!protocol a chunk without a size"},
        {CHUNKED "ffffffffffffffffff\r\n", "!protocol a chunk without end"},
        {CHUNKED "8000000000000000\r\n", "!protocol a chunk without end"},
    };
    expect(rows, COUNT(rows), false);
}

static void what_can_be_read_in_two_ways_is_refused(void **state) {
    (void)state;
    static const struct row rows[] = {
        {OK "Content-Length: 5\r\nContent-Length: 7\r\n\r\nhello!!",
         "!protocol two lengths of one body"},
        {OK "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
         "!protocol both a length and chunks"},
        {OK "Content-Length: 5, 5\r\n\r\nhello", "!protocol a length that is no"},
        {OK "Content-Length: +5\r\n\r\nhello", "!protocol a length that is no"},
        {OK "Content-Length: -1\r\n\r\n", "!protocol a length that is no"},
        {OK "Content-Length: 0x5\r\n\r\n", "!protocol a length that is no"},
        {OK "Content-Length:\r\n\r\n", "!protocol a length that is no"},
        {OK "Content-Length: 9223372036854775808\r\n\r\n",
         "!protocol a length that is"},
        {OK "Content-Length: 5\r\n 0\r\n\r\n", "!protocol a length in two lines"},
        {OK "Transfer-Encoding: gzip, chunked\r\n\r\n", "!protocol a transfer coding"},
        {OK "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n",
         "!protocol a transfer coding"},
        {OK "Content-Length : 5\r\n\r\nhello", "!protocol a header without a name"},
        {OK ": 5\r\n\r\n", "!protocol a header without a name"},
        {OK "no colon\r\n\r\n", "!protocol a header without a colon"},
        {"HTTP/1.1 101 Switching\r\n\r\n", "!protocol another protocol"},
    };
    expect(rows, COUNT(rows), false);
}

static void what_is_no_answer_is_refused_at_once(void **state) {
    (void)state;
    static const struct row rows[] = {
        {"", "!lost the connection ended without an answer"},
        {"H", "!protocol the connection ended inside the headers"},
        {OK "Content-Le", "!protocol the connection ended inside the headers"},
        {OK "Content-Length: 9\r\n\r\nhalf", "!lost the connection ended inside"},
        {"hello, this is all there is", "!protocol not an HTTP/1 answer"},
        {"HTTP/2 200 OK\r\n\r\n", "!protocol not an HTTP/1 answer"},
        {"HTTP/1.7 200 OK\r\n\r\n", "!protocol not an HTTP/1 answer"},
        {"HTTP/1.1 abc OK\r\n\r\n", "!protocol no status in the answer"},
        {"HTTP/1.1 2000 OK\r\n\r\n", "!protocol no status in the answer"},
        {"HTTP/1.1 20\r\n\r\n", "!protocol no status in the answer"},
        {"HTTP/1.1 099 No\r\n\r\n", "!protocol no status in the answer"},
    };
    expect(rows, COUNT(rows), false);
    struct telling telling = {.text = {0}};
    static const char nul[] = OK "A: a\0b\r\n\r\n";
    char told[TOLD_SIZE];
    telling.text = TEXT_IN(told);
    read_in_pieces(&telling, (struct slice){nul, sizeof nul - 1}, 7);
    assert_string_equal(told, "!protocol a NUL in the headers|\r\n");
}

static void the_answer_to_a_head_has_no_body(void **state) {
    (void)state;
    static const struct row rows[] = {
        {OK "Content-Length: 500\r\n\r\n", "Content-Length=500;200:[]+"},
        {OK "Transfer-Encoding: chunked\r\n\r\n", "Transfer-Encoding=chunked;200:[]+"},
        {OK "\r\n", "200:[]+"},
    };
    expect(rows, COUNT(rows), true);
}

static void who_closes_says_so(void **state) {
    (void)state;
#define NONE "Content-Length: 0\r\n"
#define TOLD "Content-Length=0;"
    static const struct row rows[] = {
        {OK NONE "Connection: close\r\n\r\n", TOLD "Connection=close;200:[]-"},
        {OK NONE "Connection: x , CLOSE\r\n\r\n", TOLD "Connection=x , CLOSE;200:[]-"},
        {OK NONE "Connection: closed\r\n\r\n", TOLD "Connection=closed;200:[]+"},
        {"HTTP/1.0 200 OK\r\n" NONE "\r\n", TOLD "200:[]-"},
        {"HTTP/1.0 200 OK\r\n" NONE "Connection: keep-alive\r\n\r\n",
         TOLD "Connection=keep-alive;200:[]+"},
    };
    expect(rows, COUNT(rows), false);
}

/* `begin`, then the same words over and over:
 * never more than the limit is waited for. */
static void expect_limit(const char *begin, const char *words, const char *told_words) {
    char *stream = memory_new(ROOM);
    struct text text = text_in(stream, ROOM);
    text_add(&text, begin);
    while (!text.truncated) text_add(&text, words);
    static const size_t pieces[] = {1, 17, 4096, ROOM};
    for (size_t i = 0; i < COUNT(pieces); i++) {
        char *told = memory_new(ROOM);
        struct telling telling = {.text = text_in(told, ROOM)};
        read_in_pieces(&telling, slice_of(stream), pieces[i]);
        const char *end = strchr(told, '!');
        assert_non_null(end);
        assert_memory_equal(end, told_words, strlen(told_words));
        free(told);
    }
    free(stream);
}

static void heads_and_chunk_sizes_end(void **state) {
    (void)state;
    expect_limit(OK "X-Long: ", "0123456789", "!limit too many bytes of headers");
    expect_limit(OK, "X-A: 1\r\n", "!limit too many bytes of headers");
    expect_limit(
        "", "HTTP/1.1 103 Early\r\nA: b\r\n\r\n", "!limit too many bytes of headers");
    expect_limit(
        "", "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n",
        "!limit too many bytes of headers");
    expect_limit(CHUNKED, "0", "!limit too many bytes around the chunks");
    expect_limit(CHUNKED "5;", "x", "!limit too many bytes around the chunks");
    expect_limit(
        CHUNKED "0\r\n", "A: b\r\n", "!limit too many bytes around the chunks");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whole_responses_are_read_alike_in_any_pieces),
        cmocka_unit_test(chunks_are_put_together),
        cmocka_unit_test(what_can_be_read_in_two_ways_is_refused),
        cmocka_unit_test(what_is_no_answer_is_refused_at_once),
        cmocka_unit_test(the_answer_to_a_head_has_no_body),
        cmocka_unit_test(who_closes_says_so),
        cmocka_unit_test(heads_and_chunk_sizes_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
