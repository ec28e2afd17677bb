/* SPDX-License-Identifier: MIT */
#include "agent/orders.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void order_ids_are_read_as_people_write_them(void **state) {
    (void)state;
    static const struct {
        const char *given, *read;
    } cases[] = {
        {"A-1001", "A-1001"},
        {" #a-1001\t", "A-1001"},
        {"7", "7"},
        {"ABCDEFGHIJKLMNOPQRSTUVWXYZ-12345", "ABCDEFGHIJKLMNOPQRSTUVWXYZ-12345"},
        {"ABCDEFGHIJKLMNOPQRSTUVWXYZ-123456", NULL},
        {"", NULL},
        {"#", NULL},
        {"A 1001", NULL},
        {"A-1001'; DROP TABLE orders; --", NULL},
        {"\xc3\x84-1", NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char id[ORDER_ID_SIZE] = "before";
        bool is_read = order_id_read(slice_of(cases[i].given), id);
        assert_true(is_read == (cases[i].read != NULL));
        assert_string_equal(id, is_read ? cases[i].read : "");
    }
    char id[ORDER_ID_SIZE];
    assert_false(order_id_read((struct slice){.data = "A\0B", .length = 3}, id));
}

static const char *describe(const char *id) {
    static char words[512];
    struct text text = TEXT_IN(words);
    struct order order;
    assert_true(order_find(id, &order));
    order_describe(&order, &text);
    assert_false(text.truncated);
    return words;
}

static void orders_are_described_in_a_line(void **state) {
    (void)state;
    assert_string_equal(
        describe("A-1001"), "Order A-1001: shipped. Items: 1 kettle, blue; 1 tea "
                            "strainer. Total: 64.80 EUR. Ordered on 2026-11-18, due on "
                            "2026-11-28.");
    assert_non_null(strstr(describe("A-1002"), ", delivered on 2026-11-14."));
    assert_non_null(strstr(describe("A-1005"), "Ordered on 2026-11-20."));
    struct order order;
    assert_false(order_find("A-9999", &order));
    assert_false(order_find("a-1001", &order));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(order_ids_are_read_as_people_write_them),
        cmocka_unit_test(orders_are_described_in_a_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
