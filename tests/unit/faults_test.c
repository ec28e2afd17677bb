/* SPDX-License-Identifier: MIT */
#include "agent/faults.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/document.h"
#include "io/json.h"

enum { DRAWS = 20000 };

static unsigned count(
    const struct faults *faults, const char *version, enum fault wanted) {
    struct random random;
    random_seed(&random, 3);
    unsigned found = 0;
    for (int i = 0; i < DRAWS; i++) {
        if (faults_draw(faults, version, &random) == wanted) found++;
    }
    return found;
}

static void faults_hit_the_version_they_are_for(void **state) {
    (void)state;
    struct faults faults = {0};
    struct error err = {0};
    assert_true(faults_parse(&faults, "v1.6.0:error=0.2,hang=0.1,latency=1.5", &err));
    assert_in_range(
        count(&faults, "v1.6.0", FAULT_ERROR), DRAWS * 18 / 100, DRAWS * 22 / 100);
    assert_in_range(
        count(&faults, "v1.6.0", FAULT_HANG), DRAWS * 9 / 100, DRAWS * 11 / 100);
    assert_int_equal(count(&faults, "v1.5.0", FAULT_NONE), DRAWS);
    assert_true(faults_latency_factor(&faults, "v1.6.0") == 1.5);
    assert_true(faults_latency_factor(&faults, "v1.5.0") == 1);
}

static void faults_for_all_spare_a_version_with_its_own(void **state) {
    (void)state;
    struct faults faults = {0};
    struct error err = {0};
    assert_true(faults_parse(&faults, "overloaded=1", &err));
    assert_true(faults_parse(&faults, "v2:slow=1", &err));
    assert_int_equal(count(&faults, "v1", FAULT_OVERLOADED), DRAWS);
    assert_int_equal(count(&faults, "v2", FAULT_SLOW), DRAWS);
    assert_true(faults_parse(&faults, "v2:slow=0", &err));
    assert_int_equal(count(&faults, "v2", FAULT_NONE), DRAWS);
    assert_int_equal(faults.count, 2);
}

static void faults_refuse_what_makes_no_sense(void **state) {
    (void)state;
    static const char *const bad[] = {
        "",
        "error",
        "error=",
        "error=x",
        "error=1.5",
        "error=-1",
        "error=nan",
        "frobnicate=1",
        ":error=1",
        "v1:",
        "latency=-1",
        "latency=1000",
        "a-version-that-is-far-too-long-to-be-one:error=1"};
    struct faults faults = {0};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct error err = {0};
        assert_false(faults_parse(&faults, bad[i], &err));
        assert_true(err.message[0] != '\0');
    }
    assert_int_equal(faults.count, 0);
}

static bool read_json(struct faults *faults, const char *json) {
    struct error err = {0};
    struct document *document = json_parse(slice_of(json), &err);
    assert_non_null(document);
    bool is_read = faults_read(faults, document_root(document), &err);
    document_free(document);
    return is_read;
}

static void faults_are_read_and_written_as_json(void **state) {
    (void)state;
    struct faults faults = {0};
    assert_true(
        read_json(&faults, "{\"version\":\"v1\",\"error\":0.25,\"latency\":2}"));
    assert_true(read_json(&faults, "{\"hang\":1}"));
    assert_false(read_json(&faults, "{\"hang\":2}"));
    assert_false(read_json(&faults, "{\"hang\":\"often\"}"));
    assert_false(read_json(&faults, "{\"nothing\":0}"));
    assert_false(read_json(&faults, "[]"));
    struct buffer buffer = {.limit = 4096};
    struct json_writer json = json_writer_to(&buffer);
    faults_write(&faults, &json);
    assert_string_equal(
        buffer_string(&buffer), "[{\"version\":\"v1\",\"latency\":2,\"error\":0.25},"
                                "{\"version\":\"*\",\"latency\":1,\"hang\":1}]");
    buffer_clear(&buffer);
}

static void faults_are_bounded(void **state) {
    (void)state;
    struct faults faults = {0};
    struct error err = {0};
    char spec[] = "v0:error=1";
    for (size_t i = 0; i < FAULT_VERSIONS_MAX; i++) {
        spec[1] = (char)('0' + (char)i);
        assert_true(faults_parse(&faults, spec, &err));
    }
    assert_false(faults_parse(&faults, "one-more:error=1", &err));
    assert_int_equal(err.code, ERROR_LIMIT);
}

static void faults_are_caused_by_words(void **state) {
    (void)state;
    assert_int_equal(
        faults_asked(slice_of("Please be overloaded now")), FAULT_OVERLOADED);
    assert_int_equal(faults_asked(slice_of("take your time")), FAULT_SLOW);
    assert_int_equal(faults_asked(slice_of("Where is my order?")), FAULT_NONE);
    assert_int_equal(faults_asked(slice_of("")), FAULT_NONE);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(faults_hit_the_version_they_are_for),
        cmocka_unit_test(faults_for_all_spare_a_version_with_its_own),
        cmocka_unit_test(faults_refuse_what_makes_no_sense),
        cmocka_unit_test(faults_are_read_and_written_as_json),
        cmocka_unit_test(faults_are_bounded),
        cmocka_unit_test(faults_are_caused_by_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
