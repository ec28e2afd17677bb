/* SPDX-License-Identifier: MIT */
#include "core/sse.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"

/* Every event of a stream that comes in pieces of that many bytes, as "name=data;", and
 * behind a bar what no empty line has ended. */
static void read_all(const char *stream, size_t piece, struct text *text) {
    struct sse_reader reader = {0};
    struct sse_event event;
    size_t length = strlen(stream);
    for (size_t at = 0; at < length; at += piece) {
        struct slice bytes = {stream + at, length - at < piece ? length - at : piece};
        while (sse_next(&reader, &bytes, &event)) {
            text_addf(text, "%s=%s;", event.name, event.data);
        }
    }
    if (sse_rest(&reader, &event)) text_addf(text, "|%s=%s", event.name, event.data);
}

static const struct {
    const char *stream, *events;
} table[] = {
    {"", ""},
    {"\n\n\n", ""},
    {"data: a\n\n", "message=a;"},
    {"data:a\n\n", "message=a;"},
    {"data:  a\n\n", "message= a;"},
    {"event: ping\ndata: {}\n\n", "ping={};"},
    {"event: ping\n\ndata: x\n\n", "message=x;"}, /* without data it is none */
    {"data\n\n", "message=;"},
    {"data: a\ndata: b\n\n", "message=a\nb;"},
    {": hello\nid: 7\nretry: 9\ndata: a\n\n", "message=a;"},
    {"event: a\nevent: b\ndata: c\n\n", "b=c;"},
    {"\xEF\xBB\xBF"
     "data: a\n\n",
     "message=a;"},
    {"data: a\r\n\r\ndata: b\r\n\r\n", "message=a;message=b;"},
    {"data: a\r\rdata: b\r\r", "message=a;message=b;"},
    {"data: a\n\ndata: b\n", "message=a;|message=b"},
    {"data: a\n\nevent: last\ndata: {\"x\":1}", "message=a;|last={\"x\":1}"},
    {"data: a\n\nevent: cut", "message=a;"},
    {"datax: a\nDATA: b\n\n", ""},
};

static void every_stream_is_read_alike_in_any_pieces(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        for (size_t piece = 1; piece < 40; piece++) {
            char events[256];
            struct text text = TEXT_IN(events);
            read_all(table[i].stream, piece, &text);
            assert_string_equal(events, table[i].events);
        }
    }
}

static void long_lines_are_cut_and_read_over(void **state) {
    (void)state;
    char stream[4096];
    char events[1024];
    struct text text = TEXT_IN(stream);
    struct text read = TEXT_IN(events);
    text_add(&text, "event: long\ndata: ");
    for (unsigned i = 0; i < 2000; i++) text_add_char(&text, 'x');
    text_add(&text, "\n\ndata: next\n\n");
    read_all(stream, 7, &read);
    assert_memory_equal(events, "long=xxx", 8);
    assert_non_null(strstr(events, "x;message=next;"));
    assert_true(strlen(events) < SSE_NAME_SIZE + SSE_DATA_SIZE + 16);
}

static void a_nul_ends_no_name(void **state) {
    (void)state;
    static const char bytes[] = "event: done\0not\ndata: a\n\n";
    struct sse_reader reader = {0};
    struct sse_event event;
    struct slice slice = {bytes, sizeof bytes - 1};
    assert_true(sse_next(&reader, &slice, &event));
    assert_string_equal(event.name, "done?not");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_stream_is_read_alike_in_any_pieces),
        cmocka_unit_test(long_lines_are_cut_and_read_over),
        cmocka_unit_test(a_nul_ends_no_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
