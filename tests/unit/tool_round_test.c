/* SPDX-License-Identifier: MIT */
#include "agent/tool_round.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "agent/agent.h"
#include "agent/registry.h"
#include "base/memory.h"
#include "base/units.h"
#include "core/document.h"
#include "io/json.h"
#include "io/loop.h"

enum { TEXT_SIZE = 256 * 1024 };

static struct agent *agent;
static char results_text[TEXT_SIZE]; /* of the last round; "" before its end */
static uint32_t failed;

static int set_up(void **state) {
    (void)state;
    agent = memory_new(sizeof *agent);
    agent->loop = loop_new();
    agent->registry = registry_new();
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    registry_free(agent->registry);
    loop_free(agent->loop);
    free(agent);
    return 0;
}

static void on_done(void *owner, struct slice results) {
    struct text text = TEXT_IN(results_text);
    (void)owner;
    text_add_slice(&text, results);
    loop_stop(agent->loop);
}

/* An answer with `count` sums, every third one without a value. */
static void read_answer(struct model_answer *answer, int count) {
    struct buffer body;
    struct error err = {0};
    buffer_init(&body, TEXT_SIZE);
    buffer_add_string(&body, "{\"stop_reason\":\"tool_use\",\"content\":[");
    for (int i = 0; i < count; i++) {
        buffer_addf(
            &body,
            "%s{\"type\":\"tool_use\",\"id\":\"id-%d\",\"name\":\"calculate\","
            "\"input\":{\"expression\":\"%d + %s\"}}",
            i > 0 ? "," : "", i, i, i % 3 == 2 ? "?" : "1");
    }
    buffer_add_string(&body, "]}");
    assert_true(messages_read(answer, buffer_slice(&body), &err));
    buffer_clear(&body);
}

static struct tool_round *start(int count, struct buffer *record) {
    struct model_answer answer;
    read_answer(&answer, count);
    struct tool_round_question question = {
        .answer = &answer,
        .deadline_ns = loop_clock_ns() + 60 * NS_PER_S,
        .record = record,
        .failed = &failed};
    results_text[0] = '\0';
    failed = 0;
    struct tool_round *round = tool_round_start(agent, &question, on_done, NULL);
    model_answer_clear(&answer);
    assert_string_equal(results_text, "");
    return round;
}

static void round_answers_every_call_in_order(void **state) {
    (void)state;
    struct buffer record;
    struct error err = {0};
    buffer_init(&record, TEXT_SIZE);
    start(MODEL_CALLS_MAX, &record);
    loop_run(agent->loop);
    struct document *document = json_parse(slice_of(results_text), &err);
    assert_non_null(document);
    const struct node *results = document_root(document);
    assert_int_equal(results->child_count, MODEL_CALLS_MAX);
    int i = 0;
    for (const struct node *result = results->first; result; result = result->next) {
        char expected[16];
        char got[256];
        snprintf(expected, sizeof expected, "id-%d", i);
        assert_true(node_string(result, "tool_use_id", got, sizeof got));
        assert_string_equal(got, expected);
        assert_true(node_string(result, "content", got, sizeof got));
        snprintf(expected, sizeof expected, "%d", i + 1);
        bool is_error = i % 3 == 2;
        if (is_error) {
            assert_memory_equal(got, "error", 5);
        } else {
            assert_string_equal(got, expected);
        }
        assert_true(is_error == (node_get(result, "is_error") != NULL));
        i++;
    }
    assert_int_equal(failed, MODEL_CALLS_MAX / 3);
    document_free(document);
    buffer_clear(&record);
}

static void round_keeps_a_record_that_fits(void **state) {
    (void)state;
    struct buffer record;
    struct error err = {0};
    buffer_init(&record, 200);
    start(4, &record);
    loop_run(agent->loop);
    assert_false(record.overflow);
    char list[256];
    snprintf(list, sizeof list, "[%s]", buffer_string(&record));
    struct document *document = json_parse(slice_of(list), &err);
    assert_non_null(document);
    /* A line is 82 bytes long. */
    assert_int_equal(document_root(document)->child_count, 2);
    char status[16];
    assert_true(
        node_string(document_root(document)->first, "status", status, sizeof status));
    assert_string_equal(status, "success");
    document_free(document);
    buffer_clear(&record);
}

static void round_that_is_freed_says_nothing(void **state) {
    (void)state;
    struct buffer record;
    buffer_init(&record, TEXT_SIZE);
    tool_round_free(start(5, &record));
    loop_run(agent->loop);
    assert_string_equal(results_text, "");
    assert_int_equal(record.length, 0);
    buffer_clear(&record);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(round_answers_every_call_in_order),
        cmocka_unit_test(round_keeps_a_record_that_fits),
        cmocka_unit_test(round_that_is_freed_says_nothing),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
