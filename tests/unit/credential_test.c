/* SPDX-License-Identifier: MIT */
#include "core/credential.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void names_of_credentials_are_known(void **state) {
    (void)state;
    static const char *const secret[] = {
        "Authorization", "PROXY-AUTHORIZATION", "Cookie", "x-api-key",
        "X-Auth",        "Session-Token",       "key"};
    static const char *const plain[] = {"",          "Accept", "Content-Type",
                                        "X-User-Id", "Prefer", "ke"};
    for (size_t i = 0; i < sizeof secret / sizeof *secret; i++) {
        assert_true(credential_header(slice_of(secret[i])));
    }
    for (size_t i = 0; i < sizeof plain / sizeof *plain; i++) {
        assert_false(credential_header(slice_of(plain[i])));
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_of_credentials_are_known),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
