/* SPDX-License-Identifier: MIT */
#include "agent/speech.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/document.h"
#include "io/json.h"

enum { EVENTS_MAX = 100, TEXT_MAX = 4096, BODY_MAX = 1024 * 1024 };

#define WORDS "Grüße aus Köln: 1 + 1 is 2, and a word_that_is_longer_than_a_piece ends."

/* A stream as its reader gets it. */
struct heard {
    struct buffer body;
    struct pieces pieces;
    size_t count;
    struct document *events[EVENTS_MAX]; /* NULL where the data is no JSON */
    struct slice names[EVENTS_MAX];
    struct buffer text, arguments;
};

static struct speech speech(void) {
    return (struct speech){
        .model = "m",
        .hash = 7,
        .words = slice_of(WORDS),
        .stop = STOP_END_TURN,
        .input_tokens = 5,
        .output_tokens = 9};
}

static struct speech call(void) {
    struct speech calls = speech();
    calls.call = (struct speech_call){
        .tool = "calculate",
        .argument_name = "expression",
        .argument = slice_of("(3 + 4) * 5.5")};
    calls.stop = STOP_TOOL_USE;
    return calls;
}

static void add_string(struct buffer *to, const struct node *root, const char *path) {
    struct error err = {0};
    const struct node *found = NULL;
    if (!node_find(root, slice_of(path), &found, &err) || !found) return;
    if (found->kind == NODE_STRING) {
        buffer_add(to, found->string.data, found->string.length);
    }
}

static void hear_event(struct heard *heard, struct slice event) {
    struct scan scan = scan_of(event);
    struct error err = {0};
    struct slice line;
    assert_in_range(heard->count, 0, EVENTS_MAX - 1);
    assert_true(scan_line(&scan, &line));
    if (slice_starts_with(line, "event: ")) {
        heard->names[heard->count] =
            (struct slice){.data = line.data + 7, .length = line.length - 7};
        assert_true(scan_line(&scan, &line));
    }
    assert_true(slice_starts_with(line, "data: "));
    struct slice data = {.data = line.data + 6, .length = line.length - 6};
    struct document *document = json_parse(data, &err);
    heard->events[heard->count++] = document;
    if (!document) return;
    const struct node *root = document_root(document);
    add_string(&heard->text, root, "$.delta.text");
    add_string(&heard->text, root, "$.choices[0].delta.content");
    add_string(&heard->arguments, root, "$.delta.partial_json");
    add_string(
        &heard->arguments, root, "$.choices[0].delta.tool_calls[0].function.arguments");
}

static void hear(
    struct heard *heard, const struct speech *words, enum speech_format format) {
    *heard = (struct heard){0};
    buffer_init(&heard->body, BODY_MAX);
    buffer_init(&heard->text, TEXT_MAX);
    buffer_init(&heard->arguments, TEXT_MAX);
    pieces_init(&heard->pieces);
    speech_stream(words, format, &heard->body, &heard->pieces);
    const char *at = buffer_string(&heard->body);
    for (const char *end; (end = strstr(at, "\n\n")); at = end + 2) {
        hear_event(heard, (struct slice){.data = at, .length = (size_t)(end - at)});
    }
    assert_int_equal(*at, '\0');
    assert_int_equal(heard->pieces.byte_count, heard->body.length);
}

static void forget(struct heard *heard) {
    for (size_t i = 0; i < heard->count; i++) document_free(heard->events[i]);
    buffer_clear(&heard->body);
    buffer_clear(&heard->text);
    buffer_clear(&heard->arguments);
    pieces_clear(&heard->pieces);
}

static void assert_last(
    const struct heard *heard, size_t from_end, const char *path, const char *value) {
    struct error err = {0};
    const struct node *found = NULL;
    const struct document *document = heard->events[heard->count - 1 - from_end];
    assert_non_null(document);
    assert_true(node_find(document_root(document), slice_of(path), &found, &err));
    assert_non_null(found);
    assert_true(slice_equals(found->string, value));
}

static void speech_streams_words_as_messages(void **state) {
    (void)state;
    struct heard heard;
    struct speech words = speech();
    hear(&heard, &words, SPEECH_MESSAGES);
    assert_string_equal(buffer_string(&heard.text), WORDS);
    assert_true(slice_equals(heard.names[0], "message_start"));
    assert_true(slice_equals(heard.names[1], "content_block_start"));
    assert_true(slice_equals(heard.names[2], "ping"));
    assert_true(slice_equals(heard.names[3], "content_block_delta"));
    assert_true(slice_equals(heard.names[heard.count - 3], "content_block_stop"));
    assert_true(slice_equals(heard.names[heard.count - 2], "message_delta"));
    assert_true(slice_equals(heard.names[heard.count - 1], "message_stop"));
    assert_last(&heard, 1, "$.delta.stop_reason", "end_turn");
    assert_last(&heard, 1, "$.usage.output_tokens", "9");
    assert_true(pieces_count(&heard.pieces) > 8);
    forget(&heard);
}

static void speech_streams_a_call_as_messages(void **state) {
    (void)state;
    struct heard heard;
    struct speech words = call();
    hear(&heard, &words, SPEECH_MESSAGES);
    assert_string_equal(
        buffer_string(&heard.arguments), "{\"expression\":\"(3 + 4) * 5.5\"}");
    assert_last(&heard, 1, "$.delta.stop_reason", "tool_use");
    forget(&heard);
}

static void speech_streams_chat_completions(void **state) {
    (void)state;
    struct heard heard;
    struct speech words = call();
    hear(&heard, &words, SPEECH_COMPLETIONS);
    assert_string_equal(buffer_string(&heard.text), WORDS);
    assert_string_equal(
        buffer_string(&heard.arguments), "{\"expression\":\"(3 + 4) * 5.5\"}");
    assert_last(&heard, 1, "$.choices[0].finish_reason", "tool_calls");
    assert_non_null(strstr(buffer_string(&heard.body), "\n\ndata: [DONE]\n\n"));
    assert_null(strstr(buffer_string(&heard.body), "usage"));
    forget(&heard);

    words.tells_usage = true;
    hear(&heard, &words, SPEECH_COMPLETIONS);
    assert_last(&heard, 1, "$.usage.prompt_tokens", "5");
    assert_last(&heard, 1, "$.usage.total_tokens", "14");
    forget(&heard);
}

static void speech_without_content_is_still_whole(void **state) {
    (void)state;
    struct heard heard;
    struct speech words = speech();
    words.words = slice_of("");
    words.has_no_blocks = true;
    hear(&heard, &words, SPEECH_MESSAGES);
    assert_int_equal(heard.count, 3);
    forget(&heard);
    hear(&heard, &words, SPEECH_COMPLETIONS);
    assert_int_equal(heard.count, 3);
    forget(&heard);
}

static void speech_has_the_flaw_that_is_wanted(void **state) {
    (void)state;
    static const size_t flawed[SPEECH_FORMAT_COUNT] = {3, 1};
    for (int format = 0; format < SPEECH_FORMAT_COUNT; format++) {
        struct heard sound;
        struct heard heard;
        struct speech words = speech();
        size_t at = flawed[format];
        hear(&sound, &words, (enum speech_format)format);
        for (int flaw = FLAW_NONSENSE; flaw <= FLAW_SCHEMA; flaw++) {
            words.flaw = (enum speech_flaw)flaw;
            hear(&heard, &words, (enum speech_format)format);
            assert_int_equal(heard.count, sound.count);
            assert_int_equal(heard.events[at] != NULL, flaw == FLAW_SCHEMA);
            assert_true(heard.text.length < sound.text.length);
            forget(&heard);
        }
        words.flaw = FLAW_ERROR;
        hear(&heard, &words, (enum speech_format)format);
        assert_int_equal(heard.count, at + 2);
        assert_last(&heard, 0, "$.error.message", "Overloaded");
        forget(&heard);
        forget(&sound);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(speech_streams_words_as_messages),
        cmocka_unit_test(speech_streams_a_call_as_messages),
        cmocka_unit_test(speech_streams_chat_completions),
        cmocka_unit_test(speech_without_content_is_still_whole),
        cmocka_unit_test(speech_has_the_flaw_that_is_wanted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
