/* SPDX-License-Identifier: MIT */
#include "core/json_reader.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"

enum { LINE_SIZE = 512 };

/* The tokens as a line of text: "{ k:a s:b }". */
static void read_all(const char *json, char line[LINE_SIZE]) {
    static const char *const names[] = {
        [JSON_WRONG] = "wrong", [JSON_END] = "end",     [JSON_MAP] = "{",
        [JSON_LIST] = "[",      [JSON_CLOSE] = "close", [JSON_KEY] = "k:",
        [JSON_STRING] = "s:",   [JSON_OTHER] = "other",
    };
    struct json_reader reader = json_reader_of(slice_of(json));
    struct text text = text_in(line, LINE_SIZE);
    enum json_token token;
    do {
        struct slice words;
        token = json_reader_next(&reader, &words);
        if (text.length > 0) text_add_char(&text, ' ');
        text_add(&text, names[token]);
        text_add_slice(&text, words);
    } while (token != JSON_WRONG && token != JSON_END);
    assert_false(text.truncated);
}

static void json_reader_tells_the_tokens_in_order(void **state) {
    static const struct {
        const char *json, *tokens;
    } cases[] = {
        {"1", "other end"},
        {" \"a\\n\\u00e9\" ", "s:a\\n\\u00e9 end"},
        {"[]", "[ close end"},
        {"{ }\n", "{ close end"},
        {"[1, true,false ,null,-2.5e3]", "[ other other other other other close end"},
        {"{\"a\" : \"b\", \"\":[{}]}", "{ k:a s:b k: [ { close close close end"},
        {"[[\"\\ud83d\\ude00\"],\"\xC3\xA9\"]",
         "[ [ s:\\ud83d\\ude00 close s:\xC3\xA9 close end"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char line[LINE_SIZE];
        read_all(cases[i].json, line);
        assert_string_equal(line, cases[i].tokens);
    }
}

static void json_reader_refuses_what_is_not_json(void **state) {
    static const char *const texts[] = {
        "",
        " ",
        "[",
        "]",
        "{",
        "[1,]",
        "[,1]",
        "[1 2]",
        "{\"a\"}",
        "{\"a\":}",
        "{\"a\":1,}",
        "{,}",
        "{1:2}",
        "{\"a\" 1}",
        "{\"a\":1]",
        "[1}",
        "1 2",
        "{} x",
        "[]]",
        "01",
        "1.",
        "1e",
        "+1",
        "-",
        ".5",
        "tru",
        "truefalse",
        "nul",
        "'a'",
        "\"a",
        "\"\\x\"",
        "\"\\u12\"",
        "\"\\u0000\"",
        "\"\\ud800\"",
        "\"\\udc00\"",
        "\"\\ud800\\u0041\"",
        "\"\\ud800x\"",
        "\"\x01\"",
        "\"\xFF\"",
        "\"\xC0\xAF\"",
        "\"\xED\xA0\x80\"",
        "\xEF\xBB\xBF{}",
        "// x\n1",
        "[1]\x0B",
        "\"\\",
        "{\"a",
    };
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        char line[LINE_SIZE];
        read_all(texts[i], line);
        const char *last = strrchr(line, ' ');
        assert_string_equal(last ? last + 1 : line, "wrong");
    }
}

static void json_reader_stays_wrong(void **state) {
    (void)state;
    struct json_reader reader = json_reader_of(slice_of("[x,1]"));
    struct slice words;
    assert_int_equal(json_reader_next(&reader, &words), JSON_LIST);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(json_reader_next(&reader, &words), JSON_WRONG);
    }
}

static void json_reader_bounds_the_depth(void **state) {
    (void)state;
    char open[JSON_DEPTH_MAX + 1];
    memset(open, '[', sizeof open);
    struct slice text = {.data = open, .length = sizeof open};
    struct json_reader reader = json_reader_of(text);
    struct slice words;
    for (int i = 0; i < JSON_DEPTH_MAX; i++) {
        assert_int_equal(json_reader_next(&reader, &words), JSON_LIST);
    }
    assert_int_equal(json_reader_next(&reader, &words), JSON_WRONG);
}

static void json_reader_passes_whole_values(void **state) {
    (void)state;
    struct json_reader reader =
        json_reader_of(slice_of("[{\"a\":[1,{}],\"b\":2},\"c\",3,[]]"));
    struct slice words;
    assert_int_equal(json_reader_next(&reader, &words), JSON_LIST);
    for (int i = 0; i < 4; i++) {
        assert_true(json_reader_pass(&reader, json_reader_next(&reader, &words)));
    }
    enum json_token token = json_reader_next(&reader, &words);
    assert_int_equal(token, JSON_CLOSE);
    assert_false(json_reader_pass(&reader, token));
    assert_int_equal(json_reader_next(&reader, &words), JSON_END);

    reader = json_reader_of(slice_of("[[1,[2]"));
    assert_int_equal(json_reader_next(&reader, &words), JSON_LIST);
    assert_false(json_reader_pass(&reader, json_reader_next(&reader, &words)));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(json_reader_tells_the_tokens_in_order),
        cmocka_unit_test(json_reader_refuses_what_is_not_json),
        cmocka_unit_test(json_reader_stays_wrong),
        cmocka_unit_test(json_reader_bounds_the_depth),
        cmocka_unit_test(json_reader_passes_whole_values),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
