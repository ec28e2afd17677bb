/* SPDX-License-Identifier: MIT */
#include "core/pods.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "support/parsed.h"

#define LIST(items) "{\"kind\":\"PodList\",\"items\":[" items "]}"
#define POD(name, hash, ready, more)                                                 \
    "{\"metadata\":{\"name\":\"" name "\",\"labels\":{\"pod-template-hash\":\"" hash \
    "\"}},\"status\":{\"podIP\":\"10.1.0.22\",\"conditions\":[{\"type\":"            \
    "\"PodScheduled\",\"status\":\"True\"},{\"type\":\"Ready\",\"status\":\"" ready  \
    "\"}]" more "}}"
#define WAITING(reason)                                                    \
    ",\"containerStatuses\":[{\"restartCount\":4,\"state\":{\"waiting\":{" \
    "\"reason\":\"" reason "\"}}}]"

static void read(const char *json, const char *hash, struct pods *pods) {
    struct document *document = parsed(json);
    struct error err = {0};
    assert_true(pods_read(document_root(document), hash, pods, &err));
    document_free(document);
}

static void pods_are_counted_with_their_addresses(void **state) {
    (void)state;
    struct pods pods;
    read(LIST(POD("a", "x", "True", "") "," POD("b", "y", "False", "")), "", &pods);
    assert_int_equal(pods.count, 2);
    assert_true(pods.pods[0].ready);
    assert_false(pods.pods[1].ready);
    assert_string_equal(pods.pods[0].address, "10.1.0.22");
    assert_false(pods.stuck);
    read(LIST(POD("a", "x", "True", "") "," POD("b", "y", "True", "")), "y", &pods);
    assert_int_equal(pods.count, 1);
    read(LIST(""), "", &pods);
    assert_int_equal(pods.count, 0);
}

static void who_will_not_come_up_is_named(void **state) {
    (void)state;
    struct pods pods;
    read(LIST(POD("a-1", "x", "False", WAITING("CrashLoopBackOff"))), "", &pods);
    assert_true(pods.stuck);
    assert_string_equal(pods.words, "a-1: CrashLoopBackOff, restarted 4 times");
    read(LIST(POD("a-1", "x", "False", WAITING("ImagePullBackOff"))), "", &pods);
    assert_true(pods.stuck);
    read(LIST(POD("a-1", "x", "False", WAITING("ContainerCreating"))), "", &pods);
    assert_false(pods.stuck);
    /* Another template's is not ours. */
    read(LIST(POD("a-1", "x", "False", WAITING("CrashLoopBackOff"))), "y", &pods);
    assert_false(pods.stuck);
}

static void one_that_leaves_is_no_instance(void **state) {
    (void)state;
    struct pods pods;
    read(
        "{\"kind\":\"PodList\",\"items\":[{\"metadata\":{\"deletionTimestamp\":\"x\"},"
        "\"status\":{\"containerStatuses\":[{\"state\":{\"waiting\":{\"reason\":"
        "\"CrashLoopBackOff\"}}}]}}]}",
        "", &pods);
    assert_true(pods.pods[0].leaving);
    assert_false(pods.stuck);
    read(LIST(POD("a", "x", "False", ",\"phase\":\"Failed\"")), "", &pods);
    assert_true(pods.pods[0].leaving); /* it was evicted, and is still listed */
    read(LIST(POD("a", "x", "True", ",\"phase\":\"Running\"")), "", &pods);
    assert_false(pods.pods[0].leaving);
}

static void what_is_no_list_is_not_read(void **state) {
    (void)state;
    static const char *const wrong[] = {"{}", "[]", "{\"kind\":\"Pod\"}"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct document *document = parsed(wrong[i]);
        struct pods pods;
        struct error err = {0};
        assert_false(pods_read(document_root(document), "", &pods, &err));
        assert_int_equal(err.code, ERROR_PROTOCOL);
        document_free(document);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pods_are_counted_with_their_addresses),
        cmocka_unit_test(who_will_not_come_up_is_named),
        cmocka_unit_test(one_that_leaves_is_no_instance),
        cmocka_unit_test(what_is_no_list_is_not_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
