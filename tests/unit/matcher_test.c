/* SPDX-License-Identifier: MIT */
#include "core/matcher.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "io/json.h"
#include "io/regex.h"
#include "io/yaml.h"

static struct error err;

static bool try_regex(
    struct slice pattern, struct slice subject, bool *matches, struct error *why) {
    struct regex *regex = regex_new(pattern, why);
    if (!regex) return false;
    bool tried = regex_matches(regex, subject, matches, why);
    regex_free(regex);
    return tried;
}

static struct match match(const char *wanted, const char *got) {
    struct document *left = yaml_parse(slice_of(wanted), "wanted", &err);
    struct document *right = got ? json_parse(slice_of(got), &err) : NULL;
    assert_non_null(left);
    assert_true(!got || right);
    struct match match = matcher_try(
        document_root(left), right ? document_root(right) : NULL, try_regex);
    document_free(left);
    document_free(right);
    return match;
}

static void values_are_what_they_should_be_or_not(void **state) {
    (void)state;
    static const struct {
        const char *wanted, *got;
        enum verdict verdict;
    } cases[] = {
        {"healthy", "\"healthy\"", VERDICT_PASS},
        {"healthy", "\"Healthy\"", VERDICT_FAIL},
        {"healthy", NULL, VERDICT_FAIL},
        {"4", "4", VERDICT_PASS},
        {"4", "4.0", VERDICT_PASS},
        {"4", "\"4\"", VERDICT_PASS},
        {"\"4\"", "4", VERDICT_FAIL},
        {"true", "true", VERDICT_PASS},
        {"\"true\"", "true", VERDICT_FAIL},
        {"null", "null", VERDICT_PASS},
        {"null", "0", VERDICT_FAIL},
        {"\"\"", "\"\"", VERDICT_PASS},
        {"x", "[\"x\"]", VERDICT_FAIL},
        {"[completed, failed]", "\"failed\"", VERDICT_PASS},
        {"[completed, failed]", "\"queued\"", VERDICT_FAIL},
        {"[200, 202]", "202", VERDICT_PASS},
        {"[a]", NULL, VERDICT_FAIL},
        {"{contains: '4'}", "\"2 + 2 is 4.\"", VERDICT_PASS},
        {"{contains: '5'}", "\"2 + 2 is 4.\"", VERDICT_FAIL},
        {"{contains: [a, b]}", "\"b and a\"", VERDICT_PASS},
        {"{contains: [a, c]}", "\"b and a\"", VERDICT_FAIL},
        {"{contains: a}", "[\"b\", \"a\"]", VERDICT_PASS},
        {"{contains: a}", "[\"ab\"]", VERDICT_FAIL},
        {"{contains: a}", "7", VERDICT_FAIL},
        {"{lacks: [sk-, Traceback]}", "\"all is well\"", VERDICT_PASS},
        {"{lacks: [sk-, Traceback]}", "\"Traceback (most\"", VERDICT_FAIL},
        {"{lacks: x}", NULL, VERDICT_FAIL},
        {"{matches: '\\b391\\b'}", "\"it is 391.\"", VERDICT_PASS},
        {"{matches: '\\b391\\b'}", "\"it is 3910\"", VERDICT_FAIL},
        {"{matches: '(a+)+\\d'}", "\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\"",
         VERDICT_INCONCLUSIVE},
        {"{min: 3, max: 5}", "3", VERDICT_PASS},
        {"{min: 3, max: 5}", "5.01", VERDICT_FAIL},
        {"{min: 3}", "\"many\"", VERDICT_FAIL},
        {"{exists: true}", "null", VERDICT_PASS},
        {"{exists: true}", NULL, VERDICT_FAIL},
        {"{exists: false}", NULL, VERDICT_PASS},
        {"{exists: false}", "1", VERDICT_FAIL},
        {"{type: list}", "[]", VERDICT_PASS},
        {"{type: number}", "\"1\"", VERDICT_FAIL},
        {"{len: 2}", "[1, 2]", VERDICT_PASS},
        {"{len: 2}", "\"\xC3\xA9\xC3\xA9\"", VERDICT_PASS},
        {"{len: {min: 1}}", "\"\"", VERDICT_FAIL},
        {"{len: {min: 1, max: 3}}", "{\"a\": 1}", VERDICT_PASS},
        {"{len: {max: 3}}", "7", VERDICT_FAIL},
        {"{equals: 4, type: number}", "4", VERDICT_PASS},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        enum verdict verdict = match(cases[i].wanted, cases[i].got).verdict;
        if (verdict == cases[i].verdict) continue;
        fail_msg("%s of %s: %s", cases[i].wanted, cases[i].got, verdict_name(verdict));
    }
}

static void above_a_warning_it_passes_as_degraded(void **state) {
    (void)state;
    struct match slow = match("{max: 10, warn: 5}", "7");
    assert_int_equal(slow.verdict, VERDICT_PASS);
    assert_true(slow.degraded);
    assert_string_equal(slow.wanted, "warn 5");
    assert_false(match("{max: 10, warn: 5}", "5").degraded);
    assert_int_equal(match("{max: 10, warn: 5}", "11").verdict, VERDICT_FAIL);
}

static void a_match_says_what_was_wanted_and_what_came(void **state) {
    (void)state;
    struct match missing = match("{contains: '4'}", NULL);
    assert_string_equal(missing.wanted, "contains \"4\"");
    assert_string_equal(missing.got, "nothing");
    struct match other = match("[a, 1]", "{\"k\": [1]}");
    assert_string_equal(other.wanted, "one of [\"a\",1]");
    assert_string_equal(other.got, "{\"k\":[1]}");
}

static void what_cannot_be_meant_is_refused(void **state) {
    (void)state;
    static const struct {
        const char *wanted, *message;
    } cases[] = {
        {"{contians: x}", "unknown operator \"contians\" (did you mean \"contains\"?)"},
        {"{}", "nothing is expected here"},
        {"[]", "nothing is expected here"},
        {"{contains: ''}", "expected a string that is not empty"},
        {"{contains: []}", "an empty list"},
        {"{matches: '('}", "pattern, character 2: missing closing parenthesis"},
        {"{min: high}", "expected a number"},
        {"{exists: perhaps}", "expected true or false"},
        {"{type: text}", "expected one of string, number, bool, null, list, map"},
        {"{len: {least: 1}}", "a length has min and max only"},
        {"{equals: [1]}", "expected a single value"},
        {"[[1]]", "expected a single value"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct document *document = yaml_parse(slice_of(cases[i].wanted), "f", &err);
        struct mistakes mistakes;
        mistakes_init(&mistakes, "f");
        matcher_validate(document_root(document), try_regex, &mistakes);
        assert_int_equal(mistakes.count, 1);
        assert_string_equal(mistakes.items[0].words, cases[i].message);
        document_free(document);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_are_what_they_should_be_or_not),
        cmocka_unit_test(above_a_warning_it_passes_as_degraded),
        cmocka_unit_test(a_match_says_what_was_wanted_and_what_came),
        cmocka_unit_test(what_cannot_be_meant_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
