/* A chat from the question to the answer; the model
 * is a peer that plays what a test wants it to say. */
/* SPDX-License-Identifier: MIT */
#include "agent/chat.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "agent/agent.h"
#include "agent/prices.h"
#include "base/text.h"
#include "base/units.h"
#include "io/loop.h"
#include "support/replayer.h"
#include "support/test_client.h"
#include "support/test_redis.h"

enum { TEXT_SIZE = 64 * 1024, TOO_MANY = 25 };

static const uint64_t patience_ns = 20 * NS_PER_S;

#define SAYS(block, reason)                                    \
    "{\"content\":[" block "],\"stop_reason\":\"" reason "\"," \
    "\"usage\":{\"input_tokens\":10,\"output_tokens\":5}}"
#define WORDS(text) "{\"type\":\"text\",\"text\":\"" text "\"}"
#define CALL(expression)                                                \
    "{\"type\":\"tool_use\",\"id\":\"toolu_1\",\"name\":\"calculate\"," \
    "\"input\":{\"expression\":\"" expression "\"}}"

struct scene {
    struct replayer model;
    struct loop *loop;
    struct agent *agent;
    bool is_over;
    enum outcome outcome;
    bool cost_known;
    double cost_usd;
    struct usage usage;
    char response[1024], message[ERROR_MESSAGE_SIZE], calls[1024], turn[TEXT_SIZE];
};

/* The model says these, one after the other; `redis` may be NULL. */
static void begin_with(
    struct scene *scene, const char *const *bodies, unsigned status, const char *redis,
    const char *model) {
    static struct prices prices;
    struct replayed answers[8];
    size_t count = 0;
    struct error err = {0};
    *scene = (struct scene){.loop = loop_new()};
    for (; bodies[count]; count++) {
        answers[count] = (struct replayed){
            .status = status,
            .type = "application/json",
            .body = slice_of(bodies[count]),
            .chunked = true};
    }
    replayer_start(&scene->model, answers, count);
    prices_default(&prices);
    struct agent_options options = {
        .program = "serve",
        .version = "v1",
        .redis_url = redis,
        .model_url = scene->model.url,
        .model = model,
        .prices = &prices,
        .log_level = LOG_ERROR};
    scene->agent = agent_new(scene->loop, &options, &err);
    assert_non_null(scene->agent);
}

static void begin(
    struct scene *scene, const char *const *bodies, unsigned status,
    const char *redis) {
    begin_with(scene, bodies, status, redis, "local-1");
}

static void end(struct scene *scene) {
    agent_free(scene->agent);
    loop_free(scene->loop);
    replayer_stop(&scene->model);
}

static void copy(char *to, size_t size, struct slice from) {
    struct text text = text_in(to, size);
    text_add_slice(&text, from);
    assert_false(text.truncated);
}

static void on_done(void *owner, const struct chat_result *result) {
    struct scene *scene = owner;
    scene->is_over = true;
    scene->outcome = result->outcome;
    scene->cost_known = result->cost_known;
    scene->cost_usd = result->cost_usd;
    scene->usage = result->usage;
    copy(scene->response, sizeof scene->response, result->response);
    copy(scene->message, sizeof scene->message, slice_of(result->message));
    copy(scene->calls, sizeof scene->calls, result->calls);
    copy(scene->turn, sizeof scene->turn, result->turn);
    loop_stop(scene->loop);
}

static void chat(
    struct scene *scene, const char *words, const struct user_context *context) {
    struct chat_question question = {
        .user_id = "ada",
        .message = slice_of(words),
        .context = context,
        .deadline_ns = loop_clock_ns() + patience_ns};
    /* It ends by its deadline, whatever happens. */
    chat_start(scene->agent, &question, on_done, scene);
    loop_run(scene->loop);
    assert_true(scene->is_over);
}

static bool asked_with(const struct scene *scene, size_t index, const char *words) {
    return replayer_heard(&scene->model, index, words);
}

static void chat_gives_a_simple_response(void **state) {
    (void)state;
    const char *const says[] = {SAYS(WORDS("Hello!"), "end_turn"), NULL};
    struct scene scene;
    begin(&scene, says, 0, NULL);
    chat(&scene, "Hi", NULL);
    assert_int_equal(scene.outcome, OUTCOME_SUCCESS);
    assert_string_equal(scene.response, "Hello!");
    assert_string_equal(scene.calls, "");
    assert_int_equal(scene.usage.input, 10);
    assert_int_equal(scene.usage.output, 5);
    assert_int_equal(replayer_count(&scene.model), 1);
    assert_true(
        asked_with(&scene, 0, "\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]"));
    assert_string_equal(
        scene.turn, "[{\"role\":\"user\",\"content\":\"Hi\"},{\"role\":\"assistant\","
                    "\"content\":[" WORDS("Hello!") "]}]");
    end(&scene);
}

static void chat_with_tool_use_answers_from_the_result(void **state) {
    (void)state;
    const char *const says[] = {
        SAYS(WORDS("Let me see.") "," CALL("6 * 7"), "tool_use"),
        SAYS(WORDS("It is 42."), "end_turn"), NULL};
    struct scene scene;
    begin(&scene, says, 0, NULL);
    chat(&scene, "What is 6 * 7?", NULL);
    assert_int_equal(scene.outcome, OUTCOME_SUCCESS);
    assert_string_equal(scene.response, "It is 42.");
    assert_int_equal(scene.usage.output, 10);
    assert_non_null(strstr(scene.calls, "\"output\":\"42\""));
    assert_int_equal(replayer_count(&scene.model), 2);
    assert_true(asked_with(
        &scene, 1,
        "{\"role\":\"assistant\",\"content\":[" WORDS("Let me see.") "," CALL(
            "6 * 7") "]},{\"role\":\"user\",\"content\":[{\"type\":\"tool_result\","
                     "\"tool_use_id\":\"toolu_1\",\"content\":\"42\"}]}"));
    end(&scene);
}

static void chat_tells_of_a_failure_of_the_api(void **state) {
    (void)state;
    const char *const says[] = {
        "{\"type\":\"error\",\"error\":{\"type\":\"invalid_request_error\","
        "\"message\":\"No such model\"}}",
        NULL};
    struct scene scene;
    begin(&scene, says, 400, NULL);
    chat(&scene, "Hi", NULL);
    assert_int_equal(scene.outcome, OUTCOME_MODEL_ERROR);
    assert_string_equal(scene.message, "the model answered 400: No such model");
    assert_string_equal(scene.response, "");
    assert_string_equal(scene.turn, "");
    assert_int_equal(replayer_count(&scene.model), 1);
    end(&scene);
}

/* Neither for what it has answered nor for what it has not. */
static void a_model_without_a_price_has_no_cost(void **state) {
    (void)state;
    const char *const answer[] = {SAYS(WORDS("Hello!"), "end_turn"), NULL};
    const char *const nonsense[] = {"{}", NULL};
    static const struct {
        const char *model;
        bool answers, is_known, is_free;
    } cases[] = {
        {"local-1", true, true, false},
        {"local-1", false, true, true},
        {"nobody-1", true, false, true},
        {"nobody-1", false, false, true},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct scene scene;
        begin_with(
            &scene, cases[i].answers ? answer : nonsense, 0, NULL, cases[i].model);
        chat(&scene, "Hi", NULL);
        assert_int_equal(scene.outcome == OUTCOME_SUCCESS, cases[i].answers);
        assert_int_equal(scene.cost_known, cases[i].is_known);
        assert_int_equal(scene.cost_usd == 0, cases[i].is_free);
        end(&scene);
    }
}

/* Not even a blank answer is one; a refusal and
 * an end for want of tokens need no words. */
static void an_answer_without_words_is_none(void **state) {
    (void)state;
    static const struct {
        const char *says;
        enum outcome outcome;
    } cases[] = {
        {SAYS("", "end_turn"), OUTCOME_MODEL_PROTOCOL},
        {SAYS(WORDS(" \\n"), "end_turn"), OUTCOME_MODEL_PROTOCOL},
        {SAYS("", "refusal"), OUTCOME_REFUSED},
        {SAYS("", "max_tokens"), OUTCOME_TRUNCATED},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const char *const says[] = {cases[i].says, NULL};
        struct scene scene;
        begin(&scene, says, 0, NULL);
        chat(&scene, "Hi", NULL);
        assert_int_equal(scene.outcome, cases[i].outcome);
        assert_string_equal(scene.response, "");
        assert_string_equal(scene.turn, "");
        assert_int_equal(scene.usage.input, 10);
        end(&scene);
    }
}

static void chat_tries_again_when_the_api_is_overloaded(void **state) {
    (void)state;
    const char *const says[] = {
        "{\"error\":{\"type\":\"overloaded_error\",\"message\":\"Busy\"}}", NULL};
    struct scene scene;
    begin(&scene, says, 529, NULL);
    chat(&scene, "Hi", NULL);
    assert_int_equal(scene.outcome, OUTCOME_OVERLOADED);
    assert_int_equal(replayer_count(&scene.model), 3);
    end(&scene);
}

static void chat_tells_stop_reasons_apart(void **state) {
    (void)state;
    static const struct {
        const char *body;
        enum outcome outcome;
        bool is_kept;
    } rows[] = {
        {SAYS(WORDS("Done"), "stop_sequence"), OUTCOME_SUCCESS, true},
        {SAYS(WORDS("And th"), "max_tokens"), OUTCOME_TRUNCATED, true},
        {SAYS(WORDS("And"), "model_context_window_exceeded"), OUTCOME_TRUNCATED, true},
        {SAYS(WORDS("I will not"), "refusal"), OUTCOME_REFUSED, false},
        {SAYS(WORDS("Done"), "from_the_future"), OUTCOME_SUCCESS, true},
        {SAYS(CALL("1+"), "max_tokens"), OUTCOME_TRUNCATED, false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const char *const says[] = {rows[i].body, NULL};
        struct scene scene;
        begin(&scene, says, 0, NULL);
        chat(&scene, "Hi", NULL);
        assert_int_equal(scene.outcome, rows[i].outcome);
        assert_int_equal(scene.turn[0] != '\0', rows[i].is_kept);
        end(&scene);
    }
}

static void chat_sends_a_pause_back_as_it_is(void **state) {
    (void)state;
    const char *const says[] = {
        SAYS("{\"type\":\"server_tool_use\",\"id\":\"s1\",\"x\":1.50}", "pause_turn"),
        SAYS(WORDS("Found it."), "end_turn"), NULL};
    struct scene scene;
    begin(&scene, says, 0, NULL);
    chat(&scene, "Search", NULL);
    assert_int_equal(scene.outcome, OUTCOME_SUCCESS);
    assert_string_equal(scene.response, "Found it.");
    assert_true(asked_with(
        &scene, 1,
        "{\"role\":\"assistant\",\"content\":[{\"type\":\"server_tool_use\","
        "\"id\":\"s1\",\"x\":1.50}]}]"));
    end(&scene);
}

static void chat_ends_after_too_many_rounds_of_tools(void **state) {
    (void)state;
    const char *const says[] = {SAYS(CALL("1 + 1"), "tool_use"), NULL};
    struct scene scene;
    begin(&scene, says, 0, NULL);
    chat(&scene, "Again and again", NULL);
    assert_int_equal(scene.outcome, OUTCOME_TOOL_LIMIT);
    assert_int_equal(replayer_count(&scene.model), CHAT_ROUNDS_MAX + 1);
    end(&scene);
}

static void chat_tells_the_model_of_its_user(void **state) {
    (void)state;
    const char *const says[] = {SAYS(WORDS("Hello!"), "end_turn"), NULL};
    static const struct user_context alice = {.name = "Alice", .order_id = "ORD-123"};
    struct scene scene;
    begin(&scene, says, 0, NULL);
    chat(&scene, "Hi", NULL);
    chat(&scene, "Hi", &alice);
    assert_true(asked_with(&scene, 0, "customer service agent"));
    assert_false(asked_with(&scene, 0, "the user:"));
    assert_true(asked_with(&scene, 1, "\\n- name: Alice\\n- order id: ORD-123"));
    end(&scene);
}

/* As many turns as a user may have left behind in Redis. */
static void leave_turns(const char *url) {
    struct test_client client;
    char command[256];
    test_client_init(&client);
    for (int i = 0; i < TOO_MANY; i++) {
        snprintf(
            command, sizeof command,
            "RPUSH conv:ada [{\"role\":\"user\",\"content\":\"q%d\"},"
            "{\"role\":\"assistant\",\"content\":\"a%d\"}]",
            i, i);
        test_client_redis(&client, url, command);
    }
    test_client_clear(&client);
}

static void on_beat(void *owner, uint64_t now_ns) {
    struct scene *scene = owner;
    (void)now_ns;
    if (agent_has_redis(scene->agent)) loop_stop(scene->loop);
}

static void chat_trims_history_to_the_last_turns(void **state) {
    (void)state;
    const char *const says[] = {SAYS(WORDS("Hello!"), "end_turn"), NULL};
    struct test_redis redis;
    struct scene scene;
    test_redis_start(&redis);
    leave_turns(redis.url);
    begin(&scene, says, 0, redis.url);
    struct loop_timer *beat = loop_every(scene.loop, NS_PER_MS, on_beat, &scene);
    loop_run(scene.loop);
    loop_timer_free(beat);
    chat(&scene, "Hi", NULL);
    assert_int_equal(scene.outcome, OUTCOME_SUCCESS);
    /* The twenty last ones, whole, and nothing of those before. */
    assert_false(asked_with(&scene, 0, "\"q4\""));
    assert_false(asked_with(&scene, 0, "\"a4\""));
    assert_true(
        asked_with(&scene, 0, "\"messages\":[{\"role\":\"user\",\"content\":\"q5\"}"));
    assert_true(asked_with(
        &scene, 0,
        "{\"role\":\"assistant\",\"content\":\"a24\"},"
        "{\"role\":\"user\",\"content\":\"Hi\"}]"));
    end(&scene);
    test_redis_stop(&redis);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(chat_gives_a_simple_response),
        cmocka_unit_test(chat_with_tool_use_answers_from_the_result),
        cmocka_unit_test(chat_tells_of_a_failure_of_the_api),
        cmocka_unit_test(a_model_without_a_price_has_no_cost),
        cmocka_unit_test(an_answer_without_words_is_none),
        cmocka_unit_test(chat_tries_again_when_the_api_is_overloaded),
        cmocka_unit_test(chat_tells_stop_reasons_apart),
        cmocka_unit_test(chat_sends_a_pause_back_as_it_is),
        cmocka_unit_test(chat_ends_after_too_many_rounds_of_tools),
        cmocka_unit_test(chat_tells_the_model_of_its_user),
        cmocka_unit_test(chat_trims_history_to_the_last_turns),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
