/* SPDX-License-Identifier: MIT */
#include "load/due.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/random.h"

enum { CLIENTS = 500 };

static struct client *client(uintptr_t number) {
    return (struct client *)number; /* NOLINT(performance-no-int-to-ptr) */
}

static void the_earliest_comes_first(void **state) {
    (void)state;
    struct due due = {0};
    struct random random;
    random_seed(&random, 4);
    uint64_t due_ns = 0;
    assert_true(due_next(&due) == UINT64_MAX);
    assert_null(due_take(&due, UINT64_MAX - 1, &due_ns));
    for (uintptr_t i = 1; i <= CLIENTS; i++) {
        due_add(&due, 1 + random_below(&random, 300), client(i));
    }
    uint64_t last_ns = 0;
    uintptr_t sum = 0;
    for (int i = 0; i < CLIENTS; i++) {
        assert_null(due_take(&due, due_next(&due) - 1, &due_ns));
        sum += (uintptr_t)due_take(&due, due_next(&due), &due_ns);
        assert_true(due_ns >= last_ns);
        last_ns = due_ns;
        /* Who was woken waits again. */
        if (i % 3 == 0) due_add(&due, due_ns + random_below(&random, 9), client(0));
    }
    while (due_next(&due) != UINT64_MAX) {
        sum += (uintptr_t)due_take(&due, UINT64_MAX, &due_ns);
    }
    assert_int_equal(sum, CLIENTS * (CLIENTS + 1) / 2);
    due_clear(&due);
}

static bool is_odd(void *owner, struct client *one) {
    uintptr_t *seen = owner;
    *seen += (uintptr_t)one;
    return (uintptr_t)one % 2 == 1;
}

static void those_who_do_not_stay_are_taken_out(void **state) {
    (void)state;
    struct due due = {0};
    struct random random;
    uintptr_t seen = 0;
    uint64_t due_ns = 0, last_ns = 0;
    random_seed(&random, 5);
    for (uintptr_t i = 1; i <= CLIENTS; i++) {
        due_add(&due, 1 + random_below(&random, 300), client(i));
    }
    due_thin(&due, is_odd, &seen);
    assert_int_equal(seen, CLIENTS * (CLIENTS + 1) / 2);
    assert_int_equal(due.count, CLIENTS / 2);
    for (int i = 0; i < CLIENTS / 2; i++) {
        uintptr_t one = (uintptr_t)due_take(&due, UINT64_MAX, &due_ns);
        assert_int_equal(one % 2, 1);
        assert_true(due_ns >= last_ns);
        last_ns = due_ns;
    }
    due_clear(&due);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_earliest_comes_first),
        cmocka_unit_test(those_who_do_not_stay_are_taken_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
