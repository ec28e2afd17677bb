/* SPDX-License-Identifier: MIT */
#include "io/json.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/memory.h"

static struct error err;

static struct document *parse(const char *text) {
    err = (struct error){0};
    return json_parse(slice_of(text), &err);
}

static void every_kind_of_value_arrives(void **state) {
    (void)state;
    struct document *document =
        parse(" {\"s\": \"a\\u00e9\\n\\ud83d\\ude00\", \"n\": -1.5e2, \"i\": "
              "9007199254740993,\"t\": true, \"f\": false, \"z\": null, "
              "\"l\": [1, [2, {}], \"3\\\"4\", 5]}\r\n\t ");
    assert_non_null(document);
    const struct node *root = document_root(document);
    assert_int_equal(root->child_count, 7);
    char string[32];
    assert_true(node_string(root, "s", string, sizeof string));
    assert_string_equal(string, "a\xC3\xA9\n\xF0\x9F\x98\x80");
    double number = 0;
    assert_true(node_number(root, "n", &number));
    assert_true(number == -150.0);
    assert_string_equal(node_get(root, "n")->string.data, "-1.5e2");
    int64_t whole = 0;
    assert_true(node_integer(root, "i", 0, INT64_MAX, &whole));
    assert_true(whole == INT64_C(9007199254740993));
    bool flag = false;
    assert_true(node_bool(root, "t", &flag));
    assert_true(flag);
    assert_true(node_bool(root, "f", &flag));
    assert_false(flag);
    assert_int_equal(node_get(root, "z")->kind, NODE_NULL);
    const struct node *list = node_get(root, "l");
    assert_int_equal(list->child_count, 4);
    assert_string_equal(node_at(list, 0)->string.data, "1");
    assert_string_equal(node_at(node_at(list, 1), 0)->string.data, "2");
    assert_int_equal(node_at(node_at(list, 1), 1)->kind, NODE_MAP);
    assert_string_equal(node_at(list, 3)->string.data, "5");
    document_free(document);
}

static void a_single_scalar_is_a_document(void **state) {
    (void)state;
    static const char *const texts[] = {"1", "\"x\"", "null", "true", "[]", "{}"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct document *document = parse(texts[i]);
        assert_non_null(document);
        document_free(document);
    }
}

static void numbers_beside_strings_keep_their_spelling(void **state) {
    (void)state;
    struct document *document =
        parse("{\"1\": \"2\\\\\", \"-3e5\": 4.0, \"x\\\"6\": \"7\", \"y\": 1e1}");
    assert_non_null(document);
    const struct node *root = document_root(document);
    assert_string_equal(node_get(root, "-3e5")->string.data, "4.0");
    assert_string_equal(node_get(root, "y")->string.data, "1e1");
    document_free(document);
}

static void what_is_not_strict_json_is_refused(void **state) {
    (void)state;
    static const char *const texts[] = {
        "",
        " ",
        "{",
        "}",
        "[1,]",
        "{\"a\":1,}",
        "[1 2]",
        "{\"a\" 1}",
        "{a:1}",
        "{'a':1}",
        "nul",
        "NaN",
        "Infinity",
        "-",
        "+1",
        ".5",
        "1.",
        "012",
        "-01",
        "0x10",
        "1e",
        "1e+",
        "1 2",
        "{} xyz",
        "[]]",
        "\xEF\xBB\xBF{}",
        "// x\n1",
        "\"a",
        "\"\\x\"",
        "\"\\u12\"",
        "\"\\u0000\"",
        "\"\\ud800\"",
        "\"\\udc00x\"",
        "\"\x01\"",
        "\"\xFF\"",
        "\"\xC0\xAF\"",
        "\"\xED\xA0\x80\"",
        "[\x01",
        "1]",
        "1e400",
        "{\"a\":1,\"a\":2}",
        "{\"a\":{\"b\":1,\"b\":1}}",
        "[1]\x0B",
        ",",
        ":",
        "[:]",
        "{\"a\":}",
        "tru",
        "truefalse",
        "1true",
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct document *document = parse(texts[i]);
        if (document) fail_msg("accepted: %s", texts[i]);
        assert_int_not_equal(err.code, ERROR_NONE);
        assert_int_not_equal(err.message[0], '\0');
    }
}

static void a_nul_byte_is_refused(void **state) {
    (void)state;
    assert_null(json_parse((struct slice){.data = "1\0", .length = 2}, &err));
    assert_null(json_parse((struct slice){.data = "\"\0\"", .length = 3}, &err));
}

/* `open` so often, a 1, `close` so often. */
static struct document *parse_nested(size_t depth) {
    char *text = memory_new(2 * depth + 2);
    memset(text, '[', depth);
    text[depth] = '1';
    memset(text + depth + 1, ']', depth);
    struct document *document = parse(text);
    free(text);
    return document;
}

static void depth_ends_at_the_limit(void **state) {
    (void)state;
    struct document *document = parse_nested(DOCUMENT_DEPTH_MAX);
    assert_non_null(document);
    document_free(document);
    assert_null(parse_nested(DOCUMENT_DEPTH_MAX + 1));
    assert_int_equal(err.code, ERROR_LIMIT);
    assert_null(parse_nested(100000));
}

static void count_and_size_end_at_their_limits(void **state) {
    (void)state;
    size_t size = 2 * (size_t)DOCUMENT_NODES_MAX;
    char *text = memory_new(size + 2);
    text[0] = '[';
    for (size_t i = 1; i < size; i++) text[i] = i % 2 ? '1' : ',';
    text[size] = ']';
    assert_null(parse(text));
    assert_int_equal(err.code, ERROR_LIMIT);
    text[size - 2] = ']';
    text[size - 1] = ' ';
    text[size] = ' ';
    struct document *document = parse(text);
    assert_non_null(document);
    document_free(document);
    free(text);

    text = memory_new(JSON_BYTES_MAX + 2);
    memset(text, ' ', JSON_BYTES_MAX + 1);
    text[0] = '1';
    assert_null(parse(text));
    assert_int_equal(err.code, ERROR_LIMIT);
    free(text);
}

static void a_number_of_too_many_digits_is_refused(void **state) {
    (void)state;
    char text[80];
    memset(text, '1', sizeof text);
    text[62] = '\0';
    struct document *document = parse(text);
    assert_non_null(document);
    document_free(document);
    text[62] = '1';
    text[63] = '\0';
    assert_null(parse(text));
    assert_int_equal(err.code, ERROR_LIMIT);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_kind_of_value_arrives),
        cmocka_unit_test(a_single_scalar_is_a_document),
        cmocka_unit_test(numbers_beside_strings_keep_their_spelling),
        cmocka_unit_test(what_is_not_strict_json_is_refused),
        cmocka_unit_test(a_nul_byte_is_refused),
        cmocka_unit_test(depth_ends_at_the_limit),
        cmocka_unit_test(count_and_size_end_at_their_limits),
        cmocka_unit_test(a_number_of_too_many_digits_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
