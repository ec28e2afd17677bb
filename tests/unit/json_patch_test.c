/* SPDX-License-Identifier: MIT */
#include "core/json_patch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "support/parsed.h"

static void a_patch_is_a_list_of_tests_and_changes(void **state) {
    (void)state;
    struct buffer to;
    buffer_init(&to, 4096);
    struct json_patch patch = json_patch_to(&to);
    json_patch_int(&patch, "test", "/spec/replicas", 1);
    json_patch_int(&patch, "replace", "/spec/replicas", 5);
    json_patch_string(&patch, "add", "/spec/selector/version", "sta\"ble");
    json_patch_bool(&patch, "add", "/status/abort", true);
    json_patch_remove(&patch, "/status/pauseConditions");
    json_patch_map(&patch, "/metadata/annotations", "a/b", "7");
    json_patch_end(&patch);
    assert_string_equal(
        buffer_string(&to),
        "[{\"op\":\"test\",\"path\":\"/spec/replicas\",\"value\":1},"
        "{\"op\":\"replace\",\"path\":\"/spec/replicas\",\"value\":5},"
        "{\"op\":\"add\",\"path\":\"/spec/selector/version\",\"value\":\"sta\\\"ble\"},"
        "{\"op\":\"add\",\"path\":\"/status/abort\",\"value\":true},"
        "{\"op\":\"remove\",\"path\":\"/status/pauseConditions\"},"
        "{\"op\":\"add\",\"path\":\"/metadata/annotations\",\"value\":{\"a/"
        "b\":\"7\"}}]");
    assert_int_equal(patch.tests, 1);
    assert_int_equal(patch.changes, 5);
    document_free(parsed(buffer_string(&to)));
    buffer_clear(&to);
}

static void a_patch_that_does_not_fit_says_so(void **state) {
    (void)state;
    struct buffer to;
    buffer_init(&to, 40);
    struct json_patch patch = json_patch_to(&to);
    json_patch_int(&patch, "test", "/spec/replicas", 1);
    json_patch_int(&patch, "replace", "/spec/replicas", 5);
    json_patch_end(&patch);
    assert_true(to.overflow);
    buffer_clear(&to);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_patch_is_a_list_of_tests_and_changes),
        cmocka_unit_test(a_patch_that_does_not_fit_says_so),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
