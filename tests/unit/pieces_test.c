/* SPDX-License-Identifier: MIT */
#include "agent/pieces.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static size_t sum(const struct pieces *pieces) {
    size_t length = 0;
    for (size_t i = 0; i < pieces_count(pieces); i++) {
        length += pieces_at(pieces, i).length;
    }
    assert_int_equal(length, pieces->byte_count);
    return length;
}

static void pieces_take_about_as_long_as_their_tokens(void **state) {
    (void)state;
    struct pieces pieces;
    struct random random;
    random_seed(&random, 1);
    pieces_init(&pieces);
    pieces_add(&pieces, 10, 0);
    pieces_add(&pieces, 30, 4);
    pieces_add(&pieces, 30, 7); /* nothing */
    assert_int_equal(pieces_count(&pieces), 2);
    pieces_pace(&pieces, 1000, &random);
    assert_int_equal(pieces_at(&pieces, 0).pause_ns, 0);
    assert_in_range(pieces_at(&pieces, 1).pause_ns, 2000, 6000);
    assert_int_equal(sum(&pieces), 30);
    pieces_clear(&pieces);
}

static void pieces_drip_to_the_last_byte(void **state) {
    (void)state;
    struct pieces pieces;
    pieces_init(&pieces);
    pieces_add(&pieces, 21, 5);
    pieces_drip(&pieces, 21, 8, 99);
    assert_int_equal(pieces_count(&pieces), 3);
    assert_int_equal(pieces_at(&pieces, 2).length, 5);
    assert_int_equal(pieces_at(&pieces, 2).pause_ns, 99);
    assert_int_equal(sum(&pieces), 21);
    assert_int_equal(pieces_halve(&pieces), 16);
    assert_int_equal(pieces_count(&pieces), 2);
    pieces_clear(&pieces);
}

static void pieces_past_their_number_are_joined(void **state) {
    (void)state;
    struct pieces pieces;
    pieces_init(&pieces);
    for (size_t i = 1; i <= PIECES_MAX + 10; i++) pieces_add(&pieces, i, 1);
    assert_int_equal(pieces_count(&pieces), PIECES_MAX);
    assert_int_equal(pieces_at(&pieces, PIECES_MAX - 1).length, 11);
    assert_int_equal(pieces_at(&pieces, PIECES_MAX - 1).tokens, 11);
    assert_int_equal(sum(&pieces), PIECES_MAX + 10);
    pieces_clear(&pieces);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pieces_take_about_as_long_as_their_tokens),
        cmocka_unit_test(pieces_drip_to_the_last_byte),
        cmocka_unit_test(pieces_past_their_number_are_joined),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
