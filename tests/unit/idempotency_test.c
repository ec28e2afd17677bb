/* SPDX-License-Identifier: MIT */
#include "agent/idempotency.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static bool reads(struct idempotency *idempotency, const char *key, const char *body) {
    struct error err = {0};
    return idempotency_read(idempotency, key, slice_of(body), &err);
}

static void idempotency_tells_requests_apart(void **state) {
    (void)state;
    struct idempotency first, again, other;
    assert_true(reads(&first, "a-1", "{\"message\":\"hi\"}"));
    assert_true(reads(&again, "a-1", "{\"message\":\"hi\"}"));
    assert_true(reads(&other, "a-1", "{\"message\":\"ho\"}"));
    assert_string_equal(first.key, "a-1");
    assert_string_equal(first.body, again.body);
    assert_string_not_equal(first.body, other.body);
}

static void idempotency_without_a_key_promises_nothing(void **state) {
    (void)state;
    struct idempotency idempotency;
    assert_true(reads(&idempotency, NULL, "{}"));
    assert_string_equal(idempotency.key, "");
    assert_string_equal(idempotency.body, "");
}

static void idempotency_takes_keys_of_a_fit_size_and_shape(void **state) {
    (void)state;
    char longest[IDEMPOTENCY_KEY_SIZE + 1];
    memset(longest, 'x', sizeof longest);
    longest[IDEMPOTENCY_KEY_SIZE - 1] = '\0';
    struct {
        const char *key;
        bool good;
    } cases[] = {
        {"8e03978e-40d5-43dd-bc93-6894a57f9324", true},
        {"\"quoted\"", true},
        {longest, true},
        {"", false},
        {"two words", false},
        {"tab\there", false},
        {"caf\xc3\xa9", false},
        {"\x7f", false},
    };
    struct idempotency idempotency;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_int_equal(reads(&idempotency, cases[i].key, "{}"), cases[i].good);
    }
    longest[IDEMPOTENCY_KEY_SIZE - 1] = 'x';
    longest[IDEMPOTENCY_KEY_SIZE] = '\0';
    assert_false(reads(&idempotency, longest, "{}"));
    assert_string_equal(idempotency.key, "");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(idempotency_tells_requests_apart),
        cmocka_unit_test(idempotency_without_a_key_promises_nothing),
        cmocka_unit_test(idempotency_takes_keys_of_a_fit_size_and_shape),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
