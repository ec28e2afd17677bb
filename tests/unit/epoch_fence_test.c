/* SPDX-License-Identifier: MIT */
#include "core/epoch_fence.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "support/parsed.h"

enum { PATCH_SIZE = 4096 };

/* What is added to a patch for that epoch; "" when it is refused. */
static void fence(
    const char *json, uint64_t epoch, char to[PATCH_SIZE], struct error *err) {
    struct document *document = parsed(json);
    struct buffer bytes;
    buffer_init(&bytes, PATCH_SIZE - 1);
    struct json_patch patch = json_patch_to(&bytes);
    bool added = epoch_fence_add(&patch, document_root(document), epoch, err);
    json_patch_end(&patch);
    assert_true(text_copy(to, PATCH_SIZE, added ? buffer_string(&bytes) : ""));
    buffer_clear(&bytes);
    document_free(document);
}

static void our_own_epoch_is_only_tested(void **state) {
    (void)state;
    char patch[PATCH_SIZE];
    struct error err = {0};
    fence(
        "{\"metadata\":{\"annotations\":{\"flightdeck.dev/epoch\":\"7\"}}}", 7, patch,
        &err);
    assert_string_equal(
        patch, "[{\"op\":\"test\",\"path\":\"/metadata/annotations/"
               "flightdeck.dev~1epoch\",\"value\":\"7\"}]");
}

static void an_older_epoch_is_tested_and_raised(void **state) {
    (void)state;
    char patch[PATCH_SIZE];
    struct error err = {0};
    fence(
        "{\"metadata\":{\"annotations\":{\"flightdeck.dev/epoch\":\"6\"}}}", 7, patch,
        &err);
    assert_non_null(strstr(patch, "\"test\""));
    assert_non_null(strstr(patch, "\"value\":\"6\""));
    assert_non_null(strstr(patch, "\"op\":\"replace\""));
    assert_non_null(strstr(patch, "\"value\":\"7\""));
}

static void a_newer_epoch_is_a_conflict(void **state) {
    (void)state;
    char patch[PATCH_SIZE];
    struct error err = {0};
    fence(
        "{\"metadata\":{\"annotations\":{\"flightdeck.dev/epoch\":\"8\"}}}", 7, patch,
        &err);
    assert_string_equal(patch, "");
    assert_int_equal(err.code, ERROR_CONFLICT);
    assert_non_null(strstr(err.message, "the epoch is 8, not 7"));
}

static void what_nobody_claimed_is_claimed_as_it_was_read(void **state) {
    (void)state;
    char patch[PATCH_SIZE];
    struct error err = {0};
    fence("{\"metadata\":{\"resourceVersion\":\"366\"}}", 1, patch, &err);
    assert_string_equal(
        patch,
        "[{\"op\":\"test\",\"path\":\"/metadata/resourceVersion\",\"value\":\"366\"},"
        "{\"op\":\"add\",\"path\":\"/metadata/annotations\",\"value\":"
        "{\"flightdeck.dev/epoch\":\"1\"}}]");
    fence(
        "{\"metadata\":{\"resourceVersion\":\"366\",\"annotations\":{\"a\":\"b\"}}}", 1,
        patch, &err);
    assert_non_null(strstr(
        patch, "{\"op\":\"add\",\"path\":\"/metadata/annotations/"
               "flightdeck.dev~1epoch\",\"value\":\"1\"}"));
}

static void what_is_no_epoch_is_refused(void **state) {
    (void)state;
    static const char *const wrong[] = {
        "{\"metadata\":{\"annotations\":{\"flightdeck.dev/epoch\":\"seven\"}}}",
        "{\"metadata\":{\"annotations\":{\"flightdeck.dev/epoch\":7}}}",
        "{\"metadata\":{\"annotations\":{\"flightdeck.dev/epoch\":\"\"}}}",
        "{\"metadata\":{}}",
        "{}",
        "[]",
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        char patch[PATCH_SIZE];
        struct error err = {0};
        fence(wrong[i], 7, patch, &err);
        assert_string_equal(patch, "");
        assert_int_equal(err.code, ERROR_PROTOCOL);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(our_own_epoch_is_only_tested),
        cmocka_unit_test(an_older_epoch_is_tested_and_raised),
        cmocka_unit_test(a_newer_epoch_is_a_conflict),
        cmocka_unit_test(what_nobody_claimed_is_claimed_as_it_was_read),
        cmocka_unit_test(what_is_no_epoch_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
