/* SPDX-License-Identifier: MIT */
#include "control/cluster_changes.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "support/parsed.h"

enum { PATCH_SIZE = 4096 };

#define DEPLOYMENT                                                                \
    "{\"kind\":\"Deployment\",\"metadata\":{\"name\":\"a\",\"generation\":1},"    \
    "\"spec\":{\"replicas\":5,\"template\":{\"spec\":{\"containers\":[{\"name\":" \
    "\"side\",\"image\":\"s:1\"},{\"name\":\"agent\",\"image\":\"a:1\"}]}}}}"
#define SERVICE(selector, weight)                                             \
    "{\"kind\":\"Service\",\"metadata\":{\"annotations\":{\"x\":\"y\"" weight \
    "}},\"spec\":{\"selector\":{\"app\":\"agent\"" selector "}}}"

static enum change_need plan(
    const struct cluster_change *change, const void *wish, const char *json,
    char to[PATCH_SIZE]) {
    struct document *document = parsed(json);
    struct error err = {0};
    struct buffer bytes;
    buffer_init(&bytes, PATCH_SIZE - 1);
    struct json_patch patch = json_patch_to(&bytes);
    enum change_need need = change->plan(wish, document_root(document), &patch, &err);
    json_patch_end(&patch);
    assert_int_equal(
        need == CHANGE_THERE, change->holds(wish, document_root(document)));
    bool said = err.code != ERROR_NONE;
    assert_int_equal(said, need == CHANGE_CONFLICT || need == CHANGE_IMPOSSIBLE);
    assert_true(text_copy(to, PATCH_SIZE, buffer_string(&bytes)));
    buffer_clear(&bytes);
    document_free(document);
    return need;
}

static void replicas_are_tested_and_replaced(void **state) {
    (void)state;
    char patch[PATCH_SIZE];
    struct replicas_wish wish = {.before = 5, .to = 9};
    assert_int_equal(plan(&replicas_change, &wish, DEPLOYMENT, patch), CHANGE_NEEDED);
    assert_string_equal(
        patch, "[{\"op\":\"test\",\"path\":\"/spec/replicas\",\"value\":5},"
               "{\"op\":\"replace\",\"path\":\"/spec/replicas\",\"value\":9}]");
    wish.before = 4;
    assert_int_equal(plan(&replicas_change, &wish, DEPLOYMENT, patch), CHANGE_CONFLICT);
    wish.before = -1;
    assert_int_equal(plan(&replicas_change, &wish, DEPLOYMENT, patch), CHANGE_NEEDED);
    wish.to = 5;
    assert_int_equal(plan(&replicas_change, &wish, DEPLOYMENT, patch), CHANGE_THERE);
    assert_int_equal(plan(&replicas_change, &wish, "{}", patch), CHANGE_IMPOSSIBLE);
}

static void a_selector_is_narrowed_and_opened(void **state) {
    (void)state;
    char patch[PATCH_SIZE];
    struct selector_wish narrow = {"version", "stable", 0}, open = {"version", "", 500};
    assert_int_equal(
        plan(&selector_change, &narrow, SERVICE("", ""), patch), CHANGE_NEEDED);
    assert_non_null(strstr(
        patch, "{\"op\":\"add\",\"path\":\"/spec/selector/version\",\"value\":"
               "\"stable\"}"));
    assert_non_null(strstr(patch, "flightdeck.dev~1weight-bp\",\"value\":\"0\""));
    assert_int_equal(
        plan(&selector_change, &open, SERVICE(",\"version\":\"stable\"", ""), patch),
        CHANGE_NEEDED);
    assert_non_null(strstr(
        patch, "{\"op\":\"test\",\"path\":\"/spec/selector/version\",\"value\":"
               "\"stable\"},{\"op\":\"remove\""));
    assert_int_equal(
        plan(
            &selector_change, &open,
            SERVICE("", ",\"flightdeck.dev/weight-bp\":\"500\""), patch),
        CHANGE_THERE);
    assert_int_equal(
        plan(&selector_change, &narrow, SERVICE(",\"version\":\"canary\"", ""), patch),
        CHANGE_NEEDED);
    assert_non_null(strstr(patch, "{\"op\":\"replace\""));
    assert_int_equal(plan(&selector_change, &open, "{}", patch), CHANGE_IMPOSSIBLE);
}

static void an_image_is_changed_in_its_container(void **state) {
    (void)state;
    char patch[PATCH_SIZE];
    struct image_wish wish = {.container = "agent", .image = "a:2", .before = "a:1"};
    assert_int_equal(plan(&image_change, &wish, DEPLOYMENT, patch), CHANGE_NEEDED);
    assert_non_null(strstr(
        patch, "{\"op\":\"test\",\"path\":\"/spec/template/spec/containers/1/name\","
               "\"value\":\"agent\"}"));
    assert_non_null(strstr(
        patch, "{\"op\":\"replace\",\"path\":"
               "\"/spec/template/spec/containers/1/image\",\"value\":\"a:2\"}"));
    wish.before = "a:0";
    assert_int_equal(plan(&image_change, &wish, DEPLOYMENT, patch), CHANGE_CONFLICT);
    wish.before = "";
    assert_int_equal(plan(&image_change, &wish, DEPLOYMENT, patch), CHANGE_NEEDED);
    wish.image = "a:1";
    assert_int_equal(plan(&image_change, &wish, DEPLOYMENT, patch), CHANGE_THERE);
    wish.container = "nobody";
    assert_int_equal(plan(&image_change, &wish, DEPLOYMENT, patch), CHANGE_IMPOSSIBLE);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(replicas_are_tested_and_replaced),
        cmocka_unit_test(a_selector_is_narrowed_and_opened),
        cmocka_unit_test(an_image_is_changed_in_its_container),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
