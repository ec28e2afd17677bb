/* SPDX-License-Identifier: MIT */
#include "agent/chat_request.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/buffer.h"

enum { MUCH = 1024 * 1024 };

static void chat_request_reads_all_fields(void **state) {
    (void)state;
    struct chat_request request;
    struct error err = {0};
    assert_true(chat_request_read(
        &request,
        slice_of("{\"user_id\":\"ada\",\"message\":\"h\\u00e9llo\\n\",\"priority\":5,"
                 "\"context\":{\"name\":\"Ada\",\"order_id\":\"O-1\"},\"extra\":[1]}"),
        &err));
    assert_string_equal(request.user_id, "ada");
    assert_int_equal(request.message_length, 7);
    assert_memory_equal(request.message, "héllo\n", 7);
    assert_int_equal(request.priority, PRIORITY_HIGH);
    assert_string_equal(request.context.name, "Ada");
    assert_string_equal(request.context.order_id, "O-1");
    chat_request_clear(&request);

    assert_true(chat_request_read(
        &request, slice_of("{\"user_id\":\"u\",\"message\":\"m\",\"context\":null}"),
        &err));
    assert_int_equal(request.priority, PRIORITY_NORMAL);
    assert_string_equal(request.context.name, "");
    chat_request_clear(&request);
}

static bool read_with_values(unsigned count, struct error *err) {
    struct chat_request request;
    struct buffer body = {.limit = MUCH};
    buffer_add_string(&body, "{\"user_id\":\"u\",\"message\":\"m\",\"more\":[0");
    for (unsigned i = 1; i < count; i++) buffer_add_string(&body, ",0");
    buffer_add_string(&body, "]}");
    bool is_read = chat_request_read(&request, buffer_slice(&body), err);
    if (is_read) chat_request_clear(&request);
    buffer_clear(&body);
    return is_read;
}

static void chat_request_holds_only_so_many_values(void **state) {
    (void)state;
    struct error err = {0};
    assert_true(read_with_values(CHAT_VALUES_MAX - 10, &err));
    assert_false(read_with_values(CHAT_VALUES_MAX + 10, &err));
    assert_non_null(strstr(err.message, "too many values"));
}

static void chat_request_names_the_field_that_is_wrong(void **state) {
    (void)state;
    static const struct {
        const char *body, *word;
    } rows[] = {
        {"", "JSON"},
        {"[]", "object"},
        {"{\"message\":\"m\"}", "user_id"},
        {"{\"user_id\":7,\"message\":\"m\"}", "user_id"},
        {"{\"user_id\":\"\",\"message\":\"m\"}", "user_id"},
        {"{\"user_id\":\"a\\nb\",\"message\":\"m\"}", "user_id"},
        {"{\"user_id\":\"a\\u007f\",\"message\":\"m\"}", "user_id"},
        {"{\"user_id\":\"a\"}", "message"},
        {"{\"user_id\":\"a\",\"message\":{}}", "message"},
        {"{\"user_id\":\"a\",\"message\":\"\"}", "message"},
        {"{\"user_id\":\"a\",\"message\":\" \\t\\n\"}", "message"},
        {"{\"user_id\":\"a\",\"message\":\"m\",\"priority\":2}", "priority"},
        {"{\"user_id\":\"a\",\"message\":\"m\",\"priority\":7}", "priority"},
        {"{\"user_id\":\"a\",\"message\":\"m\",\"priority\":1.5}", "priority"},
        {"{\"user_id\":\"a\",\"message\":\"m\",\"priority\":\"high\"}", "priority"},
        {"{\"user_id\":\"a\",\"message\":\"m\",\"context\":[]}", "context"},
        {"{\"user_id\":\"a\",\"message\":\"m\",\"context\":{\"name\":1}}", "name"},
        {"{\"user_id\":\"a\",\"user_id\":\"b\",\"message\":\"m\"}", "JSON"},
        {"{\"user_id\":\"a\",\"message\":\"m\"} x", "JSON"},
        {"{\"user_id\":\"a\",\"message\":\"\xff\"}", "JSON"},
        {"{\"user_id\":\"a\",\"message\":\"a\\u0000b\"}", "JSON"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct chat_request request;
        struct error err = {0};
        assert_false(chat_request_read(&request, slice_of(rows[i].body), &err));
        assert_int_equal(err.code, ERROR_SYNTAX);
        if (!strstr(err.message, rows[i].word)) {
            print_error("%s: %s\n", rows[i].body, err.message);
        }
        assert_non_null(strstr(err.message, rows[i].word));
    }
}

static bool read_with_message_of(size_t length, struct error *err) {
    struct buffer body = {.limit = MUCH};
    buffer_add_string(&body, "{\"user_id\":\"a\",\"message\":\"");
    for (size_t i = 0; i < length; i++) buffer_add_char(&body, 'x');
    buffer_add_string(&body, "\"}");
    struct chat_request request;
    bool is_read = chat_request_read(&request, buffer_slice(&body), err);
    if (is_read) chat_request_clear(&request);
    buffer_clear(&body);
    return is_read;
}

static void chat_request_bounds_the_message(void **state) {
    (void)state;
    struct error err = {0};
    assert_true(read_with_message_of(CHAT_MESSAGE_MAX, &err));
    assert_false(read_with_message_of(CHAT_MESSAGE_MAX + 1, &err));
    assert_int_equal(err.code, ERROR_LIMIT);
}

static void chat_request_checks_the_ids_of_clients(void **state) {
    (void)state;
    assert_true(chat_request_id_valid("8f14e45f-ceea-467f-a8a5-0a3d1f2c3b4d"));
    assert_true(chat_request_id_valid("a"));
    assert_false(chat_request_id_valid(""));
    assert_false(chat_request_id_valid("a b"));
    assert_false(chat_request_id_valid("a\nb"));
    assert_false(chat_request_id_valid("<script>"));
    assert_true(chat_request_id_valid("123456789012345678901234567890123456789"));
    assert_false(chat_request_id_valid("1234567890123456789012345678901234567890"));
}

static void chat_request_hides_the_user_behind_a_hash(void **state) {
    (void)state;
    char first[USER_HASH_SIZE];
    char again[USER_HASH_SIZE];
    char other[USER_HASH_SIZE];
    chat_request_hash_user(slice_of("ada"), first);
    chat_request_hash_user(slice_of("ada"), again);
    chat_request_hash_user(slice_of("adb"), other);
    assert_string_equal(first, again);
    assert_string_not_equal(first, other);
    assert_int_equal(strspn(first, "0123456789abcdef"), USER_HASH_SIZE - 1);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(chat_request_reads_all_fields),
        cmocka_unit_test(chat_request_holds_only_so_many_values),
        cmocka_unit_test(chat_request_names_the_field_that_is_wrong),
        cmocka_unit_test(chat_request_bounds_the_message),
        cmocka_unit_test(chat_request_checks_the_ids_of_clients),
        cmocka_unit_test(chat_request_hides_the_user_behind_a_hash),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
