/* Streamed answers of a real HTTP peer, as the model's client and a chat hear them. */
/* SPDX-License-Identifier: MIT */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "agent/agent.h"
#include "agent/chat.h"
#include "agent/model_client.h"
#include "agent/prices.h"
#include "base/text.h"
#include "base/units.h"
#include "io/loop.h"
#include "support/recorded_streams.h"
#include "support/replayer.h"

enum { WORDS_MAX = 64 * 1024, PAGE_MAX = 128 * 1024 };

static const uint64_t patience_ns = 20 * NS_PER_S;

/* An agent of its own, and what is heard of one answer. */
struct scene {
    struct replayer replayer;
    struct loop *loop;
    struct agent *agent;
    struct model_ask *ask;
    struct chat *chat;
    size_t free_after; /* pieces; 0 for never */
    size_t pieces;
    struct buffer words;
    bool is_over;
    enum outcome outcome;
    enum model_stop stop;
    struct buffer text;
    char message[ERROR_MESSAGE_SIZE];
    char tool[TOOL_NAME_SIZE];
    struct usage usage;
};

static struct buffer stream = {.limit = RECORDED_STREAM_MAX};

static struct slice recorded(const char *name) {
    recorded_stream_read(TESTS_FOLDER, name, &stream);
    return buffer_slice(&stream);
}

static void open_agent(struct scene *scene) {
    static struct prices prices;
    struct error err = {0};
    scene->loop = loop_new();
    prices_default(&prices);
    struct agent_options options = {
        .program = "serve",
        .version = "v1",
        .model_url = scene->replayer.url,
        .model = "local-1",
        .prices = &prices,
        .log_level = LOG_ERROR};
    scene->agent = agent_new(scene->loop, &options, &err);
    assert_non_null(scene->agent);
}

static void begin(struct scene *scene, const struct replayed *answers, size_t count) {
    *scene =
        (struct scene){.words = {.limit = WORDS_MAX}, .text = {.limit = WORDS_MAX}};
    replayer_start(&scene->replayer, answers, count);
    open_agent(scene);
}

static void end(struct scene *scene) {
    model_ask_free(scene->ask);
    chat_free(scene->chat);
    agent_free(scene->agent);
    loop_free(scene->loop);
    buffer_clear(&scene->words);
    buffer_clear(&scene->text);
    replayer_stop(&scene->replayer);
}

static void on_text(void *owner, struct slice text) {
    struct scene *scene = owner;
    assert_false(scene->is_over);
    assert_true(text.length > 0);
    buffer_add(&scene->words, text.data, text.length);
    if (++scene->pieces != scene->free_after) return;
    model_ask_free(scene->ask);
    chat_free(scene->chat);
    scene->ask = NULL;
    scene->chat = NULL;
    loop_stop(scene->loop);
}

static void on_result(void *owner, const struct model_result *result) {
    struct scene *scene = owner;
    scene->ask = NULL;
    scene->is_over = true;
    scene->outcome = result->outcome;
    text_copy_cut(scene->message, sizeof scene->message, result->message);
    if (result->answer) {
        const struct model_answer *answer = result->answer;
        scene->stop = answer->stop;
        scene->usage = answer->usage;
        buffer_add(&scene->text, answer->text.data, answer->text.length);
        if (answer->call_count > 0) {
            text_copy_cut(scene->tool, sizeof scene->tool, answer->calls[0].name);
        }
    }
    loop_stop(scene->loop);
}

static void on_patience_over(void *owner, uint64_t now_ns) {
    (void)now_ns;
    loop_stop(owner);
}

static void run(struct scene *scene) {
    struct loop_timer *patience =
        loop_after(scene->loop, patience_ns, on_patience_over, scene->loop);
    uint64_t started_ns = loop_clock_ns();
    loop_run(scene->loop);
    assert_true(loop_clock_ns() - started_ns < patience_ns);
    loop_timer_free(patience);
}

static void ask(struct scene *scene, bool is_streamed) {
    struct model_question question = {
        .tokens_max = 100,
        .messages = slice_of("{\"role\":\"user\",\"content\":\"q\"}")};
    struct model_ask_options options = {
        .question = &question,
        .deadline_ns = loop_clock_ns() + patience_ns,
        .on_text = is_streamed ? on_text : NULL,
        .on_result = on_result,
        .owner = scene};
    scene->ask = model_client_ask(scene->agent->model, &options);
    run(scene);
}

static void ask_for(struct scene *scene, const struct replayed *answer) {
    begin(scene, answer, 1);
    ask(scene, true);
}

static double metric(const struct scene *scene, const char *series) {
    struct buffer page = {.limit = PAGE_MAX};
    double value = NAN;
    registry_write(scene->agent->registry, "", &page);
    const char *line = strstr(buffer_string(&page), series);
    if (line) value = strtod(line + strlen(series), NULL);
    buffer_clear(&page);
    return value;
}

static void expect(struct scene *scene, const struct recorded_stream *expected) {
    if (scene->outcome != OUTCOME_SUCCESS) {
        fail_msg("%s: %s", expected->name, scene->message);
    }
    assert_string_equal(model_stop_name(scene->stop), expected->stop);
    assert_true(slice_starts_with(buffer_slice(&scene->text), expected->text_start));
    assert_string_equal(buffer_string(&scene->words), buffer_string(&scene->text));
    assert_string_equal(scene->tool, expected->tool ? expected->tool : "");
    assert_int_equal(scene->usage.input, expected->input);
    assert_int_equal(scene->usage.output, expected->output);
    assert_true(replayer_heard(&scene->replayer, 0, "\"stream\":true"));
    assert_int_equal(replayer_count(&scene->replayer), 1);
}

static void recorded_streams_are_understood_whole_and_byte_by_byte(void **state) {
    (void)state;
    for (size_t i = 0; i < 4 * (size_t)RECORDED_STREAMS; i++) {
        const struct recorded_stream *expected = &recorded_streams[i / 4];
        struct replayed answer = {
            .body = recorded(expected->name),
            .piece = i % 2 ? 1 : 0,
            .chunked = (i / 2) % 2 == 1};
        struct scene scene;
        ask_for(&scene, &answer);
        expect(&scene, expected);
        end(&scene);
    }
}

static void recorded_streams_cut_in_the_middle_are_failures(void **state) {
    (void)state;
    for (size_t i = 0; i < 2 * (size_t)RECORDED_STREAMS; i++) {
        struct slice whole = recorded(recorded_streams[i / 2].name);
        bool is_chunked = i % 2 == 1;
        struct replayed answer = {
            .body = {whole.data, whole.length / 2 + 40},
            .chunked = is_chunked,
            .is_cut = true};
        /* A connection that ends in the middle is tried again, unless the owner has
         * heard something; a stream that ends too early was paid for. */
        struct scene scene;
        ask_for(&scene, &answer);
        assert_true(scene.is_over);
        assert_int_equal(
            scene.outcome, is_chunked ? OUTCOME_UNREACHABLE : OUTCOME_MODEL_PROTOCOL);
        assert_true(scene.message[0] != '\0');
        bool may_retry = is_chunked && scene.words.length == 0;
        assert_int_equal(replayer_count(&scene.replayer), may_retry ? 3 : 1);
        end(&scene);
    }
}

#define ERROR_EVENT                                                 \
    "event: error\ndata: "                                          \
    "{\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\"," \
    "\"message\":\"Overloaded\"}}\n\n"
#define FIRST_WORDS                                                          \
    "data: {\"type\":\"content_block_start\",\"index\":0,\"content_block\":" \
    "{\"type\":\"text\",\"text\":\"One\"}}\n\n"

static void an_error_in_the_stream_is_tried_again_before_the_first_word(void **state) {
    (void)state;
    const struct replayed answers[] = {
        {.body = slice_of(ERROR_EVENT), .chunked = true},
        {.body = recorded("basic_response"), .chunked = true}};
    struct scene scene;
    begin(&scene, answers, 2);
    ask(&scene, true);
    assert_int_equal(scene.outcome, OUTCOME_SUCCESS);
    assert_string_equal(buffer_string(&scene.words), "Hello there!");
    assert_true(
        metric(
            &scene,
            "llm_retries_total{model=\"local-1\",reason=\"model_overloaded\"} ") == 1);
    end(&scene);
}

static void an_error_in_the_stream_is_final_after_the_first_word(void **state) {
    (void)state;
    const struct replayed answers[] = {
        {.body = slice_of(FIRST_WORDS ERROR_EVENT), .chunked = true, .stays = true},
        {.body = recorded("basic_response"), .chunked = true}};
    struct scene scene;
    begin(&scene, answers, 2);
    ask(&scene, true);
    assert_int_equal(scene.outcome, OUTCOME_OVERLOADED);
    assert_string_equal(buffer_string(&scene.words), "One");
    assert_non_null(strstr(scene.message, "Overloaded"));
    assert_int_equal(replayer_count(&scene.replayer), 1);
    end(&scene);
}

static void a_refused_stream_is_tried_again_when_asked_to(void **state) {
    (void)state;
    const struct replayed answers[] = {
        {.status = 529,
         .type = "application/json",
         .headers = "retry-after-ms: 5\r\n",
         .body = slice_of("{\"error\":{\"type\":\"overloaded_error\"}}"),
         .chunked = true},
        {.body = recorded("basic_response"), .chunked = true}};
    struct scene scene;
    begin(&scene, answers, 2);
    ask(&scene, true);
    assert_int_equal(scene.outcome, OUTCOME_SUCCESS);
    assert_true(replayer_heard(&scene.replayer, 1, "x-stainless-retry-count: 1"));
    end(&scene);
}

static void a_server_that_does_not_end_its_reply_is_not_waited_for(void **state) {
    (void)state;
    struct replayed answer = {
        .body = recorded("tool_use_response"), .chunked = true, .is_cut = true};
    /* Its last event is not ended by an empty line either. */
    buffer_add_string(&stream, "\n\n");
    answer.body = buffer_slice(&stream);
    answer.stays = true;
    struct scene scene;
    ask_for(&scene, &answer);
    assert_int_equal(scene.outcome, OUTCOME_SUCCESS);
    assert_string_equal(scene.tool, "get_weather");
    end(&scene);
}

static void a_server_that_cannot_stream_is_heard_all_the_same(void **state) {
    (void)state;
    const struct replayed answer = {
        .type = "application/json",
        .body = slice_of("{\"content\":[{\"type\":\"text\",\"text\":\"At once\"}],"
                         "\"stop_reason\":\"end_turn\"}"),
        .chunked = true};
    struct scene scene;
    ask_for(&scene, &answer);
    assert_int_equal(scene.outcome, OUTCOME_SUCCESS);
    assert_string_equal(buffer_string(&scene.words), "At once");
    end(&scene);
}

static void an_ask_may_be_freed_by_who_listens(void **state) {
    (void)state;
    struct replayed answer = {
        .body = recorded("basic_response"), .piece = 1, .chunked = true};
    for (size_t pieces = 1; pieces <= 3; pieces++) {
        struct scene scene;
        begin(&scene, &answer, 1);
        scene.free_after = pieces;
        ask(&scene, true);
        /* Pieces that come together are given together, so it may be over before. */
        assert_true(scene.is_over || scene.pieces == pieces);
        end(&scene);
    }
}

static void the_first_token_is_measured(void **state) {
    (void)state;
    struct replayed answer = {
        .body = recorded("basic_response"), .piece = 20, .chunked = true};
    struct scene scene;
    ask_for(&scene, &answer);
    assert_true(
        metric(&scene, "llm_time_to_first_token_seconds_count{model=\"local-1\"} ") ==
        1);
    assert_true(
        metric(&scene, "llm_time_per_output_token_seconds_count{model=\"local-1\"} ") ==
        1);
    assert_true(
        metric(&scene, "llm_time_to_first_token_seconds_sum{model=\"local-1\"} ") > 0);
    end(&scene);
}

static void on_chat_done(void *owner, const struct chat_result *result) {
    struct scene *scene = owner;
    scene->chat = NULL;
    scene->is_over = true;
    scene->outcome = result->outcome;
    scene->usage = result->usage;
    buffer_add(&scene->text, result->response.data, result->response.length);
    loop_stop(scene->loop);
}

static void a_chat_passes_its_words_on_through_its_tools(void **state) {
    (void)state;
    struct buffer second = {.limit = RECORDED_STREAM_MAX};
    recorded_stream_read(TESTS_FOLDER, "basic_response", &second);
    const struct replayed answers[] = {
        {.body = recorded("tool_use_response"), .chunked = true},
        {.body = buffer_slice(&second), .chunked = true}};
    struct scene scene;
    begin(&scene, answers, 2);
    struct chat_question question = {
        .user_id = "ada",
        .message = slice_of("How is the weather?"),
        .deadline_ns = loop_clock_ns() + patience_ns,
        .on_text = on_text};
    scene.chat = chat_start(scene.agent, &question, on_chat_done, &scene);
    run(&scene);
    assert_int_equal(scene.outcome, OUTCOME_SUCCESS);
    assert_string_equal(
        buffer_string(&scene.words),
        "I'll check the current weather in Paris for you.Hello there!");
    assert_string_equal(buffer_string(&scene.text), "Hello there!");
    assert_int_equal(scene.usage.output, 71);
    /* Call and result go back together, the call as it came. */
    assert_true(replayer_heard(
        &scene.replayer, 1,
        "{\"type\":\"tool_use\",\"id\":\"toolu_01NRLabsLyVHZPKxbKvkfSMn\","
        "\"name\":\"get_weather\",\"caller\":{\"type\":\"direct\"},"
        "\"input\":{\"location\":\"Paris\"}}"));
    assert_true(replayer_heard(
        &scene.replayer, 1, "\"tool_use_id\":\"toolu_01NRLabsLyVHZPKxbKvkfSMn\""));
    end(&scene);
    buffer_clear(&second);
}

static int clear(void **state) {
    (void)state;
    buffer_clear(&stream);
    return 0;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(recorded_streams_are_understood_whole_and_byte_by_byte),
        cmocka_unit_test(recorded_streams_cut_in_the_middle_are_failures),
        cmocka_unit_test(an_error_in_the_stream_is_tried_again_before_the_first_word),
        cmocka_unit_test(an_error_in_the_stream_is_final_after_the_first_word),
        cmocka_unit_test(a_refused_stream_is_tried_again_when_asked_to),
        cmocka_unit_test(a_server_that_does_not_end_its_reply_is_not_waited_for),
        cmocka_unit_test(a_server_that_cannot_stream_is_heard_all_the_same),
        cmocka_unit_test(an_ask_may_be_freed_by_who_listens),
        cmocka_unit_test(the_first_token_is_measured),
        cmocka_unit_test(a_chat_passes_its_words_on_through_its_tools),
    };
    return cmocka_run_group_tests(tests, NULL, clear);
}
