/* SPDX-License-Identifier: MIT */
#include "load/backlog.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void first_in_is_first_out(void **state) {
    (void)state;
    struct backlog backlog = {0};
    struct backlog_entry entry;
    assert_false(backlog_take(&backlog, &entry));
    uint64_t put = 0, taken = 0;
    /* Two come while one goes, so that the ring grows wherever it begins. */
    while (put < 20000) {
        assert_true(backlog_add(&backlog, (struct backlog_entry){put++, 1}));
        assert_true(backlog_add(&backlog, (struct backlog_entry){put++, 1}));
        assert_true(backlog_take(&backlog, &entry));
        assert_int_equal(entry.intended_ns, taken++);
    }
    while (backlog_take(&backlog, &entry)) assert_int_equal(entry.intended_ns, taken++);
    assert_int_equal(taken, put);
    backlog_clear(&backlog);
}

static void it_takes_no_more_than_its_limit(void **state) {
    (void)state;
    struct backlog backlog = {0};
    struct backlog_entry entry = {0};
    for (size_t i = 0; i < BACKLOG_MAX; i++) assert_true(backlog_add(&backlog, entry));
    assert_false(backlog_add(&backlog, entry));
    assert_int_equal(backlog.capacity, BACKLOG_MAX);
    assert_true(backlog_take(&backlog, &entry));
    assert_true(backlog_add(&backlog, entry));
    backlog_clear(&backlog);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(first_in_is_first_out),
        cmocka_unit_test(it_takes_no_more_than_its_limit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
