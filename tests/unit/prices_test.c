/* SPDX-License-Identifier: MIT */
#include "agent/prices.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/document.h"
#include "io/json.h"

static void assert_near(double a, double b) {
    assert_true(fabs(a - b) < 1e-9);
}

static bool read_table(struct prices *prices, const char *json, struct error *err) {
    struct document *document = json_parse(slice_of(json), err);
    assert_non_null(document);
    bool is_read = prices_read(prices, document_root(document), err);
    document_free(document);
    return is_read;
}

static void prices_finds_the_longest_beginning(void **state) {
    (void)state;
    struct prices prices;
    prices_default(&prices);
    assert_string_equal(
        prices_find(&prices, "claude-fable-5-1-20261001")->model, "claude-fable-5-1");
    assert_string_equal(
        prices_find(&prices, "claude-fable-5")->model, "claude-fable-5");
    assert_string_equal(prices_find(&prices, "local-1")->model, "local-");
}

static void prices_knows_nothing_of_an_unknown_model(void **state) {
    (void)state;
    struct prices prices;
    prices_default(&prices);
    assert_null(prices_find(&prices, "gpt-oss-120b"));
    assert_null(prices_find(&prices, ""));
    assert_null(prices_find(&prices, "claude"));
}

static void prices_adds_up_every_kind_of_token(void **state) {
    (void)state;
    struct price price = {
        .input = 3, .output = 15, .cache_write = 3.75, .cache_read = 0.3};
    struct usage usage = {
        .input = 1000000, .output = 100000, .cache_write = 10000, .cache_read = 1000};
    assert_near(price_of_usage(&price, &usage), 3 + 1.5 + 0.0375 + 0.0003);
    assert_near(price_of_usage(&price, &(struct usage){0}), 0);
}

static void prices_are_read_from_a_table(void **state) {
    (void)state;
    struct prices prices;
    struct error err = {0};
    prices_default(&prices);
    assert_true(read_table(
        &prices,
        "{\"models\":{\"mine\":{\"input\":2,\"output\":8},"
        "\"yours\":{\"input\":1,\"output\":2,\"cache_write\":7,\"cache_read\":0}}}",
        &err));
    assert_int_equal(prices.count, 2);
    assert_null(prices_find(&prices, "local-1"));
    assert_near(prices_find(&prices, "mine-2")->cache_write, 2.5);
    assert_near(prices_find(&prices, "mine-2")->cache_read, 0.2);
    assert_near(prices_find(&prices, "yours")->cache_write, 7);
    assert_near(prices_find(&prices, "yours")->cache_read, 0);
}

static void prices_refuses_a_bad_table_and_keeps_the_old_one(void **state) {
    (void)state;
    static const char *const bad[] = {
        "{}",
        "[]",
        "{\"models\":{}}",
        "{\"models\":[1]}",
        "{\"models\":{\"m\":{\"input\":1}}}",
        "{\"models\":{\"m\":{\"input\":\"1\",\"output\":2}}}",
        "{\"models\":{\"m\":{\"input\":-1,\"output\":2}}}",
        "{\"models\":{\"\":{\"input\":1,\"output\":2}}}",
    };
    struct prices prices;
    prices_default(&prices);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct error err = {0};
        assert_false(read_table(&prices, bad[i], &err));
        assert_true(err.message[0] != '\0');
        assert_non_null(prices_find(&prices, "local-1"));
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(prices_finds_the_longest_beginning),
        cmocka_unit_test(prices_knows_nothing_of_an_unknown_model),
        cmocka_unit_test(prices_adds_up_every_kind_of_token),
        cmocka_unit_test(prices_are_read_from_a_table),
        cmocka_unit_test(prices_refuses_a_bad_table_and_keeps_the_old_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
