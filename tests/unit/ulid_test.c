/* SPDX-License-Identifier: MIT */
#include "core/ulid.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void an_id_is_written_and_read(void **state) {
    (void)state;
    uint8_t id[ULID_SIZE];
    uint8_t random[ULID_RANDOM_SIZE];
    memset(random, 0xFF, sizeof random);
    ulid_make(id, 1469918176385, random);
    char string[ULID_STRING_SIZE];
    ulid_to_string(id, string);
    assert_string_equal(string, "01ARYZ6S41ZZZZZZZZZZZZZZZZ");
    uint8_t back[ULID_SIZE];
    assert_true(ulid_from_string(slice_of(string), back));
    assert_memory_equal(back, id, sizeof id);
    assert_true(ulid_wall_ms(back) == 1469918176385);
}

static void ids_sort_by_time(void **state) {
    (void)state;
    uint8_t id[ULID_SIZE];
    uint8_t random[ULID_RANDOM_SIZE] = {0};
    char before[ULID_STRING_SIZE] = "";
    for (int64_t ms = 1; ms < INT64_C(1) << 47; ms *= 3) {
        char after[ULID_STRING_SIZE];
        ulid_make(id, ms, random);
        ulid_to_string(id, after);
        assert_true(strcmp(before, after) < 0);
        memcpy(before, after, sizeof before);
    }
}

static void other_strings_are_refused(void **state) {
    (void)state;
    static const char *const bad[] = {
        "",
        "01ARYZ6S41ZZZZZZZZZZZZZZZ",
        "01ARYZ6S41ZZZZZZZZZZZZZZZZZ",
        "81ARYZ6S41ZZZZZZZZZZZZZZZZ",
        "01ARYZ6S41ZZZZZZZZZZZZZZZU",
        "01aryz6s41zzzzzzzzzzzzzzzz"};
    uint8_t id[ULID_SIZE];
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_false(ulid_from_string(slice_of(bad[i]), id));
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_id_is_written_and_read),
        cmocka_unit_test(ids_sort_by_time),
        cmocka_unit_test(other_strings_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
