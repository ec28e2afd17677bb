/* Streams of the local model in both wire formats, as a chat hears them. */
/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "agent/agent.h"
#include "agent/chat.h"
#include "agent/prices.h"
#include "base/units.h"
#include "io/loop.h"
#include "support/test_stack.h"

enum { WORDS_MAX = 64 * 1024 };

static const uint64_t patience_ns = 20 * NS_PER_S;

/* An agent of its own, and what is heard of one chat. */
struct scene {
    struct loop *loop;
    struct agent *agent;
    struct chat *chat;
    size_t pieces;
    enum outcome outcome;
    struct usage usage;
    struct buffer words, text;
};

static void begin(struct scene *scene, const char *url, enum wire_kind wire) {
    static struct prices prices;
    struct error err = {0};
    *scene =
        (struct scene){.words = {.limit = WORDS_MAX}, .text = {.limit = WORDS_MAX}};
    scene->loop = loop_new();
    prices_default(&prices);
    struct agent_options options = {
        .program = "serve",
        .version = "v1",
        .wire = wire,
        .model_url = url,
        .model = "local-1",
        .prices = &prices,
        .log_level = LOG_ERROR};
    scene->agent = agent_new(scene->loop, &options, &err);
    assert_non_null(scene->agent);
}

static void end(struct scene *scene) {
    agent_free(scene->agent);
    loop_free(scene->loop);
    buffer_clear(&scene->words);
    buffer_clear(&scene->text);
}

static void on_text(void *owner, struct slice text) {
    struct scene *scene = owner;
    assert_non_null(scene->chat);
    buffer_add(&scene->words, text.data, text.length);
    scene->pieces++;
}

static void on_done(void *owner, const struct chat_result *result) {
    struct scene *scene = owner;
    scene->chat = NULL;
    scene->outcome = result->outcome;
    scene->usage = result->usage;
    buffer_add(&scene->text, result->response.data, result->response.length);
    loop_stop(scene->loop);
}

static void chat(struct scene *scene, const char *words) {
    struct chat_question question = {
        .user_id = "ada",
        .message = slice_of(words),
        .deadline_ns = loop_clock_ns() + patience_ns,
        .on_text = on_text};
    buffer_reset(&scene->words);
    buffer_reset(&scene->text);
    scene->pieces = 0;
    /* Its deadline ends it, whatever happens. */
    scene->chat = chat_start(scene->agent, &question, on_done, scene);
    loop_run(scene->loop);
    assert_null(scene->chat);
}

static void expect_streamed(
    struct scene *scene, const char *words, enum outcome outcome, const char *text) {
    chat(scene, words);
    assert_int_equal(scene->outcome, outcome);
    assert_string_equal(buffer_string(&scene->text), text);
    /* What was heard ends as the answer does: there may be words before a tool call. */
    const char *heard = buffer_string(&scene->words);
    size_t length = strlen(text);
    assert_true(scene->words.length >= length);
    assert_string_equal(heard + scene->words.length - length, text);
}

/* Whatever goes wrong in a stream has its word, and what was heard stays heard. */
static void expect_failures(struct scene *scene, enum wire_kind wire) {
    bool is_openai = wire == WIRE_OPENAI; /* which does not tell overload apart */
    const struct {
        const char *words;
        enum outcome outcome;
        bool is_heard;
    } rows[] = {
        {"fail half way", is_openai ? OUTCOME_MODEL_ERROR : OUTCOME_OVERLOADED, true},
        {"hang up half way", OUTCOME_UNREACHABLE, true},
        {"answer nonsense", OUTCOME_MODEL_PROTOCOL, false},
        {"answer off the schema", OUTCOME_MODEL_PROTOCOL, false},
        {"be rate limited", OUTCOME_RATE_LIMITED, false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        chat(scene, rows[i].words);
        if (scene->outcome != rows[i].outcome) {
            print_error("%s: %s\n", rows[i].words, outcome_name(scene->outcome));
        }
        assert_int_equal(scene->outcome, rows[i].outcome);
        assert_true(!rows[i].is_heard || scene->words.length > 0);
    }
}

static void expect_streams_of(const char *url, enum wire_kind wire) {
    struct scene scene;
    begin(&scene, url, wire);
    expect_streamed(&scene, "What is 2 + 2?", OUTCOME_SUCCESS, "2 + 2 is 4.");
    assert_true(scene.pieces > 0);
    expect_streamed(
        &scene, "Please calculate (3 + 4) * 5.5", OUTCOME_SUCCESS,
        "The result is 38.5.");
    assert_true(scene.usage.input > 0 && scene.usage.output > 0);
    chat(&scene, "refuse this");
    assert_int_equal(scene.outcome, OUTCOME_REFUSED);
    chat(&scene, "run out of tokens");
    assert_int_equal(scene.outcome, OUTCOME_TRUNCATED);
    expect_failures(&scene, wire);
    end(&scene);
}

static void streams_of_the_local_model_are_understood(void **state) {
    (void)state;
    struct test_stack stack;
    test_stack_start(&stack, BINARIES_FOLDER "/flightdeck-agent", "instant");
    expect_streams_of(stack.model_url, WIRE_MESSAGES);
    expect_streams_of(stack.model_url, WIRE_OPENAI);
    test_stack_stop(&stack);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(streams_of_the_local_model_are_understood),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
