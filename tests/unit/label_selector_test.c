/* SPDX-License-Identifier: MIT */
#include "core/label_selector.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support/parsed.h"

#define OBJECT(selector) "{\"spec\":{\"selector\":" selector "}}"

static bool query(const char *json, char to[64], struct error *err) {
    struct document *document = parsed(json);
    *err = (struct error){0};
    bool made = label_selector_query(document_root(document), to, 64, err);
    document_free(document);
    return made;
}

static void labels_are_joined_and_encoded(void **state) {
    (void)state;
    char to[64];
    struct error err;
    assert_true(query(
        OBJECT("{\"matchLabels\":{\"app\":\"agent\",\"a/b\":\"c d\"}}"), to, &err));
    assert_string_equal(to, "app%3Dagent%2Ca%2Fb%3Dc%20d");
}

static void other_selectors_are_refused(void **state) {
    (void)state;
    char to[64];
    struct error err;
    assert_false(query("{}", to, &err));
    assert_false(query(OBJECT("{\"matchLabels\":{}}"), to, &err));
    assert_false(query(
        OBJECT("{\"matchLabels\":{\"a\":\"b\"},\"matchExpressions\":[]}"), to, &err));
    assert_int_equal(err.code, ERROR_USAGE);
    assert_false(query(
        OBJECT("{\"matchLabels\":{\"a\":\"0123456789012345678901234567890123456789"
               "012345678901234567890123456789\"}}"),
        to, &err));
    assert_int_equal(err.code, ERROR_LIMIT);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(labels_are_joined_and_encoded),
        cmocka_unit_test(other_selectors_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
