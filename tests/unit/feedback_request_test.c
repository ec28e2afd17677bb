/* SPDX-License-Identifier: MIT */
#include "agent/feedback_request.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define ID "01ARZ3NDEKTSV4RRFFQ69G5FAV"

static void feedback_is_an_id_a_rating_and_perhaps_a_comment(void **state) {
    (void)state;
    struct storage_rating rating;
    struct error err = {0};
    assert_true(feedback_request_read(
        &rating,
        slice_of("{\"job_id\":\"" ID "\",\"rating\":4,\"comment\":\"so\\nso\","
                 "\"more\":1}"),
        &err));
    assert_string_equal(rating.id, ID);
    assert_int_equal(rating.rating, 4);
    assert_string_equal(rating.comment, "so so");
    assert_string_equal(rating.version, "");
    assert_true(feedback_request_read(
        &rating, slice_of("{\"job_id\":\"x\",\"rating\":1,\"comment\":null}"), &err));
    assert_string_equal(rating.comment, "");
    /* Whatever is too long for an id is none. */
    assert_true(feedback_request_read(
        &rating, slice_of("{\"job_id\":\"" ID ID "\",\"rating\":1}"), &err));
    assert_string_equal(rating.id, "");
}

static void feedback_names_the_field_that_is_wrong(void **state) {
    (void)state;
    static const struct {
        const char *body, *words;
    } cases[] = {
        {"", ""},
        {"[]", "the body"},
        {"{}", "job_id"},
        {"{\"job_id\":7,\"rating\":1}", "job_id"},
        {"{\"job_id\":\"" ID "\"}", "rating"},
        {"{\"job_id\":\"" ID "\",\"rating\":0}", "rating"},
        {"{\"job_id\":\"" ID "\",\"rating\":6}", "rating"},
        {"{\"job_id\":\"" ID "\",\"rating\":2.5}", "rating"},
        {"{\"job_id\":\"" ID "\",\"rating\":\"5\"}", "rating"},
        {"{\"job_id\":\"" ID "\",\"rating\":true}", "rating"},
        {"{\"job_id\":\"" ID "\",\"rating\":5,\"comment\":[]}", "comment"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct storage_rating rating = {.rating = 9};
        struct error err = {0};
        assert_false(feedback_request_read(&rating, slice_of(cases[i].body), &err));
        assert_non_null(strstr(err.message, cases[i].words));
        assert_int_equal(err.code, ERROR_SYNTAX);
        assert_int_equal(rating.rating, 9);
    }
}

static void feedback_has_a_limit_for_words(void **state) {
    (void)state;
    char comment[STORAGE_COMMENT_SIZE + 1] = "";
    char body[STORAGE_COMMENT_SIZE + 128];
    struct storage_rating rating;
    struct error err = {0};
    memset(comment, 'c', STORAGE_COMMENT_SIZE - 1);
    snprintf(
        body, sizeof body, "{\"job_id\":\"" ID "\",\"rating\":5,\"comment\":\"%s\"}",
        comment);
    assert_true(feedback_request_read(&rating, slice_of(body), &err));
    assert_string_equal(rating.comment, comment);
    comment[STORAGE_COMMENT_SIZE - 1] = 'c';
    snprintf(
        body, sizeof body, "{\"job_id\":\"" ID "\",\"rating\":5,\"comment\":\"%s\"}",
        comment);
    assert_false(feedback_request_read(&rating, slice_of(body), &err));
    assert_int_equal(err.code, ERROR_LIMIT);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(feedback_is_an_id_a_rating_and_perhaps_a_comment),
        cmocka_unit_test(feedback_names_the_field_that_is_wrong),
        cmocka_unit_test(feedback_has_a_limit_for_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
