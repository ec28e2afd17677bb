/* SPDX-License-Identifier: MIT */
#include "core/node.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "core/document.h"

static struct error err;

static struct node *add(
    struct document *document, struct node *parent, enum node_kind kind,
    const char *key) {
    struct node *node = document_add(document, parent, kind, &err);
    assert_non_null(node);
    if (key) assert_true(document_set_key(document, node, slice_of(key), &err));
    return node;
}

static struct node *add_string(
    struct document *document, struct node *parent, const char *key,
    const char *string) {
    struct node *node = add(document, parent, NODE_STRING, key);
    assert_true(document_set_string(document, node, slice_of(string), &err));
    return node;
}

/* {"a": {"b c": ["x", "y"]}, "n": 7, "on":
 * true, "it's": "q"} with plain YAML scalars. */
static struct document *sample(void) {
    struct document *document = document_new();
    struct node *root = add(document, NULL, NODE_MAP, NULL);
    struct node *a = add(document, root, NODE_MAP, "a");
    struct node *list = add(document, a, NODE_LIST, "b c");
    add_string(document, list, NULL, "x");
    add_string(document, list, NULL, "y");
    add_string(document, root, "n", "7");
    add_string(document, root, "on", "true");
    add_string(document, root, "it's", "q")->quoted = true;
    return document;
}

static const char *found_string(const struct node *root, const char *path) {
    const struct node *found = NULL;
    err.message[0] = '\0';
    if (!node_find(root, slice_of(path), &found, &err)) return err.message;
    if (!found) return "(none)";
    return found->kind == NODE_STRING ? found->string.data
                                      : node_kind_name(found->kind);
}

static void paths_find_what_is_there(void **state) {
    (void)state;
    struct document *document = sample();
    const struct node *root = document_root(document);
    static const struct {
        const char *path, *found;
    } cases[] = {
        {"$", "map"},
        {"$.a", "map"},
        {"$.a['b c'][1]", "y"},
        {"$['a'][\"b c\"][0]", "x"},
        {"$.a['b c'][2]", "(none)"},
        {"$.n", "7"},
        {"$.n.deeper[3]", "(none)"},
        {"$['it\\'s']", "q"},
        {"$[0]", "(none)"},
        {"$.missing", "(none)"},
        {"$.a['b c']['x']", "(none)"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_string_equal(found_string(root, cases[i].path), cases[i].found);
    }
    document_free(document);
}

static void malformed_paths_are_refused(void **state) {
    (void)state;
    struct document *document = sample();
    const struct node *found = NULL;
    static const char *const paths[] = {
        "",     "a",     "$a",    "$.",       "$..a",   "$[",
        "$[]",  "$[-1]", "$[01]", "$['a",     "$['a'",  "$[*]",
        "$.1a", "$.a-b", "$ .a",  "$['a\\n]", "$[1:2]", "$[99999999999999999999]",
    };
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
        err.code = ERROR_NONE;
        assert_false(
            node_find(document_root(document), slice_of(paths[i]), &found, &err));
        assert_int_equal(err.code, ERROR_SYNTAX);
    }
    assert_null(found);
    document_free(document);
}

static void typed_reading_checks_kind_and_range(void **state) {
    (void)state;
    struct document *document = sample();
    const struct node *root = document_root(document);
    int64_t whole = -1;
    assert_true(node_integer(root, "n", 0, 10, &whole));
    assert_int_equal(whole, 7);
    whole = -1;
    assert_false(node_integer(root, "n", 8, 10, &whole));
    assert_false(node_integer(root, "on", 0, 10, &whole));
    assert_false(node_integer(root, "missing", 0, 10, &whole));
    assert_int_equal(whole, -1);

    bool on = false;
    assert_true(node_bool(root, "on", &on));
    assert_true(on);
    assert_false(node_bool(root, "n", &on));

    char string[2] = "!";
    assert_true(node_string(root, "n", string, sizeof string));
    assert_string_equal(string, "7");
    assert_false(node_string(root, "on", string, sizeof string));
    assert_false(node_string(root, "a", string, sizeof string));
    assert_string_equal(string, "7");
    document_free(document);
}

static void a_string_with_a_nul_is_no_string(void **state) {
    (void)state;
    struct document *document = document_new();
    struct node *node = add(document, NULL, NODE_STRING, NULL);
    struct slice text = {.data = "a\0b", .length = 3};
    assert_true(document_set_string(document, node, text, &err));
    char to[8];
    assert_false(node_text(node, to, sizeof to));
    document_free(document);
}

static void quoted_scalars_are_only_strings(void **state) {
    (void)state;
    static const struct {
        const char *text;
        bool quoted, is_number;
    } cases[] = {
        {"7", false, true},      {"7", true, false},   {"-0.5", false, true},
        {"1e3", false, true},    {"1e", false, false}, {"0x10", false, false},
        {"012", false, false},   {"", false, false},   {".5", false, false},
        {"1e400", false, false}, {"+1", false, false}, {"nan", false, false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct document *document = document_new();
        struct node *root = add(document, NULL, NODE_MAP, NULL);
        add_string(document, root, "k", cases[i].text)->quoted = cases[i].quoted;
        double number = 0;
        assert_int_equal(node_number(root, "k", &number), cases[i].is_number);
        document_free(document);
    }
}

static void integers_are_exact_up_to_64_bits(void **state) {
    (void)state;
    static const struct {
        const char *text;
        bool whole;
        int64_t value;
    } cases[] = {
        {"9007199254740993", true, INT64_C(9007199254740993)},
        {"9223372036854775807", true, INT64_MAX},
        {"9223372036854775808", false, 0},
        {"1e3", true, 1000},
        {"2.0", true, 2},
        {"2.5", false, 0},
        {"-3", true, -3},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct document *document = document_new();
        struct node *root = add(document, NULL, NODE_MAP, NULL);
        add_string(document, root, "k", cases[i].text);
        int64_t value = 0;
        assert_int_equal(
            node_integer(root, "k", INT64_MIN, INT64_MAX, &value), cases[i].whole);
        assert_true(value == cases[i].value);
        document_free(document);
    }
}

static void the_later_of_two_equal_keys_is_named(void **state) {
    (void)state;
    for (unsigned count = 2; count <= 64; count *= 2) {
        struct document *document = document_new();
        struct node *root = add(document, NULL, NODE_MAP, NULL);
        char key[3] = "aa";
        for (unsigned i = 0; i < count; i++) {
            key[0] = (char)('A' + (i * 7) % 64);
            add(document, root, NODE_NULL, key);
        }
        assert_null(node_duplicate(root));
        struct node *twice = add(document, root, NODE_NULL, "Aa");
        assert_ptr_equal(node_duplicate(root), twice);
        document_free(document);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(paths_find_what_is_there),
        cmocka_unit_test(malformed_paths_are_refused),
        cmocka_unit_test(typed_reading_checks_kind_and_range),
        cmocka_unit_test(a_string_with_a_nul_is_no_string),
        cmocka_unit_test(quoted_scalars_are_only_strings),
        cmocka_unit_test(integers_are_exact_up_to_64_bits),
        cmocka_unit_test(the_later_of_two_equal_keys_is_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
