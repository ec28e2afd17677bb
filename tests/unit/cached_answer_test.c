/* SPDX-License-Identifier: MIT */
#include "agent/cached_answer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static struct cached_question question(void) {
    return (struct cached_question){
        .version = "v1",
        .model = "local-1",
        .system = slice_of("Be brief."),
        .messages = slice_of("{\"role\":\"user\",\"content\":\"Hello\"}")};
}

static void assert_other_key(const struct cached_question *other) {
    struct cached_question same = question();
    char first[CACHED_KEY_SIZE];
    char second[CACHED_KEY_SIZE];
    cached_answer_key(&same, first);
    cached_answer_key(other, second);
    assert_string_not_equal(first, second);
}

static void equal_questions_have_equal_keys_and_others_do_not(void **state) {
    (void)state;
    struct cached_question other = question();
    char key[CACHED_KEY_SIZE];
    char again[CACHED_KEY_SIZE];
    cached_answer_key(&other, key);
    other = question();
    cached_answer_key(&other, again);
    assert_string_equal(key, again);
    assert_int_equal(strlen(key), strlen("cache:") + 64);
    assert_memory_equal(key, "cache:", 6);

    other.version = "v2";
    assert_other_key(&other);
    other = question();
    other.model = "local-2";
    assert_other_key(&other);
    other = question();
    other.system = slice_of("Be brief");
    assert_other_key(&other);
    other = question();
    other.messages = slice_of("{\"role\":\"user\",\"content\":\"hello\"}");
    assert_other_key(&other);
    /* The same bytes, divided in another way. */
    other = question();
    other.version = "v1l";
    other.model = "ocal-1";
    assert_other_key(&other);
}

static void an_answer_comes_back_as_it_was(void **state) {
    (void)state;
    struct chat_result result = {
        .response = slice_of("It is \"4\".\n\xc3\xa9"),
        .turn = slice_of("[{\"role\":\"user\",\"content\":\"2 + 2?\"}]"),
        .calls = slice_of("{\"name\":\"calculate\"},{\"name\":\"calculate\"}")};
    struct buffer text;
    struct cached_answer answer;
    struct error err = {0};
    buffer_init(&text, CACHED_ANSWER_MAX);
    cached_answer_write(&result, &text);
    assert_true(cached_answer_read(&answer, buffer_slice(&text), &err));
    buffer_clear(&text);
    assert_int_equal(answer.response.length, result.response.length);
    assert_memory_equal(
        answer.response.data, result.response.data, result.response.length);
    assert_true(slice_equals(answer.turn, result.turn.data));
    assert_true(slice_equals(answer.calls, result.calls.data));
    cached_answer_clear(&answer);
}

static void what_is_no_answer_is_refused(void **state) {
    (void)state;
    static const char *const texts[] = {
        "",
        "x",
        "[]",
        "{}",
        "{\"response\":\"a\",\"turn\":\"[]\"}",
        "{\"response\":\"\",\"turn\":\"[]\",\"calls\":\"\"}",
        "{\"response\":\"a\",\"turn\":[],\"calls\":\"\"}",
        "{\"response\":\"a\",\"turn\":\"[\",\"calls\":\"\"}",
        "{\"response\":\"a\",\"turn\":\"{}\",\"calls\":\"\"}",
        "{\"response\":\"a\",\"turn\":\"[]\",\"calls\":\"]\"}",
        "{\"response\":\"a\",\"turn\":\"[]\",\"calls\":\"{\"}",
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct cached_answer answer = {0};
        struct error err = {0};
        assert_false(cached_answer_read(&answer, slice_of(texts[i]), &err));
        assert_null(answer.document);
        assert_int_not_equal(err.code, ERROR_NONE);
    }
    struct cached_answer answer;
    struct error err = {0};
    struct slice least =
        slice_of("{\"response\":\"a\",\"turn\":\"[]\",\"calls\":\"\"}");
    assert_true(cached_answer_read(&answer, least, &err));
    cached_answer_clear(&answer);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(equal_questions_have_equal_keys_and_others_do_not),
        cmocka_unit_test(an_answer_comes_back_as_it_was),
        cmocka_unit_test(what_is_no_answer_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
