/* SPDX-License-Identifier: MIT */
#include "agent/model_failure.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/units.h"

static const char overloaded[] =
    "{\"error\":{\"type\":\"overloaded_error\",\"message\":\"Over\\u001bloaded\"}}";

static void failures_follow_the_status(void **state) {
    (void)state;
    static const struct {
        unsigned status;
        enum outcome outcome;
    } rows[] = {
        {400, OUTCOME_MODEL_ERROR}, {401, OUTCOME_MODEL_AUTH},
        {403, OUTCOME_MODEL_AUTH},  {404, OUTCOME_MODEL_ERROR},
        {408, OUTCOME_TIMEOUT},     {429, OUTCOME_RATE_LIMITED},
        {500, OUTCOME_MODEL_ERROR}, {503, OUTCOME_OVERLOADED},
        {504, OUTCOME_TIMEOUT},     {529, OUTCOME_OVERLOADED},
        {302, OUTCOME_MODEL_ERROR},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct http_reply reply = {
            .status = rows[i].status, .body = slice_of(overloaded)};
        struct model_failure failure;
        model_failure_of_reply(&failure, &reply, 0);
        assert_int_equal(failure.outcome, rows[i].outcome);
        assert_int_equal(failure.retry.status, rows[i].status);
        assert_non_null(strstr(failure.message, "loaded"));
        assert_null(strchr(failure.message, '\x1b'));
    }
}

static void failures_of_the_connection_have_their_words(void **state) {
    (void)state;
    static const struct {
        enum error_code code;
        enum outcome outcome;
    } rows[] = {
        {ERROR_TIMEOUT, OUTCOME_TIMEOUT},      {ERROR_CONNECT, OUTCOME_UNREACHABLE},
        {ERROR_LOST, OUTCOME_UNREACHABLE},     {ERROR_TLS, OUTCOME_UNREACHABLE},
        {ERROR_LIMIT, OUTCOME_MODEL_PROTOCOL}, {ERROR_PROTOCOL, OUTCOME_MODEL_PROTOCOL},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct http_reply reply = {.status = 200, .body = slice_of("")};
        struct model_failure failure;
        error_set(&reply.error, rows[i].code, "what curl says");
        model_failure_of_reply(&failure, &reply, 0);
        assert_int_equal(failure.outcome, rows[i].outcome);
        assert_int_equal(failure.retry.status, 0);
        assert_string_equal(failure.message, "what curl says");
    }
}

static struct model_failure read_reply(const char *body, const char *retry_after) {
    const struct http_header headers[] = {{"retry-after", retry_after}};
    struct http_reply reply = {
        .status = 429,
        .body = slice_of(body),
        .headers = headers,
        .header_count = retry_after ? 1 : 0};
    struct model_failure failure;
    model_failure_of_reply(&failure, &reply, 0);
    failure.retry.retry_after = NULL; /* it was borrowed */
    return failure;
}

static void failures_for_lack_of_money_are_final(void **state) {
    (void)state;
    static const char monthly[] =
        "{\"error\":{\"type\":\"rate_limit_error\",\"message\":\"m\",\"details\":"
        "{\"error_code\":\"enforced_spend_limit_reached\"}}}";
    static const char quota[] = "{\"error\":{\"code\":\"insufficient_quota\"}}";
    static const char too_fast[] = "{\"error\":{\"type\":\"rate_limit_error\"}}";
    assert_true(read_reply(monthly, NULL).retry.final);
    assert_true(read_reply(quota, NULL).retry.final);
    assert_false(read_reply(too_fast, NULL).retry.final);
    /* Who says when to come again means that it will be of use. */
    struct model_failure failure = read_reply(monthly, "7");
    assert_false(failure.retry.final);
    assert_int_equal(failure.retry_after_ns, 7 * NS_PER_S);
}

static void failures_after_the_200_count_like_their_status(void **state) {
    (void)state;
    struct model_complaint complaint;
    struct model_failure failure;
    model_complaint_read(&complaint, slice_of(overloaded));
    model_failure_of_complaint(&failure, &complaint);
    assert_int_equal(failure.outcome, OUTCOME_OVERLOADED);
    assert_int_equal(failure.retry.status, 529);
    assert_false(failure.retry.final);
    assert_non_null(strstr(failure.message, "overloaded_error"));
}

static void failures_to_understand_are_paid_for(void **state) {
    (void)state;
    struct error err;
    struct model_failure failure;
    error_set(&err, ERROR_PROTOCOL, "no content");
    model_failure_of_nonsense(&failure, &err);
    assert_int_equal(failure.outcome, OUTCOME_MODEL_PROTOCOL);
    assert_true(failure.retry.final);
    struct retry_policy policy = retry_policy_default();
    uint64_t wait_ns = 0;
    assert_false(retry_again(&policy, &failure.retry, 1, 0, &wait_ns));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(failures_follow_the_status),
        cmocka_unit_test(failures_of_the_connection_have_their_words),
        cmocka_unit_test(failures_for_lack_of_money_are_final),
        cmocka_unit_test(failures_after_the_200_count_like_their_status),
        cmocka_unit_test(failures_to_understand_are_paid_for),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
