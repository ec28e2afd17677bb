/* Tests of writing a document as JSON. */
/* SPDX-License-Identifier: MIT */
#include "core/node_json.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/document.h"
#include "io/json.h"
#include "io/yaml.h"

static void yaml_becomes_the_json_it_looks_like(void **state) {
    (void)state;
    static const struct {
        const char *yaml, *json;
    } rows[] = {
        {"{a: 1, b: -2.50, c: 1e3}", "{\"a\":1,\"b\":-2.50,\"c\":1e3}"},
        {"{a: true, b: false, c: null, d: ~}",
         "{\"a\":true,\"b\":false,\"c\":null,\"d\":null}"},
        {"{a: \"1\", b: 'true', c: \"null\", d: \"\"}",
         "{\"a\":\"1\",\"b\":\"true\",\"c\":\"null\",\"d\":\"\"}"},
        {"{a: yes, b: 012, c: .5, d: 0x1F}",
         "{\"a\":\"yes\",\"b\":\"012\",\"c\":\".5\",\"d\":\"0x1F\"}"},
        {"[[], {}, [1, [2, {x: [3]}]], a]", "[[],{},[1,[2,{\"x\":[3]}]],\"a\"]"},
        {"\"a\\\"b\\\\c\\n\"", "\"a\\\"b\\\\c\\n\""},
        {"\"${user}\"", "\"${user}\""},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct error err;
        char json[256];
        struct document *yaml = yaml_parse(slice_of(rows[i].yaml), "f", &err);
        assert_non_null(yaml);
        assert_true(node_json_text(document_root(yaml), json, sizeof json));
        assert_string_equal(json, rows[i].json);
        struct document *again = json_parse(slice_of(json), &err);
        assert_non_null(again);
        document_free(again);
        document_free(yaml);
    }
}

static void json_that_does_not_fit_is_nothing(void **state) {
    (void)state;
    struct error err;
    char json[8] = "x";
    struct document *yaml = yaml_parse(slice_of("[1234567]"), "f", &err);
    assert_false(node_json_text(document_root(yaml), json, sizeof json));
    assert_string_equal(json, "");
    document_free(yaml);
}

static void the_deepest_document_is_written(void **state) {
    (void)state;
    struct error err;
    char nested[2 * DOCUMENT_DEPTH_MAX + 1];
    memset(nested, '[', DOCUMENT_DEPTH_MAX);
    memset(nested + DOCUMENT_DEPTH_MAX, ']', DOCUMENT_DEPTH_MAX);
    nested[sizeof nested - 1] = '\0';
    struct document *document = json_parse(slice_of(nested), &err);
    assert_non_null(document);
    char json[sizeof nested];
    assert_true(node_json_text(document_root(document), json, sizeof json));
    assert_string_equal(json, nested);
    document_free(document);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(yaml_becomes_the_json_it_looks_like),
        cmocka_unit_test(json_that_does_not_fit_is_nothing),
        cmocka_unit_test(the_deepest_document_is_written),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
