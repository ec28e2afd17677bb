/* SPDX-License-Identifier: MIT */
#include "demo_room.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void a_demo_holds_what_its_descriptors_allow(void **state) {
    (void)state;
    static const struct {
        uint64_t descriptors;
        uint32_t users;
    } rows[] = {
        {0, 16},      {100, 16},     {160, 16},       {1024, 448},        {4096, 1984},
        {8192, 4032}, {16128, 8000}, {1048576, 8000}, {UINT64_MAX, 8000},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        assert_int_equal(demo_room_users(rows[i].descriptors, 8000), rows[i].users);
    }
    assert_true(demo_room_descriptors() > 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_demo_holds_what_its_descriptors_allow),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
