/* SPDX-License-Identifier: MIT */
#include "core/load_order.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/memory.h"
#include "base/text.h"

static void fill(struct load_order *order) {
    memset(order, 0, sizeof *order);
    order->kind = LOAD_ORDER_START;
    text_copy(order->run, sizeof order->run, "01HZX");
    text_copy(order->digest, sizeof order->digest, "abc");
    text_copy(order->who, sizeof order->who, "host (pid 7)");
    order->seed = UINT64_MAX;
    order->start_us = 1700000000000000;
    order->level = 12.5;
    order->level_count = 3;
    order->token_count = LOAD_SPLIT_MAX;
    for (uint32_t i = 0; i < LOAD_SPLIT_MAX; i++) order->tokens[i].token = UINT64_MAX;
}

static void an_order_is_the_same_on_the_other_side(void **state) {
    (void)state;
    static uint8_t bytes[LOAD_ORDER_BYTES];
    struct load_order order;
    struct load_order read;
    struct error err;
    fill(&order);
    size_t length = load_order_encode(&order, bytes, sizeof bytes);
    assert_true(length > 0);
    assert_true(load_order_read(bytes, length, &read, &err));
    assert_memory_equal(&read, &order, sizeof order);
}

static void a_piece_or_another_bit_is_no_order(void **state) {
    (void)state;
    static uint8_t bytes[LOAD_ORDER_BYTES];
    struct load_order order;
    struct load_order read;
    struct error err;
    fill(&order);
    size_t length = load_order_encode(&order, bytes, sizeof bytes);
    for (size_t i = 0; i < length; i++) {
        assert_false(load_order_read(bytes, i, &read, &err));
        bytes[i] ^= 4;
        assert_false(load_order_read(bytes, length, &read, &err));
        bytes[i] ^= 4;
    }
    assert_false(load_order_read(bytes, length + 1, &read, &err));
    assert_false(load_order_read(bytes, sizeof bytes + 1, &read, &err));
}

static void what_would_spoil_a_header_or_a_screen_is_no_order(void **state) {
    (void)state;
    static uint8_t bytes[LOAD_ORDER_BYTES];
    struct load_order order;
    struct load_order read;
    struct error err;
    fill(&order);
    text_copy(order.run, sizeof order.run, "a\r\nX-Evil: 1");
    size_t length = load_order_encode(&order, bytes, sizeof bytes);
    assert_false(load_order_read(bytes, length, &read, &err));
    fill(&order);
    order.token_count = 0;
    length = load_order_encode(&order, bytes, sizeof bytes);
    assert_false(load_order_read(bytes, length, &read, &err));
    fill(&order);
    text_copy(order.who, sizeof order.who, "\x1b[2Jhost");
    length = load_order_encode(&order, bytes, sizeof bytes);
    assert_true(load_order_read(bytes, length, &read, &err));
    assert_null(strchr(read.who, '\x1b'));
}

static void make_digest(const struct load_plan *plan, char digest[SHA256_HEX_SIZE]) {
    load_split_digest(plan, 4, digest);
}

static void shards_agree_on_all_but_their_place_and_credentials(void **state) {
    (void)state;
    struct load_plan *plan = memory_new(sizeof *plan);
    char one[SHA256_HEX_SIZE];
    char other[SHA256_HEX_SIZE];
    load_plan_init(plan);
    plan->level = 10;
    text_copy(plan->target.host, sizeof plan->target.host, "a");
    make_digest(plan, one);
    plan->shard = 3;
    plan->shards = 4;
    plan->seed = 77;
    text_copy(plan->run, sizeof plan->run, "run");
    text_copy(plan->target.ca, sizeof plan->target.ca, "/ca.pem");
    plan->target.header_count = 1;
    text_copy(plan->target.headers[0].name, 8, "Secret");
    make_digest(plan, other);
    assert_string_equal(one, other);
    plan->level = 11;
    make_digest(plan, other);
    assert_string_not_equal(one, other);
    plan->level = 10;
    text_copy(plan->target.host, sizeof plan->target.host, "b");
    make_digest(plan, other);
    assert_string_not_equal(one, other);
    text_copy(plan->target.host, sizeof plan->target.host, "a");
    load_split_digest(plan, 5, other);
    assert_string_not_equal(one, other);
    free(plan);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_order_is_the_same_on_the_other_side),
        cmocka_unit_test(a_piece_or_another_bit_is_no_order),
        cmocka_unit_test(what_would_spoil_a_header_or_a_screen_is_no_order),
        cmocka_unit_test(shards_agree_on_all_but_their_place_and_credentials),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
