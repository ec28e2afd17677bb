/* SPDX-License-Identifier: MIT */
#include "agent/chat_body.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "io/redis_reply.h"

enum { FIELDS_MAX = 16 };

/* What HGETALL says of a job: names and values, NULL at the end. */
struct fields {
    struct redis_reply list, words[2 * FIELDS_MAX];
};

static const struct redis_reply *fields_of(
    struct fields *fields, const char *const *words) {
    size_t count = 0;
    for (; words[count]; count++) {
        assert_true(count < 2 * (size_t)FIELDS_MAX);
        fields->words[count] = (struct redis_reply){
            .kind = REDIS_STRING, .string = slice_of(words[count])};
    }
    fields->list = (struct redis_reply){
        .kind = REDIS_LIST, .count = count, .items = fields->words};
    return &fields->list;
}

static void assert_job(const char *const *words, const char *expected) {
    struct fields fields;
    struct buffer body;
    buffer_init(&body, CHAT_BODY_MAX);
    chat_body_write_job(fields_of(&fields, words), &body);
    assert_string_equal(buffer_string(&body), expected);
    buffer_clear(&body);
}

#define NO_TOKENS                                                             \
    "\"input_tokens\":0,\"output_tokens\":0,\"cache_read_input_tokens\":0,\"" \
    "cache_creation_input_tokens\":0"

static void a_job_that_goes_on_has_no_answer(void **state) {
    (void)state;
    const char *const words[] = {
        "id",       "J",       "status",       "running",       "version", "v1",
        "response", "not yet", "submitted_ms", "1700000000000", NULL};
    assert_job(
        words, "{\"job_id\":\"J\",\"status\":\"running\",\"version\":\"v1\","
               "\"submitted_ms\":1700000000000}");
}

static void a_job_that_has_ended_has_its_answer(void **state) {
    (void)state;
    const char *const words[] = {
        "id",
        "J",
        "status",
        "completed",
        "version",
        "v1",
        "outcome",
        "success",
        "response",
        "42",
        "input_tokens",
        "10",
        "output_tokens",
        "5",
        "cost_usd",
        "0.25",
        "calls",
        "{\"name\":\"calculate\"}",
        "cached",
        "1",
        NULL};
    assert_job(
        words,
        "{\"job_id\":\"J\",\"status\":\"completed\",\"version\":\"v1\",\"outcome\":"
        "\"success\",\"response\":\"42\",\"cached\":true,\"usage\":{\"input_tokens\":"
        "10,"
        "\"output_tokens\":5,\"cache_read_input_tokens\":0,"
        "\"cache_creation_input_tokens\":0,\"cost_usd\":0.25},\"tool_calls\":[{"
        "\"name\":"
        "\"calculate\"}]}");
}

static void a_job_that_failed_says_why(void **state) {
    (void)state;
    const char *const words[] = {
        "id",      "J",     "status",       "failed",     "version", "v1", "outcome",
        "timeout", "error", "no time left", "request_id", "R",       NULL};
    assert_job(
        words,
        "{\"job_id\":\"J\",\"status\":\"failed\",\"version\":\"v1\",\"outcome\":"
        "\"timeout\",\"response\":\"\",\"cached\":false,\"usage\":{" NO_TOKENS
        "},\"tool_calls\":[],\"error\":{\"code\":\"timeout\",\"message\":\"no time "
        "left\",\"request_id\":\"R\"}}");
}

/* Whoever can write into Redis writes no more into an answer than words. */
static void fields_that_make_no_sense_do_no_harm(void **state) {
    (void)state;
    const char *const words[] = {
        "id",
        "J\"",
        "status",
        "completed",
        "version",
        "v1",
        "outcome",
        "success",
        "response",
        "\"},",
        "input_tokens",
        "-1",
        "output_tokens",
        "many",
        "cost_usd",
        "1,\"a\":2",
        "calls",
        "],\"admin\":[true",
        NULL};
    assert_job(
        words,
        "{\"job_id\":\"J\\\"\",\"status\":\"completed\",\"version\":\"v1\",\"outcome\":"
        "\"success\",\"response\":\"\\\"},\",\"cached\":false,\"usage\":{" NO_TOKENS
        "},\"tool_calls\":null}");
}

/* A client that asks again reads the same. */
static void an_answer_is_told_again_as_it_was(void **state) {
    (void)state;
    struct fields fields;
    struct buffer first, again;
    struct chat_result result = {
        .outcome = OUTCOME_SUCCESS,
        .response = slice_of("Hello \"Ada\""),
        .calls = slice_of("{\"name\":\"calculate\"}"),
        .usage = {.input = 10, .output = 5, .cache_read = 3, .cache_write = 2},
        .cost_known = true,
        .cost_usd = 0.125,
        .cache = CACHE_USE_HIT};
    const char *const words[] = {
        "id",
        "J",
        "version",
        "v1",
        "outcome",
        "success",
        "response",
        "Hello \"Ada\"",
        "input_tokens",
        "10",
        "output_tokens",
        "5",
        "cache_read_tokens",
        "3",
        "cache_write_tokens",
        "2",
        "cost_usd",
        "0.125",
        "cached",
        "1",
        "calls",
        "{\"name\":\"calculate\"}",
        NULL};
    buffer_init(&first, CHAT_BODY_MAX);
    buffer_init(&again, CHAT_BODY_MAX);
    chat_body_write(&result, "J", "v1", &first);
    chat_body_write_again(fields_of(&fields, words), &again);
    assert_string_equal(buffer_string(&first), buffer_string(&again));
    assert_non_null(strstr(buffer_string(&first), "\"cost_usd\":0.125}"));
    buffer_reset(&first);
    result.cost_known = false;
    chat_body_write(&result, "J", "v1", &first);
    assert_null(strstr(buffer_string(&first), "cost_usd"));
    buffer_clear(&first);
    buffer_clear(&again);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_job_that_goes_on_has_no_answer),
        cmocka_unit_test(a_job_that_has_ended_has_its_answer),
        cmocka_unit_test(a_job_that_failed_says_why),
        cmocka_unit_test(fields_that_make_no_sense_do_no_harm),
        cmocka_unit_test(an_answer_is_told_again_as_it_was),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
