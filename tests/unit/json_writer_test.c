/* SPDX-License-Identifier: MIT */
#include "base/json_writer.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void tokens_become_json(void **state) {
    (void)state;
    struct buffer buffer;
    buffer_init(&buffer, 1024);
    struct json_writer json = json_writer_to(&buffer);
    json_object_begin(&json);
    json_field_string(&json, "name", "a \"b\" \\ \n\x01 é");
    json_key(&json, "list");
    json_array_begin(&json);
    json_int(&json, -1);
    json_uint(&json, UINT64_MAX);
    json_double(&json, 0.1);
    json_double(&json, 1e300);
    json_double(&json, NAN);
    json_bool(&json, true);
    json_raw(&json, slice_of("{}"));
    json_array_end(&json);
    json_key(&json, "empty");
    json_object_begin(&json);
    json_object_end(&json);
    json_field_null(&json, "none");
    json_object_end(&json);
    assert_string_equal(
        buffer_string(&buffer),
        "{\"name\":\"a \\\"b\\\" \\\\ \\n\\u0001 é\",\"list\":[-1,18446744073709551615,"
        "0.1,1e+300,null,true,{}],\"empty\":{},\"none\":null}");
    buffer_clear(&buffer);
}

static void malformed_bytes_become_the_replacement(void **state) {
    (void)state;
    struct buffer buffer;
    buffer_init(&buffer, 1024);
    struct json_writer json = json_writer_to(&buffer);
    json_string(&json, "a\xFF\xC3");
    assert_string_equal(buffer_string(&buffer), "\"a\uFFFD\uFFFD\"");
    buffer_clear(&buffer);
}

static void expect_float(float value, const char *words) {
    struct buffer buffer;
    buffer_init(&buffer, 64);
    struct json_writer json = json_writer_to(&buffer);
    json_float(&json, value);
    assert_string_equal(buffer_string(&buffer), words);
    buffer_clear(&buffer);
}

static void floats_have_no_more_digits_than_were_measured(void **state) {
    (void)state;
    expect_float(0.1F, "0.1");
    expect_float(12.3F, "12.3");
    expect_float(0.0F, "0");
    expect_float(-2.5F, "-2.5");
    expect_float(1.0F / 3, "0.33333334");
    expect_float(268435456.0F, "268435456"); /* bytes: whole to the last */
    expect_float(2817988.0F, "2817988");
    expect_float(1e20F, "1e+20");
    expect_float(1e-7F, "1e-07");
    expect_float(NAN, "null");
    expect_float(-INFINITY, "null");
}

static void any_float_reads_back_as_itself(void **state) {
    (void)state;
    for (uint32_t bits = 1; bits < 0x7F800000; bits += 99991) {
        float value = 0;
        memcpy(&value, &bits, sizeof value);
        struct buffer buffer;
        buffer_init(&buffer, 64);
        struct json_writer json = json_writer_to(&buffer);
        json_float(&json, value);
        float read = strtof(buffer_string(&buffer), NULL);
        assert_memory_equal(&read, &value, sizeof value);
        buffer_clear(&buffer);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tokens_become_json),
        cmocka_unit_test(malformed_bytes_become_the_replacement),
        cmocka_unit_test(floats_have_no_more_digits_than_were_measured),
        cmocka_unit_test(any_float_reads_back_as_itself),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
