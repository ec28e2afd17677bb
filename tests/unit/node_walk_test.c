/* SPDX-License-Identifier: MIT */
#include "core/node_walk.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/text.h"
#include "io/yaml.h"

static void all_below_a_node_is_visited_in_order(void **state) {
    (void)state;
    struct error err;
    struct document *document =
        yaml_parse(slice_of("{x: [a, [b, c], {k: d}, []], y: e, z: f}"), "f", &err);
    char seen[32];
    struct text text = TEXT_IN(seen);
    struct node_walk walk = node_walk_from(document_root(document));
    const struct node *node = NULL;
    while ((node = node_walk_next(&walk))) text_add_slice(&text, node->string);
    assert_string_equal(seen, "abcdef");

    text_reset(&text);
    walk = node_walk_from(node_get(document_root(document), "y"));
    while ((node = node_walk_next(&walk))) text_add_slice(&text, node->string);
    assert_string_equal(seen, "e");
    document_free(document);

    walk = node_walk_from(NULL);
    assert_null(node_walk_next(&walk));
}

static void the_deepest_document_is_walked(void **state) {
    (void)state;
    struct error err;
    struct document *document = document_new();
    struct node *at = NULL;
    for (int i = 0; i < DOCUMENT_DEPTH_MAX; i++) {
        at = document_add(document, at, NODE_LIST, &err);
    }
    document_add(document, at, NODE_NULL, &err);
    struct node_walk walk = node_walk_from(document_root(document));
    int count = 0;
    while (node_walk_next(&walk)) count++;
    assert_int_equal(count, DOCUMENT_DEPTH_MAX + 1);
    document_free(document);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_below_a_node_is_visited_in_order),
        cmocka_unit_test(the_deepest_document_is_walked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
