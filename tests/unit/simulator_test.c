/* SPDX-License-Identifier: MIT */
#include "agent/simulator.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "agent/messages.h"
#include "agent/model_complaint.h"
#include "agent/replies.h"
#include "base/units.h"

static const struct latency demo = {.median_ns = 450 * NS_PER_MS, .sigma = 0.35};

static void start(struct simulator *simulator, uint64_t seed) {
    simulator_init(simulator, seed, &demo);
}

/* Asks with these messages, JSON objects with commas between them. */
static void ask_messages(
    struct simulator *simulator, const char *messages,
    struct simulated_answer *answer) {
    struct buffer body = {.limit = 65536};
    struct model_question question = {
        .model = SIMULATOR_MODEL,
        .tokens_max = 500,
        .system = slice_of("s"),
        .messages = slice_of(messages)};
    struct error err = {0};
    assert_true(messages_write(&question, &body, &err));
    struct simulated_question asked = {
        .format = SPEECH_MESSAGES, .body = buffer_slice(&body), .version = "v1"};
    simulator_answer(simulator, &asked, answer);
    buffer_clear(&body);
}

static void ask(
    struct simulator *simulator, const char *words, struct simulated_answer *answer) {
    struct buffer messages = {.limit = 65536};
    struct json_writer json = json_writer_to(&messages);
    json_object_begin(&json);
    json_field_string(&json, "role", "user");
    json_field_string(&json, "content", words);
    json_object_end(&json);
    ask_messages(simulator, buffer_string(&messages), answer);
    buffer_clear(&messages);
}

static void read_answer(
    const struct simulated_answer *simulated, struct model_answer *answer) {
    struct error err = {0};
    assert_int_equal(simulated->status, 200);
    assert_true(messages_read(answer, buffer_slice(&simulated->body), &err));
}

static void assert_says(
    struct simulator *simulator, const char *words, const char *text) {
    struct simulated_answer simulated;
    struct model_answer answer;
    ask(simulator, words, &simulated);
    read_answer(&simulated, &answer);
    assert_int_equal(answer.stop, STOP_END_TURN);
    assert_string_equal(buffer_string(&answer.text), text);
    model_answer_clear(&answer);
    simulated_answer_clear(&simulated);
}

static void simulator_can_do_small_sums_in_its_head(void **state) {
    (void)state;
    struct simulator simulator;
    start(&simulator, 1);
    assert_says(&simulator, "What is 2 + 2?", "2 + 2 is 4.");
    assert_says(&simulator, "Tell me 7*6.", "7*6 is 42.");
}

static void simulator_repeats_itself_with_the_same_seed(void **state) {
    (void)state;
    static const char *const questions[] = {
        "Where is my order?", "What is 17 * 23 + 4?", "Hello", "Where is my order?"};
    struct simulator first;
    struct simulator second;
    start(&first, 42);
    start(&second, 42);
    for (size_t i = 0; i < sizeof questions / sizeof questions[0]; i++) {
        struct simulated_answer a;
        struct simulated_answer b;
        ask(&first, questions[i], &a);
        ask(&second, questions[i], &b);
        assert_int_equal(a.delay_ns, b.delay_ns);
        assert_string_equal(buffer_string(&a.body), buffer_string(&b.body));
        simulated_answer_clear(&a);
        simulated_answer_clear(&b);
    }
}

static void simulator_says_other_things_with_another_seed(void **state) {
    (void)state;
    unsigned same = 0;
    for (uint64_t seed = 1; seed <= 20; seed++) {
        struct buffer first = {.limit = 4096};
        struct buffer second = {.limit = 4096};
        struct slice none = {.data = "", .length = 0};
        reply_write(slice_of("Where is my order?"), none, seed, &first);
        reply_write(slice_of("Where is my order?"), none, seed + 1, &second);
        if (strcmp(buffer_string(&first), buffer_string(&second)) == 0) same++;
        buffer_clear(&first);
        buffer_clear(&second);
    }
    assert_true(same < 5);
}

static void simulator_uses_the_tool_and_then_its_result(void **state) {
    (void)state;
    struct simulator simulator;
    struct simulated_answer simulated;
    struct model_answer answer;
    start(&simulator, 1);
    ask(&simulator, "What is (3 + 4) * 5.5?", &simulated);
    read_answer(&simulated, &answer);
    assert_int_equal(answer.stop, STOP_TOOL_USE);
    assert_int_equal(answer.call_count, 1);
    assert_string_equal(answer.calls[0].name, "calculate");
    assert_true(slice_equals(
        node_get(answer.calls[0].input, "expression")->string, "(3 + 4) * 5.5"));
    model_answer_clear(&answer);
    simulated_answer_clear(&simulated);

    ask_messages(
        &simulator,
        "{\"role\":\"user\",\"content\":\"What is (3 + 4) * 5.5?\"},"
        "{\"role\":\"assistant\",\"content\":[{\"type\":\"tool_use\",\"id\":\"t1\","
        "\"name\":\"calculate\",\"input\":{}}]},"
        "{\"role\":\"user\",\"content\":[{\"type\":\"tool_result\",\"tool_use_id\":"
        "\"t1\","
        "\"content\":\"38.5\"}]}",
        &simulated);
    read_answer(&simulated, &answer);
    assert_int_equal(answer.stop, STOP_END_TURN);
    assert_string_equal(buffer_string(&answer.text), "The result is 38.5.");
    model_answer_clear(&answer);
    simulated_answer_clear(&simulated);
}

static void simulator_remembers_a_name_from_the_history(void **state) {
    (void)state;
    struct simulator simulator;
    struct simulated_answer simulated;
    struct model_answer answer;
    start(&simulator, 1);
    assert_says(&simulator, "What is my name?", "You have not told me your name yet.");
    ask_messages(
        &simulator,
        "{\"role\":\"user\",\"content\":\"My name is Alice.\"},"
        "{\"role\":\"assistant\",\"content\":\"Hello.\"},"
        "{\"role\":\"user\",\"content\":\"What is my name?\"}",
        &simulated);
    read_answer(&simulated, &answer);
    assert_string_equal(buffer_string(&answer.text), "Your name is Alice.");
    model_answer_clear(&answer);
    simulated_answer_clear(&simulated);
}

static void simulator_refuses_what_the_real_one_refuses(void **state) {
    (void)state;
    static const char *const bad[] = {
        "",
        "{\"role\":\"assistant\",\"content\":\"first\"}",
        "{\"role\":\"user\",\"content\":\"\"}",
        "{\"role\":\"user\",\"content\":\"a\"},{\"role\":\"user\",\"content\":\"b\"}",
        "{\"role\":\"user\",\"content\":\"a\"},{\"role\":\"assistant\",\"content\":"
        "\"b\"}",
        "{\"role\":\"user\",\"content\":\"a\"},{\"role\":\"assistant\",\"content\":"
        "[{\"type\":\"tool_use\",\"id\":\"t1\",\"name\":\"x\",\"input\":{}}]},"
        "{\"role\":\"user\",\"content\":\"and?\"}",
    };
    struct simulator simulator;
    start(&simulator, 1);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct simulated_answer simulated;
        struct model_complaint complaint;
        ask_messages(&simulator, bad[i], &simulated);
        assert_int_equal(simulated.status, 400);
        model_complaint_read(&complaint, buffer_slice(&simulated.body));
        assert_string_equal(complaint.type, "invalid_request_error");
        simulated_answer_clear(&simulated);
    }
}

static void simulator_goes_wrong_when_told_to(void **state) {
    (void)state;
    static const struct {
        const char *words;
        unsigned status;
        const char *type;
    } rows[] = {
        {"Please break down.", 500, "api_error"},
        {"Please be overloaded.", 529, "overloaded_error"},
        {"Please be rate limited.", 429, "rate_limit_error"},
        {"Please throttle this.", 429, "rate_limit_error"},
        {"Please fail half way.", 500, "api_error"},
    };
    struct simulator simulator;
    struct simulated_answer simulated;
    start(&simulator, 1);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct model_complaint complaint;
        ask(&simulator, rows[i].words, &simulated);
        assert_int_equal(simulated.status, rows[i].status);
        model_complaint_read(&complaint, buffer_slice(&simulated.body));
        assert_string_equal(complaint.type, rows[i].type);
        assert_int_equal(simulated.retry_after_s, i == 2 ? 1 : 0);
        simulated_answer_clear(&simulated);
    }
}

static void simulator_spoils_its_answers_when_told_to(void **state) {
    (void)state;
    struct simulator simulator;
    struct simulated_answer simulated;
    start(&simulator, 1);
    ask(&simulator, "never answer", &simulated);
    assert_true(simulated.hangs);
    simulated_answer_clear(&simulated);

    struct model_answer answer;
    struct error err = {0};
    static const char *const unreadable[] = {
        "answer nonsense", "answer by halves", "answer off the schema"};
    for (size_t i = 0; i < sizeof unreadable / sizeof unreadable[0]; i++) {
        ask(&simulator, unreadable[i], &simulated);
        assert_false(messages_read(&answer, buffer_slice(&simulated.body), &err));
        simulated_answer_clear(&simulated);
    }
    ask(&simulator, "say nothing", &simulated);
    read_answer(&simulated, &answer);
    assert_int_equal(answer.content->child_count, 0);
    model_answer_clear(&answer);
    simulated_answer_clear(&simulated);
    ask(&simulator, "refuse this", &simulated);
    read_answer(&simulated, &answer);
    assert_int_equal(answer.stop, STOP_REFUSAL);
    model_answer_clear(&answer);
    simulated_answer_clear(&simulated);
    ask(&simulator, "run out of tokens", &simulated);
    read_answer(&simulated, &answer);
    assert_int_equal(answer.stop, STOP_MAX_TOKENS);
    model_answer_clear(&answer);
    simulated_answer_clear(&simulated);
}

static void simulator_finds_arithmetic_in_a_sentence(void **state) {
    (void)state;
    static const struct {
        const char *text, *expression;
    } rows[] = {
        {"What is 2 + 2?", "2 + 2"},
        {"(1+2)*3", "(1+2)*3"},
        {"between 1+1 and 100 / 8.", "100 / 8"},
        {"I ordered 3 on 2026.", NULL},
        {"Call 555-", NULL},
        {"nothing", NULL},
        {"- - -", NULL},
        {"", NULL},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char expression[REPLY_EXPRESSION_SIZE];
        bool is_found = reply_find_expression(slice_of(rows[i].text), expression);
        assert_int_equal(is_found, rows[i].expression != NULL);
        if (is_found) assert_string_equal(expression, rows[i].expression);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(simulator_can_do_small_sums_in_its_head),
        cmocka_unit_test(simulator_repeats_itself_with_the_same_seed),
        cmocka_unit_test(simulator_says_other_things_with_another_seed),
        cmocka_unit_test(simulator_uses_the_tool_and_then_its_result),
        cmocka_unit_test(simulator_remembers_a_name_from_the_history),
        cmocka_unit_test(simulator_refuses_what_the_real_one_refuses),
        cmocka_unit_test(simulator_goes_wrong_when_told_to),
        cmocka_unit_test(simulator_spoils_its_answers_when_told_to),
        cmocka_unit_test(simulator_finds_arithmetic_in_a_sentence),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
