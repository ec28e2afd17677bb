/* SPDX-License-Identifier: MIT */
#include "agent/messages_stream.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/json_writer.h"
#include "core/node_json.h"
#include "support/recorded_streams.h"

enum { WHOLE = 1024 * 1024, WORDS_MAX = 64 * 1024 };

struct heard {
    bool is_good; /* nothing went wrong on the way */
    bool failed;
    struct error err;
    struct buffer words;
    struct model_complaint complaint;
    struct model_answer answer; /* when is_good */
};

/* Takes the stream in pieces of that size. */
static void hear(struct heard *heard, struct slice bytes, size_t piece) {
    struct model_stream stream;
    *heard = (struct heard){.words = {.limit = WORDS_MAX}};
    model_stream_init(&stream, &messages_stream);
    bool is_good = true;
    for (size_t at = 0; is_good && at < bytes.length; at += piece) {
        size_t left = bytes.length - at;
        struct slice part = {bytes.data + at, left < piece ? left : piece};
        is_good = model_stream_take(&stream, part, &heard->err);
        buffer_add(&heard->words, stream.words.data, stream.words.length);
        buffer_reset(&stream.words);
    }
    is_good = is_good && model_stream_rest(&stream, &heard->err);
    buffer_add(&heard->words, stream.words.data, stream.words.length);
    heard->is_good =
        is_good && model_stream_answer(&stream, &heard->answer, &heard->err);
    heard->failed = stream.failed;
    heard->complaint = stream.complaint;
    model_stream_clear(&stream);
}

static void forget(struct heard *heard) {
    if (heard->is_good) model_answer_clear(&heard->answer);
    buffer_clear(&heard->words);
}

static void hear_all(struct heard *heard, const char *events) {
    hear(heard, slice_of(events), WHOLE);
}

#define EVENT(type, more) "event: " type "\ndata: {\"type\":\"" type "\"" more "}\n\n"
#define START             EVENT("message_start", ",\"message\":{\"usage\":{\"input_tokens\":7}}")
#define TEXT_START             \
    EVENT(                     \
        "content_block_start", \
        ",\"index\":0,\"content_block\":{\"type\":\"text\",\"text\":\"\"}")
#define TEXT(words)            \
    EVENT(                     \
        "content_block_delta", \
        ",\"index\":0,\"delta\":{\"type\":\"text_delta\",\"text\":\"" words "\"}")
#define TOOL_START                                                             \
    EVENT(                                                                     \
        "content_block_start",                                                 \
        ",\"index\":0,\"content_block\":{\"type\":\"tool_use\",\"id\":\"t1\"," \
        "\"name\":\"calculate\",\"input\":{}}")
#define INPUT(json)                                              \
    EVENT(                                                       \
        "content_block_delta",                                   \
        ",\"index\":0,\"delta\":{\"type\":\"input_json_delta\"," \
        "\"partial_json\":\"" json "\"}")
#define BLOCK_STOP EVENT("content_block_stop", ",\"index\":0")
#define STOP(reason)     \
    EVENT(               \
        "message_delta", \
        ",\"delta\":{\"stop_reason\":\"" reason "\"},\"usage\":{\"output_tokens\":5}")
#define END EVENT("message_stop", "")

static void expect_recorded(
    const struct recorded_stream *recorded, struct slice bytes, size_t piece) {
    struct heard heard;
    hear(&heard, bytes, piece);
    if (!heard.is_good) fail_msg("%s: %s", recorded->name, heard.err.message);
    const struct model_answer *answer = &heard.answer;
    assert_string_equal(model_stop_name(answer->stop), recorded->stop);
    assert_true(slice_starts_with(buffer_slice(&answer->text), recorded->text_start));
    assert_int_equal(answer->text.length == 0, recorded->text_start[0] == '\0');
    assert_int_equal(answer->content->child_count, recorded->blocks);
    assert_int_equal(answer->usage.input, recorded->input);
    assert_int_equal(answer->usage.output, recorded->output);
    assert_int_equal(answer->usage.thinking, recorded->thinking);
    assert_int_equal(answer->call_count, recorded->tool ? 1 : 0);
    if (recorded->tool) {
        assert_string_equal(answer->calls[0].name, recorded->tool);
        const struct node *argument = answer->calls[0].input->first;
        assert_true(slice_equals(argument->string, recorded->argument));
    }
    /* Who listened heard just what the answer says. */
    assert_string_equal(buffer_string(&heard.words), buffer_string(&heard.answer.text));
    forget(&heard);
}

static void streams_of_real_servers_are_understood(void **state) {
    (void)state;
    struct buffer bytes = {.limit = RECORDED_STREAM_MAX};
    for (size_t i = 0; i < RECORDED_STREAMS; i++) {
        recorded_stream_read(TESTS_FOLDER, recorded_streams[i].name, &bytes);
        expect_recorded(&recorded_streams[i], buffer_slice(&bytes), WHOLE);
        expect_recorded(&recorded_streams[i], buffer_slice(&bytes), 1);
        expect_recorded(&recorded_streams[i], buffer_slice(&bytes), 7);
    }
    buffer_clear(&bytes);
}

static void streams_that_are_cut_are_no_answers(void **state) {
    (void)state;
    struct buffer bytes = {.limit = RECORDED_STREAM_MAX};
    for (size_t i = 0; i < RECORDED_STREAMS; i++) {
        recorded_stream_read(TESTS_FOLDER, recorded_streams[i].name, &bytes);
        struct slice whole = buffer_slice(&bytes);
        /* All that follows the last event's data is blank. */
        while (whole.data[whole.length - 1] != '}') whole.length--;
        for (size_t length = 0; length < whole.length; length += 5) {
            struct heard heard;
            hear(&heard, (struct slice){whole.data, length}, WHOLE);
            assert_false(heard.is_good);
            assert_true(heard.err.message[0] != '\0');
            forget(&heard);
        }
    }
    buffer_clear(&bytes);
}

static void streams_give_text_as_it_comes(void **state) {
    (void)state;
    struct model_stream stream;
    struct error err;
    model_stream_init(&stream, &messages_stream);
    assert_true(model_stream_take(&stream, slice_of(START TEXT_START), &err));
    assert_int_equal(stream.words.length, 0);
    assert_true(model_stream_take(&stream, slice_of(TEXT("Hel")), &err));
    assert_string_equal(buffer_string(&stream.words), "Hel");
    assert_true(stream.begun);
    buffer_reset(&stream.words);
    assert_true(model_stream_take(&stream, slice_of(TEXT("lo")), &err));
    assert_string_equal(buffer_string(&stream.words), "lo");
    model_stream_clear(&stream);
}

static void streams_without_input_mean_an_empty_one(void **state) {
    (void)state;
    struct heard heard;
    hear_all(&heard, START TOOL_START INPUT("") BLOCK_STOP STOP("tool_use") END);
    assert_true(heard.is_good);
    assert_int_equal(heard.answer.call_count, 1);
    assert_int_equal(heard.answer.calls[0].input->child_count, 0);
    forget(&heard);
}

static void streams_with_a_broken_call_fail_unless_it_was_cut(void **state) {
    (void)state;
    struct heard heard;
    hear_all(&heard, START TOOL_START INPUT("{\\\"a") BLOCK_STOP STOP("tool_use") END);
    assert_false(heard.is_good);
    forget(&heard);
    hear_all(&heard, START TOOL_START INPUT("[1]") BLOCK_STOP STOP("tool_use") END);
    assert_false(heard.is_good);
    forget(&heard);
    hear_all(
        &heard, START TOOL_START INPUT("{\\\"a") BLOCK_STOP STOP("max_tokens") END);
    assert_true(heard.is_good);
    assert_int_equal(heard.answer.stop, STOP_MAX_TOKENS);
    assert_int_equal(heard.answer.call_count, 0);
    forget(&heard);
}

#define OVERLOADED \
    EVENT(         \
        "error",   \
        ",\"error\":{\"type\":\"overloaded_error\",\"message\":\"Overloaded\"}")

static void streams_tell_what_the_server_complains_about(void **state) {
    (void)state;
    struct heard heard;
    hear_all(&heard, START TEXT_START TEXT("Hi") OVERLOADED TEXT("never"));
    assert_false(heard.is_good);
    assert_true(heard.failed);
    assert_string_equal(heard.complaint.type, "overloaded_error");
    assert_int_equal(heard.complaint.status, 529);
    assert_string_equal(buffer_string(&heard.words), "Hi");
    forget(&heard);
}

#define COMMENT   ": nobody reads this\n\n"
#define PING      EVENT("ping", "")
#define NEW_EVENT EVENT("brand_new", ",\"x\":[1]")
#define NEW_DELTA \
    EVENT("content_block_delta", ",\"index\":0,\"delta\":{\"type\":\"new\",\"x\":1}")

static void streams_pass_over_what_nobody_knows(void **state) {
    (void)state;
    struct heard heard;
    hear_all(
        &heard, COMMENT PING START NEW_EVENT TEXT_START NEW_DELTA TEXT("Hi")
                    BLOCK_STOP STOP("end_turn") END NEW_EVENT);
    assert_true(heard.is_good);
    assert_string_equal(buffer_string(&heard.answer.text), "Hi");
    assert_int_equal(heard.answer.usage.input, 7);
    assert_int_equal(heard.answer.usage.output, 5);
    forget(&heard);
}

static void streams_that_make_no_sense_fail(void **state) {
    (void)state;
    static const char *const streams[] = {
        "data: {\n\n",
        "data: []\n\n",
        "data: {\"type\":7}\n\n",
        START TEXT("no block is open"),
        START TEXT_START BLOCK_STOP TEXT("nor is this one"),
        START TEXT_START EVENT(
            "content_block_delta",
            ",\"index\":1,\"delta\":{\"type\":\"text_delta\",\"text\":\"x\"}"),
        START EVENT("content_block_start", ",\"index\":0,\"content_block\":[]"),
        START EVENT("content_block_start", ",\"content_block\":{\"type\":\"text\"}"),
        START TEXT_START EVENT("content_block_delta", ",\"index\":0,\"delta\":{}"),
        START TEXT_START EVENT(
            "content_block_delta",
            ",\"index\":0,\"delta\":{\"type\":\"text_delta\",\"text\":7}"),
    };
    for (size_t i = 0; i < sizeof streams / sizeof streams[0]; i++) {
        struct heard heard;
        hear_all(&heard, streams[i]);
        assert_false(heard.is_good);
        assert_false(heard.failed);
        assert_int_equal(heard.words.length, 0);
        forget(&heard);
    }
}

/* The answer's content as it would be sent back to the model. */
static void expect_content(const struct heard *heard, const char *expected) {
    struct buffer text = {.limit = WORDS_MAX};
    struct json_writer json = json_writer_to(&text);
    node_write_json(heard->answer.content, &json);
    assert_string_equal(buffer_string(&text), expected);
    buffer_clear(&text);
}

#define BLOCK(index, block) \
    EVENT("content_block_start", ",\"index\":" index ",\"content_block\":" block)
#define DELTA(index, delta) \
    EVENT("content_block_delta", ",\"index\":" index ",\"delta\":" delta)
#define BLOCK_END(index) EVENT("content_block_stop", ",\"index\":" index)

static void streams_keep_thinking_and_unknown_blocks_to_the_byte(void **state) {
    (void)state;
    static const char *const events[] = {
        START,
        BLOCK("0", "{\"type\":\"thinking\",\"thinking\":\"\",\"signature\":\"\"}"),
        DELTA("0", "{\"type\":\"thinking_delta\",\"thinking\":\"two \"}"),
        DELTA("0", "{\"type\":\"thinking_delta\",\"thinking\":\"and two\"}"),
        DELTA("0", "{\"type\":\"signature_delta\",\"signature\":\"Eq/+4=\"}"),
        BLOCK_END("0"),
        BLOCK(
            "1",
            "{\"new\":12345678901234567890,\"type\":\"new\",\"deep\":[{\"a\":1.50}]}"),
        BLOCK_END("1"),
        BLOCK("2", "{\"type\":\"text\",\"text\":\"A\",\"citations\":[{\"n\":1}]}"),
        DELTA("2", "{\"type\":\"citations_delta\",\"citation\":{\"n\":2}}"),
        BLOCK_END("2"),
        STOP("end_turn"),
        END,
    };
    struct buffer stream = {.limit = WORDS_MAX};
    for (size_t i = 0; i < sizeof events / sizeof events[0]; i++) {
        buffer_add_string(&stream, events[i]);
    }
    struct heard heard;
    hear(&heard, buffer_slice(&stream), WHOLE);
    if (!heard.is_good) fail_msg("%s", heard.err.message);
    expect_content(
        &heard,
        "[{\"type\":\"thinking\",\"thinking\":\"two and "
        "two\",\"signature\":\"Eq/+4=\"},"
        "{\"new\":12345678901234567890,\"type\":\"new\",\"deep\":[{\"a\":1.50}]},"
        "{\"type\":\"text\",\"text\":\"A\",\"citations\":[{\"n\":1},{\"n\":2}]}]");
    assert_string_equal(buffer_string(&heard.words), "A");
    forget(&heard);
    buffer_clear(&stream);
}

static void streams_have_their_limits(void **state) {
    (void)state;
    struct buffer bytes = {.limit = (size_t)4 * WHOLE};
    struct heard heard;
    buffer_add_string(&bytes, "data: \"");
    for (size_t i = 0; i < EVENT_DATA_MAX; i++) buffer_add_char(&bytes, 'x');
    buffer_add_string(&bytes, "\"\n\n");
    hear(&heard, buffer_slice(&bytes), WORDS_MAX);
    assert_false(heard.is_good);
    assert_int_equal(heard.err.code, ERROR_LIMIT);
    forget(&heard);
    buffer_clear(&bytes);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(streams_of_real_servers_are_understood),
        cmocka_unit_test(streams_that_are_cut_are_no_answers),
        cmocka_unit_test(streams_give_text_as_it_comes),
        cmocka_unit_test(streams_without_input_mean_an_empty_one),
        cmocka_unit_test(streams_with_a_broken_call_fail_unless_it_was_cut),
        cmocka_unit_test(streams_tell_what_the_server_complains_about),
        cmocka_unit_test(streams_pass_over_what_nobody_knows),
        cmocka_unit_test(streams_that_make_no_sense_fail),
        cmocka_unit_test(streams_keep_thinking_and_unknown_blocks_to_the_byte),
        cmocka_unit_test(streams_have_their_limits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
