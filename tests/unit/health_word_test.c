/* SPDX-License-Identifier: MIT */
#include "core/health_word.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "io/json.h"

static void words_mean_what_they_say(void **state) {
    (void)state;
    static const struct {
        const char *word;
        enum health_word means;
    } cases[] = {
        {"healthy", HEALTH_GOOD},   {" OK\n", HEALTH_GOOD},
        {"Up.", HEALTH_GOOD},       {"degraded", HEALTH_DEGRADED},
        {"WARN", HEALTH_DEGRADED},  {"unhealthy", HEALTH_BAD},
        {"down", HEALTH_BAD},       {"", HEALTH_UNKNOWN},
        {"not ok", HEALTH_UNKNOWN}, {"okey", HEALTH_UNKNOWN},
        {"\n", HEALTH_UNKNOWN},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_int_equal(health_word_of(slice_of(cases[i].word)), cases[i].means);
    }
}

static void bodies_are_asked_for_their_status(void **state) {
    (void)state;
    static const struct {
        const char *json;
        enum health_word means;
    } cases[] = {
        {"{\"status\": \"ok\"}", HEALTH_GOOD},
        {"{\"state\": \"degraded\"}", HEALTH_DEGRADED},
        {"{\"healthy\": true}", HEALTH_GOOD},
        {"{\"ok\": false}", HEALTH_BAD},
        {"\"pass\"", HEALTH_GOOD},
        {"true", HEALTH_GOOD},
        {"{\"status\": 200}", HEALTH_UNKNOWN},
        {"{\"uptime\": 3}", HEALTH_UNKNOWN},
        {"[]", HEALTH_UNKNOWN},
        {"{\"status\": \"starting\", \"ok\": true}", HEALTH_UNKNOWN},
    };
    struct error err;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct document *document = json_parse(slice_of(cases[i].json), &err);
        assert_int_equal(health_word_in(document_root(document)), cases[i].means);
        document_free(document);
    }
    assert_int_equal(health_word_in(NULL), HEALTH_UNKNOWN);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_mean_what_they_say),
        cmocka_unit_test(bodies_are_asked_for_their_status),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
