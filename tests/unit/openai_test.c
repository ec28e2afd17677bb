/* SPDX-License-Identifier: MIT */
#include "agent/openai.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/json_writer.h"
#include "core/node_json.h"
#include "io/json.h"

enum { WHOLE = 64 * 1024, TEXT_MAX = 64 * 1024 };

static void expect_content(const struct model_answer *answer, const char *expected) {
    struct buffer text = {.limit = TEXT_MAX};
    struct json_writer json = json_writer_to(&text);
    node_write_json(answer->content, &json);
    assert_string_equal(buffer_string(&text), expected);
    buffer_clear(&text);
}

static void openai_answers_become_content_blocks(void **state) {
    (void)state;
    struct model_answer answer = {0};
    struct error err = {0};
    assert_true(openai_read(
        &answer,
        slice_of(
            "{\"id\":\"chatcmpl-1\",\"object\":\"chat.completion\",\"choices\":[{"
            "\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":\"Hello\","
            "\"refusal\":null},\"logprobs\":null,\"finish_reason\":\"stop\"}],"
            "\"usage\":{\"prompt_tokens\":30,\"completion_tokens\":6,"
            "\"total_tokens\":36,\"prompt_tokens_details\":{\"cached_tokens\":10},"
            "\"completion_tokens_details\":{\"reasoning_tokens\":2}}}"),
        &err));
    assert_int_equal(answer.stop, STOP_END_TURN);
    assert_string_equal(buffer_string(&answer.text), "Hello");
    assert_int_equal(answer.usage.input, 20);
    assert_int_equal(answer.usage.cache_read, 10);
    assert_int_equal(answer.usage.output, 6);
    assert_int_equal(answer.usage.thinking, 2);
    expect_content(&answer, "[{\"type\":\"text\",\"text\":\"Hello\"}]");
    model_answer_clear(&answer);
}

#define CALL(id, name, arguments)                                             \
    "{\"id\":\"" id "\",\"type\":\"function\",\"function\":{\"name\":\"" name \
    "\",\"arguments\":" arguments "}}"
#define ANSWER(message, reason) \
    "{\"choices\":[{\"message\":" message ",\"finish_reason\":\"" reason "\"}]}"
#define CALLS(calls, reason) \
    ANSWER("{\"content\":null,\"tool_calls\":[" calls "]}", reason)

static void openai_tool_calls_become_blocks(void **state) {
    (void)state;
    struct model_answer answer = {0};
    struct error err = {0};
    assert_true(openai_read(
        &answer,
        slice_of(CALLS(
            CALL("call.1", "calculate", "\"{\\\"expression\\\": \\\"2+2\\\"}\"") "," CALL(
                "", "other", "\"\"") "," CALL("c3", "third", "{\"a\":1}"),
            "tool_calls")),
        &err));
    assert_int_equal(answer.stop, STOP_TOOL_USE);
    assert_int_equal(answer.call_count, 3);
    expect_content(
        &answer,
        "[{\"type\":\"tool_use\",\"id\":\"call_1\",\"name\":\"calculate\",\"input\":"
        "{\"expression\":\"2+2\"}},{\"type\":\"tool_use\",\"id\":\"unnamed-1\","
        "\"name\":"
        "\"other\",\"input\":{}},{\"type\":\"tool_use\",\"id\":\"c3\",\"name\":"
        "\"third\",\"input\":{\"a\":1}}]");
    model_answer_clear(&answer);
}

static enum model_stop stop_of(const char *body) {
    struct model_answer answer = {0};
    struct error err = {0};
    if (!openai_read(&answer, slice_of(body), &err)) {
        fail_msg("%s: %s", body, err.message);
    }
    enum model_stop stop = answer.stop;
    model_answer_clear(&answer);
    return stop;
}

#define SAID(reason) ANSWER("{\"content\":\"a\"}", reason)

static void openai_stop_reasons_are_told_apart(void **state) {
    (void)state;
    static const char refusal[] =
        ANSWER("{\"content\":null,\"refusal\":\"No.\"}", "stop");
    static const char cut[] = CALLS(CALL("a", "b", "\"{\\\"x\""), "length");
    assert_int_equal(stop_of(SAID("stop")), STOP_END_TURN);
    assert_int_equal(stop_of(SAID("length")), STOP_MAX_TOKENS);
    assert_int_equal(stop_of(SAID("content_filter")), STOP_REFUSAL);
    assert_int_equal(stop_of(refusal), STOP_REFUSAL);
    assert_int_equal(stop_of(SAID("from_the_future")), STOP_OTHER);
    assert_int_equal(
        stop_of(CALLS(CALL("a", "b", "\"{}\""), "tool_calls")), STOP_TOOL_USE);
    /* Some servers say so. */
    assert_int_equal(stop_of(CALLS(CALL("a", "b", "\"{}\""), "stop")), STOP_TOOL_USE);
    assert_int_equal(stop_of(cut), STOP_MAX_TOKENS);
}

static void openai_refuses_what_is_no_answer(void **state) {
    (void)state;
    static const char *const bodies[] = {
        "",
        "<html>",
        "[]",
        "{}",
        "{\"choices\":{}}",
        "{\"choices\":[]}",
        "{\"choices\":[{\"message\":\"text\"}]}",
        CALLS(CALL("a", "b", "\"{\\\"x\""), "tool_calls"),
        CALLS(CALL("a", "b", "\"[]\""), "tool_calls"),
        CALLS(CALL("a", "", "\"{}\""), "tool_calls"),
        CALLS("{\"index\":16,\"function\":{\"name\":\"a\"}}", "tool_calls"),
        ANSWER("{\"content\":\"a\"}", "tool_calls"),
    };
    for (size_t i = 0; i < sizeof bodies / sizeof bodies[0]; i++) {
        struct model_answer answer = {0};
        struct error err = {0};
        assert_false(openai_read(&answer, slice_of(bodies[i]), &err));
        assert_true(err.message[0] != '\0');
    }
}

static const char text_stream[] =
    "data: {\"object\":\"chat.completion.chunk\",\"choices\":[{\"index\":0,\"delta\":"
    "{\"role\":\"assistant\",\"content\":\"\"},\"finish_reason\":null}],\"usage\":null}"
    "\n\ndata: {\"choices\":[{\"delta\":{\"content\":\"Hel\"}}]}\n\n"
    ": a comment\n\n"
    "data: {\"choices\":[{\"delta\":{\"content\":\"lo\"}}]}\n\n"
    "data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n"
    "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":9,\"completion_tokens\":2,"
    "\"prompt_tokens_details\":{\"cached_tokens\":4}}}\n\n";
static const char done[] = "data: [DONE]\n\n";

static const char call_stream[] =
    "data: {\"choices\":[{\"delta\":{\"tool_calls\":[{\"index\":0,\"id\":\"c1\","
    "\"type\":\"function\",\"function\":{\"name\":\"calculate\",\"arguments\":\"\"}}]}}"
    "]}\n\n"
    "data: {\"choices\":[{\"delta\":{\"tool_calls\":[{\"index\":0,\"function\":"
    "{\"arguments\":\"{\\\"expre\"}}]}}]}\n\n"
    "data: {\"choices\":[{\"delta\":{\"tool_calls\":[{\"index\":1,\"id\":\"c2\","
    "\"function\":{\"name\":\"other\",\"arguments\":\"{}\"}}]}}]}\n\n"
    "data: {\"choices\":[{\"delta\":{\"tool_calls\":[{\"index\":0,\"function\":"
    "{\"arguments\":\"ssion\\\":\\\"1+1\\\"}\"}}]}}]}\n\n"
    "data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"tool_calls\"}]}\n\n"
    "data: [DONE]\n\n";

/* False when no answer came of the stream. */
static bool hear(
    const char *bytes, size_t piece, struct buffer *words,
    struct model_answer *answer) {
    struct model_stream stream;
    struct error err = {0};
    size_t length = strlen(bytes);
    model_stream_init(&stream, &openai_stream);
    bool is_good = true;
    for (size_t at = 0; is_good && at < length; at += piece) {
        struct slice part = {bytes + at, length - at < piece ? length - at : piece};
        is_good = model_stream_take(&stream, part, &err);
        buffer_add(words, stream.words.data, stream.words.length);
        buffer_reset(&stream.words);
    }
    is_good = is_good && model_stream_rest(&stream, &err) &&
              model_stream_answer(&stream, answer, &err);
    assert_true(is_good || err.message[0] != '\0');
    model_stream_clear(&stream);
    return is_good;
}

static void openai_streams_become_answers(void **state) {
    (void)state;
    for (size_t piece = 1; piece <= WHOLE; piece *= 4) {
        struct model_answer answer = {0};
        struct buffer words = {.limit = TEXT_MAX};
        struct buffer stream = {.limit = TEXT_MAX};
        buffer_addf(&stream, "%s%s", text_stream, done);
        assert_true(hear(buffer_string(&stream), piece, &words, &answer));
        assert_string_equal(buffer_string(&words), "Hello");
        assert_string_equal(buffer_string(&answer.text), "Hello");
        assert_int_equal(answer.stop, STOP_END_TURN);
        assert_int_equal(answer.usage.input, 5);
        assert_int_equal(answer.usage.cache_read, 4);
        assert_int_equal(answer.usage.output, 2);
        model_answer_clear(&answer);
        buffer_clear(&words);
        buffer_clear(&stream);
    }
}

static void openai_streams_bring_calls_in_fragments(void **state) {
    (void)state;
    struct model_answer answer = {0};
    struct buffer words = {.limit = TEXT_MAX};
    assert_true(hear(call_stream, 1, &words, &answer));
    assert_int_equal(words.length, 0);
    assert_int_equal(answer.stop, STOP_TOOL_USE);
    expect_content(
        &answer,
        "[{\"type\":\"tool_use\",\"id\":\"c1\",\"name\":\"calculate\",\"input\":"
        "{\"expression\":\"1+1\"}},{\"type\":\"tool_use\",\"id\":\"c2\",\"name\":"
        "\"other\",\"input\":{}}]");
    model_answer_clear(&answer);
    buffer_clear(&words);
}

static void openai_streams_may_end_without_their_last_word(void **state) {
    (void)state;
    struct model_answer answer = {0};
    struct buffer words = {.limit = TEXT_MAX};
    assert_true(hear(text_stream, WHOLE, &words, &answer));
    assert_int_equal(answer.stop, STOP_END_TURN);
    model_answer_clear(&answer);
    /* But not before it is known why they stopped. */
    char cut[sizeof text_stream];
    memcpy(cut, text_stream, sizeof cut);
    char *reason = strstr(cut, ",\"finish_reason\":\"stop\"");
    assert_non_null(reason);
    *reason = '\0';
    assert_false(hear(cut, WHOLE, &words, &answer));
    buffer_clear(&words);
}

static void openai_streams_tell_what_the_server_complains_about(void **state) {
    (void)state;
    struct model_stream stream;
    struct error err = {0};
    model_stream_init(&stream, &openai_stream);
    assert_false(model_stream_take(
        &stream,
        slice_of(
            "data: {\"error\":{\"message\":\"Out of it\",\"type\":\"server_error\","
            "\"code\":503}}\n\n"),
        &err));
    assert_true(stream.failed);
    assert_int_equal(stream.complaint.status, 503);
    assert_string_equal(stream.complaint.message, "Out of it");
    model_stream_clear(&stream);
}

static void write(
    const struct model_question *question, struct buffer *body,
    struct document **document) {
    struct error err = {0};
    buffer_reset(body);
    assert_true(openai_write(question, body, &err));
    *document = json_parse(buffer_slice(body), &err);
    assert_non_null(*document);
}

static const char history[] =
    "{\"role\":\"user\",\"content\":\"What is 2 + 2?\"},"
    "{\"role\":\"assistant\",\"content\":[{\"type\":\"thinking\",\"thinking\":\"hm\","
    "\"signature\":\"x\"},{\"type\":\"text\",\"text\":\"Let me see.\"},"
    "{\"type\":\"tool_use\",\"id\":\"t1\",\"name\":\"calculate\",\"input\":"
    "{\"expression\":\"2+2\"}},{\"type\":\"tool_use\",\"id\":\"t2\",\"name\":\"b\","
    "\"input\":{}}]},"
    "{\"role\":\"user\",\"content\":[{\"type\":\"tool_result\",\"tool_use_id\":\"t1\","
    "\"content\":\"4\"},{\"type\":\"tool_result\",\"tool_use_id\":\"t2\",\"content\":"
    "[{\"type\":\"text\",\"text\":\"error: no\"}],\"is_error\":true},"
    "{\"type\":\"text\",\"text\":\"Go on\"}]},"
    "{\"role\":\"assistant\",\"content\":[{\"type\":\"text\",\"text\":\"It is 4.\"}]}";

static void openai_questions_hold_the_whole_history(void **state) {
    (void)state;
    struct model_question question = {
        .model = "m",
        .tokens_max = 100,
        .system = slice_of("Be good."),
        .messages = slice_of(history),
        .user_hash = "abc"};
    struct buffer body = {.limit = TEXT_MAX};
    struct document *document = NULL;
    write(&question, &body, &document);
    const char *text = buffer_string(&body);
    assert_non_null(strstr(
        text,
        "\"messages\":[{\"role\":\"system\",\"content\":\"Be good.\"},"
        "{\"role\":\"user\",\"content\":\"What is 2 + 2?\"},"
        "{\"role\":\"assistant\",\"content\":\"Let me see.\",\"tool_calls\":["
        "{\"id\":\"t1\",\"type\":\"function\",\"function\":{\"name\":\"calculate\","
        "\"arguments\":\"{\\\"expression\\\":\\\"2+2\\\"}\"}},"
        "{\"id\":\"t2\",\"type\":\"function\",\"function\":{\"name\":\"b\","
        "\"arguments\":\"{}\"}}]},"
        "{\"role\":\"tool\",\"tool_call_id\":\"t1\",\"content\":\"4\"},"
        "{\"role\":\"tool\",\"tool_call_id\":\"t2\",\"content\":\"error: no\"},"
        "{\"role\":\"user\",\"content\":\"Go on\"},"
        "{\"role\":\"assistant\",\"content\":\"It is 4.\"}]"));
    const struct node *root = document_root(document);
    const struct node *tool = node_get(root, "tools")->first;
    assert_true(slice_equals(node_get(tool, "type")->string, "function"));
    const struct node *function = node_get(tool, "function");
    assert_true(slice_equals(node_get(function, "name")->string, "calculate"));
    assert_int_equal(node_get(function, "parameters")->kind, NODE_MAP);
    assert_true(slice_equals(node_get(root, "user")->string, "abc"));
    assert_null(node_get(root, "stream"));
    document_free(document);
    buffer_clear(&body);
}

static void openai_questions_ask_for_usage_in_streams(void **state) {
    (void)state;
    struct model_question question = {
        .model = "m",
        .stream = true,
        .tokens_max = 1,
        .messages = slice_of("{\"role\":\"user\",\"content\":\"q\"}")};
    struct buffer body = {.limit = TEXT_MAX};
    struct document *document = NULL;
    write(&question, &body, &document);
    assert_non_null(strstr(
        buffer_string(&body),
        "\"stream\":true,\"stream_options\":{\"include_usage\":true}"));
    document_free(document);
    buffer_clear(&body);
}

static void openai_questions_need_messages_that_are_some(void **state) {
    (void)state;
    static const char *const messages[] = {
        "{", "7", "{\"role\":\"user\"}", "{\"content\":\"x\"}"};
    for (size_t i = 0; i < sizeof messages / sizeof messages[0]; i++) {
        struct model_question question = {
            .model = "m", .messages = slice_of(messages[i])};
        struct buffer body = {.limit = TEXT_MAX};
        struct error err = {0};
        assert_false(openai_write(&question, &body, &err));
        buffer_clear(&body);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(openai_answers_become_content_blocks),
        cmocka_unit_test(openai_tool_calls_become_blocks),
        cmocka_unit_test(openai_stop_reasons_are_told_apart),
        cmocka_unit_test(openai_refuses_what_is_no_answer),
        cmocka_unit_test(openai_streams_become_answers),
        cmocka_unit_test(openai_streams_bring_calls_in_fragments),
        cmocka_unit_test(openai_streams_may_end_without_their_last_word),
        cmocka_unit_test(openai_streams_tell_what_the_server_complains_about),
        cmocka_unit_test(openai_questions_hold_the_whole_history),
        cmocka_unit_test(openai_questions_ask_for_usage_in_streams),
        cmocka_unit_test(openai_questions_need_messages_that_are_some),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
