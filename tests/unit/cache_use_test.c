/* SPDX-License-Identifier: MIT */
#include "agent/cache_use.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void the_header_says_what_is_wished(void **state) {
    (void)state;
    static const struct {
        const char *header;
        enum cache_wish wish;
    } cases[] = {
        {NULL, CACHE_WELCOME},
        {"", CACHE_WELCOME},
        {"max-age=0", CACHE_WELCOME},
        {"no-cache", CACHE_RENEW},
        {"max-age=0, No-Cache ,x", CACHE_RENEW},
        {"no-cache, no-store", CACHE_AVOID},
        {"NO-STORE", CACHE_AVOID},
        {"no-cache-at-all", CACHE_WELCOME},
        {"private, no-stor", CACHE_WELCOME},
        {",,,", CACHE_WELCOME},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_int_equal(cache_wish_read(cases[i].header), cases[i].wish);
    }
}

static void a_use_has_a_name(void **state) {
    (void)state;
    assert_string_equal(cache_use_name(CACHE_USE_HIT), "hit");
    assert_string_equal(cache_use_name(CACHE_USE_MISS), "miss");
    assert_string_equal(cache_use_name(CACHE_USE_BYPASS), "bypass");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_header_says_what_is_wished),
        cmocka_unit_test(a_use_has_a_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
