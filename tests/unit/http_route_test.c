/* SPDX-License-Identifier: MIT */
#include "core/http_route.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "support/parsed.h"

#define BACKENDS(a, b)                                           \
    "{\"backendRefs\":[{\"name\":\"agent-stable\",\"weight\":" a \
    "},{\"name\":\"agent-canary\",\"weight\":" b "}]}"
#define ROUTE(rules, status)                                             \
    "{\"kind\":\"HTTPRoute\",\"metadata\":{\"generation\":3},\"spec\":{" \
    "\"rules\":[" rules "]}" status "}"
#define CONDITION(type, status, generation)       \
    "{\"type\":\"" type "\",\"status\":\"" status \
    "\",\"message\":\"because\",\"observedGeneration\":" generation "}"
#define STATUS(a, b) ",\"status\":{\"parents\":[{\"conditions\":[" a "," b "]}]}"

static const struct http_route_names names = {"agent-stable", "agent-canary"};

static bool read(const char *json, struct http_route *route, struct error *err) {
    struct document *document = parsed(json);
    *err = (struct error){0};
    bool is_read = http_route_read(document_root(document), &names, route, err);
    document_free(document);
    return is_read;
}

static void a_share_is_that_of_all_rules_that_divide(void **state) {
    (void)state;
    struct http_route route;
    struct error err;
    assert_true(read(ROUTE(BACKENDS("95", "5"), ""), &route, &err));
    assert_int_equal(http_route_bp(&route), 500);
    assert_true(read(
        ROUTE(
            "{\"backendRefs\":[{\"name\":\"docs\",\"weight\":1}]}," BACKENDS("3", "1"),
            ""),
        &route, &err));
    assert_int_equal(http_route_bp(&route), 2500);
    assert_int_equal(route.rules[0].at, 1);
    assert_true(
        read(ROUTE(BACKENDS("95", "5") "," BACKENDS("9", "1"), ""), &route, &err));
    assert_int_equal(http_route_bp(&route), -1);
    assert_true(read(ROUTE(BACKENDS("0", "0"), ""), &route, &err));
    assert_int_equal(http_route_bp(&route), 0);
}

static void routes_that_do_not_divide_are_refused(void **state) {
    (void)state;
    static const char *const wrong[] = {
        "{}",
        ROUTE("", ""),
        ROUTE("{\"backendRefs\":[{\"name\":\"agent-stable\",\"weight\":1}]}", ""),
        ROUTE(
            "{\"backendRefs\":[{\"name\":\"agent-stable\",\"weight\":1},{\"name\":"
            "\"agent-canary\"}]}",
            ""),
        ROUTE(
            "{\"backendRefs\":[{\"name\":\"agent-stable\",\"weight\":1},{\"name\":"
            "\"agent-canary\",\"weight\":1},{\"name\":\"x\",\"weight\":1}]}",
            ""),
        ROUTE(BACKENDS("-1", "5"), ""),
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct http_route route;
        struct error err;
        assert_false(read(wrong[i], &route, &err));
        assert_int_not_equal(err.code, ERROR_NONE);
    }
}

static void a_change_counts_once_every_gateway_has_it(void **state) {
    (void)state;
    static const struct {
        const char *json, *words;
    } rows[] = {
        {ROUTE(BACKENDS("1", "1"), ""), "no gateway has looked at the route"},
        {ROUTE(
             BACKENDS("1", "1"), STATUS(
                                     CONDITION("Accepted", "True", "2"),
                                     CONDITION("ResolvedRefs", "True", "2"))),
         "no gateway has taken the change in yet"},
        {ROUTE(
             BACKENDS("1", "1"), STATUS(
                                     CONDITION("Accepted", "True", "3"),
                                     CONDITION("ResolvedRefs", "False", "3"))),
         "the gateway says that ResolvedRefs is not so: because"},
        {ROUTE(
             BACKENDS("1", "1"), STATUS(
                                     CONDITION("Accepted", "True", "3"),
                                     CONDITION("ResolvedRefs", "True", "3"))),
         ""},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct http_route route;
        struct error err;
        assert_true(read(rows[i].json, &route, &err));
        assert_string_equal(route.words, rows[i].words);
        assert_int_equal(route.accepted, !*rows[i].words);
    }
}

static void dividing_tests_names_and_weights(void **state) {
    (void)state;
    struct http_route route;
    struct error err;
    struct buffer to;
    buffer_init(&to, 4096);
    assert_true(read(ROUTE(BACKENDS("95", "5"), ""), &route, &err));
    struct json_patch patch = json_patch_to(&to);
    http_route_divide(&patch, &route, &names, 2500, false);
    json_patch_end(&patch);
    const char *words = buffer_string(&to);
    assert_int_equal(patch.tests, 4);
    assert_int_equal(patch.changes, 2);
    assert_non_null(strstr(
        words, "{\"op\":\"test\",\"path\":\"/spec/rules/0/backendRefs/1/name\","
               "\"value\":\"agent-canary\"}"));
    assert_non_null(strstr(
        words, "{\"op\":\"test\",\"path\":\"/spec/rules/0/backendRefs/1/weight\","
               "\"value\":5}"));
    assert_non_null(strstr(
        words, "{\"op\":\"replace\",\"path\":\"/spec/rules/0/backendRefs/0/weight\","
               "\"value\":75}"));
    buffer_reset(&to);
    patch = json_patch_to(&to);
    http_route_divide(&patch, &route, &names, 1, true);
    json_patch_end(&patch);
    assert_int_equal(patch.tests, 2);
    assert_non_null(strstr(buffer_string(&to), "\"value\":9999}"));
    buffer_clear(&to);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_share_is_that_of_all_rules_that_divide),
        cmocka_unit_test(routes_that_do_not_divide_are_refused),
        cmocka_unit_test(a_change_counts_once_every_gateway_has_it),
        cmocka_unit_test(dividing_tests_names_and_weights),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
