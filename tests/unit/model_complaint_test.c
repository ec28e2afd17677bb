/* SPDX-License-Identifier: MIT */
#include "agent/model_complaint.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void complaints_of_the_messages_api_are_read(void **state) {
    (void)state;
    struct model_complaint complaint;
    model_complaint_read(
        &complaint,
        slice_of("{\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\","
                 "\"message\":\"Over\\u001bloaded\"},\"request_id\":\"req_1\"}"));
    assert_string_equal(complaint.type, "overloaded_error");
    assert_null(strchr(complaint.message, '\x1b'));
    assert_false(complaint.out_of_money);

    model_complaint_read(
        &complaint,
        slice_of(
            "{\"error\":{\"type\":\"rate_limit_error\",\"message\":\"m\",\"details\":"
            "{\"error_code\":\"enforced_spend_limit_reached\"}}}"));
    assert_true(complaint.out_of_money);

    model_complaint_read(&complaint, slice_of("<html>502</html>"));
    assert_string_equal(complaint.type, "unknown");
    assert_string_equal(complaint.message, "");
}

static void complaints_of_other_servers_are_read(void **state) {
    (void)state;
    static const struct {
        const char *body, *type, *message;
        bool out_of_money;
        unsigned status;
    } rows[] = {
        {"{\"error\":{\"message\":\"Slow down\",\"type\":\"requests\",\"code\":"
         "\"rate_limit_exceeded\"}}",
         "requests", "Slow down", false, 429},
        {"{\"error\":{\"message\":\"Pay\",\"type\":\"insufficient_quota\",\"param\":"
         "null,\"code\":\"insufficient_quota\"}}",
         "insufficient_quota", "Pay", true, 429},
        {"{\"error\":{\"message\":\"Pay\",\"code\":\"insufficient_quota\"}}",
         "insufficient_quota", "Pay", true, 429},
        {"{\"error\":{\"message\":\"No\",\"type\":\"NotFoundError\",\"code\":404}}",
         "NotFoundError", "No", false, 404},
        {"{\"error\":\"model 'x' not found\"}", "unknown", "model 'x' not found", false,
         500},
        {"{\"error\":{\"message\":7,\"type\":[]}}", "unknown", "", false, 500},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct model_complaint complaint;
        model_complaint_read(&complaint, slice_of(rows[i].body));
        assert_string_equal(complaint.type, rows[i].type);
        assert_string_equal(complaint.message, rows[i].message);
        assert_int_equal(complaint.out_of_money, rows[i].out_of_money);
        assert_int_equal(complaint.status, rows[i].status);
    }
}

static void complaints_have_the_status_of_their_type(void **state) {
    (void)state;
    static const struct {
        const char *type;
        unsigned status;
    } rows[] = {
        {"invalid_request_error", 400},
        {"authentication_error", 401},
        {"permission_error", 403},
        {"rate_limit_error", 429},
        {"api_error", 500},
        {"timeout_error", 504},
        {"overloaded_error", 529},
        {"from_the_future", 500},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct buffer body = {.limit = 4096};
        struct model_complaint complaint;
        buffer_addf(
            &body, "{\"type\":\"error\",\"error\":{\"type\":\"%s\"}}", rows[i].type);
        model_complaint_read(&complaint, buffer_slice(&body));
        assert_int_equal(complaint.status, rows[i].status);
        buffer_clear(&body);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(complaints_of_the_messages_api_are_read),
        cmocka_unit_test(complaints_of_other_servers_are_read),
        cmocka_unit_test(complaints_have_the_status_of_their_type),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
