/* SPDX-License-Identifier: MIT */
#include "core/document.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/memory.h"

static struct error err;

static void an_empty_document_has_no_root(void **state) {
    (void)state;
    struct document *document = document_new();
    assert_null(document_root(document));
    document_free(document);
    document_free(NULL);
}

static void children_stay_in_the_order_they_were_added(void **state) {
    (void)state;
    struct document *document = document_new();
    struct node *list = document_add(document, NULL, NODE_LIST, &err);
    struct node *first = document_add(document, list, NODE_LIST, &err);
    struct node *second = document_add(document, list, NODE_NULL, &err);
    struct node *inner = document_add(document, first, NODE_NULL, &err);
    assert_ptr_equal(node_at(list, 0), first);
    assert_ptr_equal(node_at(list, 1), second);
    assert_null(node_at(list, 2));
    assert_ptr_equal(node_at(first, 0), inner);
    assert_int_equal(list->child_count, 2);
    document_free(document);
}

static void strings_are_copied_and_terminated(void **state) {
    (void)state;
    struct document *document = document_new();
    struct node *map = document_add(document, NULL, NODE_MAP, &err);
    struct node *node = document_add(document, map, NODE_STRING, &err);
    char text[] = "hello";
    assert_true(document_set_key(document, node, slice_of(text), &err));
    assert_true(document_set_string(document, node, slice_of(text), &err));
    memset(text, 'x', sizeof text);
    assert_string_equal(node->key.data, "hello");
    assert_string_equal(node->string.data, "hello");
    assert_ptr_equal(node_get(map, "hello"), node);
    document_free(document);
}

static void nesting_ends_at_the_limit(void **state) {
    (void)state;
    struct document *document = document_new();
    struct node *at = NULL;
    for (int depth = 0; depth < DOCUMENT_DEPTH_MAX; depth++) {
        at = document_add(document, at, NODE_LIST, &err);
        assert_non_null(at);
    }
    assert_null(document_add(document, at, NODE_MAP, &err));
    assert_int_equal(err.code, ERROR_LIMIT);
    assert_non_null(document_add(document, at, NODE_NULL, &err));
    document_free(document);
}

static void values_and_text_end_at_their_limits(void **state) {
    (void)state;
    struct document *document = document_new();
    struct node *list = document_add(document, NULL, NODE_LIST, &err);
    struct node *last = NULL;
    for (int i = 1; i < DOCUMENT_NODES_MAX; i++) {
        last = document_add(document, list, NODE_STRING, &err);
        assert_non_null(last);
    }
    assert_null(document_add(document, list, NODE_NULL, &err));
    assert_int_equal(err.code, ERROR_LIMIT);

    char *text = memory_new(DOCUMENT_TEXT_MAX);
    struct slice large = {.data = text, .length = DOCUMENT_TEXT_MAX - 1};
    assert_true(document_set_string(document, last, large, &err));
    err.code = ERROR_NONE;
    assert_false(document_set_string(document, list, slice_of(""), &err));
    assert_int_equal(err.code, ERROR_LIMIT);
    free(text);
    document_free(document);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_empty_document_has_no_root),
        cmocka_unit_test(children_stay_in_the_order_they_were_added),
        cmocka_unit_test(strings_are_copied_and_terminated),
        cmocka_unit_test(nesting_ends_at_the_limit),
        cmocka_unit_test(values_and_text_end_at_their_limits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
