/* SPDX-License-Identifier: MIT */
#include "agent/conversation.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/memory.h"
#include "core/document.h"
#include "io/json.h"

enum { BIG = 20 * 1024 };

static int set_up(void **state) {
    struct conversation *conversation = memory_new(sizeof *conversation);
    conversation_init(conversation);
    *state = conversation;
    return 0;
}

static int tear_down(void **state) {
    conversation_clear(*state);
    free(*state);
    return 0;
}

static void assert_messages(const struct conversation *conversation, const char *json) {
    struct slice messages = conversation_messages(conversation);
    assert_int_equal(messages.length, strlen(json));
    assert_memory_equal(messages.data, json, messages.length);
}

static void answer(struct conversation *conversation, const char *content) {
    struct error err = {0};
    struct document *document = json_parse(slice_of(content), &err);
    assert_non_null(document);
    conversation_add_answer(conversation, document_root(document));
    document_free(document);
}

static void conversation_starts_with_the_question(void **state) {
    conversation_add_question(*state, slice_of("Say \"hi\""));
    assert_messages(*state, "{\"role\":\"user\",\"content\":\"Say \\\"hi\\\"\"}");
}

static void conversation_passes_unknown_blocks_back_as_they_came(void **state) {
    conversation_add_question(*state, slice_of("q"));
    answer(
        *state, "[{\"type\":\"thinking\",\"thinking\":\"…\",\"signature\":\"a/b+c==\"},"
                "{\"type\":\"novelty\",\"n\":1.50,\"deep\":[[{\"x\":null}]]}]");
    assert_messages(
        *state, "{\"role\":\"user\",\"content\":\"q\"},"
                "{\"role\":\"assistant\",\"content\":["
                "{\"type\":\"thinking\",\"thinking\":\"…\",\"signature\":\"a/b+c==\"},"
                "{\"type\":\"novelty\",\"n\":1.50,\"deep\":[[{\"x\":null}]]}]}");
}

static void conversation_keeps_the_turn_without_the_past(void **state) {
    struct slice past = slice_of("[{\"role\":\"user\",\"content\":\"a\"},"
                                 "{\"role\":\"assistant\",\"content\":\"b\"}]");
    struct conversation *conversation = *state;
    conversation_add_history(conversation, &past, 1);
    assert_int_equal(conversation->turn_count, 1);
    conversation_add_question(conversation, slice_of("c"));
    conversation_add_results(conversation, slice_of("[]"));
    assert_messages(
        conversation,
        "{\"role\":\"user\",\"content\":\"a\"},{\"role\":\"assistant\",\"content\":"
        "\"b\"},"
        "{\"role\":\"user\",\"content\":\"c\"},{\"role\":\"user\",\"content\":[]}");
    struct buffer turn = {.limit = CONVERSATION_TURN_MAX};
    assert_true(conversation_write_turn(conversation, &turn));
    assert_string_equal(
        buffer_string(&turn),
        "[{\"role\":\"user\",\"content\":\"c\"},{\"role\":\"user\",\"content\":[]}]");
    buffer_clear(&turn);
}

static void conversation_leaves_out_what_is_no_turn(void **state) {
    static const char *const texts[] = {
        "",
        "nonsense",
        "{}",
        "[]",
        "[{\"role\":\"user\",\"content\":\"alone\"}]",
        "[{\"role\":\"assistant\",\"content\":\"first\"}]",
        "[{\"role\":\"user\",\"content\":\"a\"},{\"role\":\"user\",\"content\":\"b\"}]",
        "[{\"role\":\"user\"},{\"role\":\"assistant\",\"content\":\"b\"}]",
        "[{\"role\":\"user\",\"content\":\"cut short\"}",
        "[{\"role\":\"user\",\"role\":\"user\",\"content\":\"a\"},"
        "{\"role\":\"assistant\",\"content\":\"two roles\"}]",
        "[{\"role\":\"user\",\"content\":[}]},{\"role\":\"assistant\",\"content\":1}]",
        "[{\"role\":\"user\",\"content\":\"a\"},{\"role\":\"assistant\",\"content\":1}]"
        " x",
        "[{\"role\":\"user\",\"content\":\"a\"},{\"role\":\"assistant\",\"content\":1},"
        "2]",
    };
    struct slice turns[sizeof texts / sizeof texts[0]];
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        turns[i] = slice_of(texts[i]);
    }
    struct conversation *conversation = *state;
    conversation_add_history(conversation, turns, sizeof texts / sizeof texts[0]);
    assert_int_equal(conversation->turn_count, 0);
    conversation_add_question(conversation, slice_of("q"));
    assert_messages(conversation, "{\"role\":\"user\",\"content\":\"q\"}");
}

static void conversation_remembers_an_answer_with_a_pause(void **state) {
    struct slice past = slice_of("[{\"role\":\"user\",\"content\":\"a\"},"
                                 "{\"role\":\"assistant\",\"content\":\"b\"},"
                                 "{\"role\":\"assistant\",\"content\":\"c\"}]");
    struct conversation *conversation = *state;
    conversation_add_history(conversation, &past, 1);
    assert_int_equal(conversation->turn_count, 1);
}

static void conversation_trims_history_by_whole_turns(void **state) {
    (void)state;
    struct slice turns[CONVERSATION_TURNS_MAX + 5];
    for (size_t i = 0; i < CONVERSATION_TURNS_MAX + 5; i++) turns[i] = slice_of("[]");
    assert_int_equal(conversation_first_kept(turns, 0), 0);
    assert_int_equal(conversation_first_kept(turns, 3), 0);
    assert_int_equal(conversation_first_kept(turns, CONVERSATION_TURNS_MAX + 5), 5);

    /* Three of twenty kilobytes: the newest two fit. */
    for (size_t i = 0; i < 3; i++) turns[i].length = BIG;
    assert_int_equal(conversation_first_kept(turns, 3), 1);
    turns[2].length = CONVERSATION_HISTORY_MAX + 1;
    assert_int_equal(conversation_first_kept(turns, 3), 3);
}

static void conversation_does_not_keep_a_turn_that_is_too_long(void **state) {
    char *words = memory_new(CONVERSATION_TURN_MAX + 1);
    memset(words, 'x', CONVERSATION_TURN_MAX);
    conversation_add_question(*state, slice_of(words));
    struct buffer turn = {.limit = CONVERSATION_TURN_MAX};
    assert_false(conversation_write_turn(*state, &turn));
    buffer_clear(&turn);
    free(words);
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(conversation_starts_with_the_question),
        TEST(conversation_passes_unknown_blocks_back_as_they_came),
        TEST(conversation_keeps_the_turn_without_the_past),
        TEST(conversation_leaves_out_what_is_no_turn),
        TEST(conversation_remembers_an_answer_with_a_pause),
        TEST(conversation_trims_history_by_whole_turns),
        TEST(conversation_does_not_keep_a_turn_that_is_too_long),
    };
#undef TEST
    return cmocka_run_group_tests(tests, NULL, NULL);
}
