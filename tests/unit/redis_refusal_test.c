/* SPDX-License-Identifier: MIT */
#include "agent/redis_refusal.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "io/redis.h"

static struct redis_reply error_of(const char *words) {
    return (struct redis_reply){.kind = REDIS_ERROR, .string = slice_of(words)};
}

static void a_refusal_lasts_until_something_is_taken(void **state) {
    (void)state;
    struct redis_refusal refusal = {0};
    struct redis_reply oom = error_of("OOM no room");
    struct redis_reply good = {.kind = REDIS_LIST};
    assert_null(redis_refusal_why(&refusal, 0));
    redis_refusal_note(&refusal, &oom, NS_PER_S);
    assert_string_equal(redis_refusal_why(&refusal, NS_PER_S), "OOM no room");
    redis_refusal_note(&refusal, &good, 2 * NS_PER_S);
    redis_refusal_note(&refusal, NULL, 3 * NS_PER_S);
    assert_non_null(redis_refusal_why(&refusal, 3 * NS_PER_S));
    redis_refusal_end(&refusal);
    assert_null(redis_refusal_why(&refusal, 3 * NS_PER_S));
}

static void a_refusal_is_forgotten_when_nobody_tries_again(void **state) {
    (void)state;
    struct redis_refusal refusal = {0};
    struct redis_reply oom = error_of("OOM no room");
    redis_refusal_note(&refusal, &oom, NS_PER_S);
    redis_refusal_note(&refusal, &oom, 31 * NS_PER_S);
    assert_non_null(redis_refusal_why(&refusal, 90 * NS_PER_S));
    assert_null(redis_refusal_why(&refusal, 91 * NS_PER_S));
}

static void a_refusal_is_safe_to_show(void **state) {
    (void)state;
    struct redis_refusal refusal = {0};
    struct redis_reply odd = error_of("ERR a\x1b[31m\nb");
    redis_refusal_note(&refusal, &odd, 1);
    assert_null(strpbrk(redis_refusal_why(&refusal, 1), "\x1b\n"));
    struct redis_reply silent = error_of("");
    redis_refusal_note(&refusal, &silent, 1);
    assert_string_equal(redis_refusal_why(&refusal, 1), "no reason given");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_refusal_lasts_until_something_is_taken),
        cmocka_unit_test(a_refusal_is_forgotten_when_nobody_tries_again),
        cmocka_unit_test(a_refusal_is_safe_to_show),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
