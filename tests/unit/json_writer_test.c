/* SPDX-License-Identifier: MIT */
#include "base/json_writer.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

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

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tokens_become_json),
        cmocka_unit_test(malformed_bytes_become_the_replacement),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
