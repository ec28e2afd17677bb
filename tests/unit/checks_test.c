/* SPDX-License-Identifier: MIT */
#include "core/checks.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/memory.h"
#include "base/units.h"
#include "io/yaml.h"

static struct error err;

static bool no_regex(
    struct slice pattern, struct slice subject, bool *matches, struct error *why) {
    (void)subject;
    (void)why;
    *matches = pattern.length > 0;
    return true;
}

struct fixture {
    struct document *document;
    struct checks *checks;
    struct mistakes mistakes;
};

static bool read_file(struct fixture *fixture, const char *yaml) {
    fixture->document = yaml_parse(slice_of(yaml), "c.yaml", &err);
    if (!fixture->document) fail_msg("%s", err.message);
    fixture->checks = memory_new(sizeof *fixture->checks);
    mistakes_init(&fixture->mistakes, "c.yaml");
    return checks_read(
        fixture->checks, document_root(fixture->document), no_regex,
        &fixture->mistakes);
}

static void clear(struct fixture *fixture) {
    document_free(fixture->document);
    free(fixture->checks);
}

static const char whole_file[] =
    "version: 1\n"
    "defaults: {timeout: 5s, retries: 1}\n"
    "vars: {who: me}\n"
    "checks:\n"
    "  - name: health\n"
    "    get: /health\n"
    "    expect:\n"
    "      status: 200\n"
    "      json: {$.status: healthy}\n"
    "      latency: {max: 500ms, warn: 200ms}\n"
    "  - name: chat answers\n"
    "    post: /chat\n"
    "    json: {user_id: \"smoke-${run_id}\", message: \"What is 2 + 2?\"}\n"
    "    timeout: 30s\n"
    "    poll:\n"
    "      get: /chat/${$.job_id}\n"
    "      until: {json: {$.status: [completed, failed]}}\n"
    "    expect:\n"
    "      json:\n"
    "        $.status: completed\n"
    "        $.response: {contains: \"4\"}\n"
    "    critical: true\n"
    "  - name: tool call works\n"
    "    post: /chat\n"
    "    json: {message: \"17*23\"}\n"
    "    headers: {Authorization: \"Bearer ${env:AGENT_TOKEN}\"}\n"
    "    retries: 0\n"
    "    expect:\n"
    "      status: [200, 202]\n"
    "      json:\n"
    "        $.tool_calls[0].name: calculator\n"
    "        $.response: {matches: \"\\\\b391\\\\b\"}\n"
    "      body_lacks: [\"Traceback\", \"sk-ant-\"]\n"
    "  - name: stream completes\n"
    "    post: /chat/stream\n"
    "    json: {user_id: \"smoke-${run_id}\", message: \"Say hi\"}\n"
    "    expect:\n"
    "      sse: {first_event: {max: 2s}, gap: {max: 5s}, ends_with: message_stop, "
    "no_event: error}\n"
    "  - name: metrics present\n"
    "    get: /metrics\n"
    "    expect:\n"
    "      series:\n"
    "        - agent_requests_total\n"
    "        - 'agent_response_seconds_bucket{le=\"+Inf\"}'\n"
    "        - {name: agent_errors_total, value: {max: 10}}\n";

static void a_whole_file_is_read(void **state) {
    (void)state;
    struct fixture fixture;
    if (!read_file(&fixture, whole_file)) {
        fail_msg("%s", fixture.mistakes.items[0].words);
    }
    const struct checks *checks = fixture.checks;
    assert_int_equal(checks->count, 5);
    const struct check *health = &checks->items[0];
    assert_string_equal(health->name, "health");
    assert_string_equal(check_method(health), "GET");
    assert_true(slice_equals(check_subject(health), "/health"));
    assert_int_equal(health->line, 5);
    assert_true(health->timeout_ns == 5 * NS_PER_S);
    assert_int_equal(health->retries, 1);
    assert_true(health->expect.latency.warn_ns == 200 * NS_PER_MS);
    const struct check *chat = &checks->items[1];
    assert_string_equal(chat->poll.path, "/chat/${$.job_id}");
    assert_true(chat->poll.every_ns == 500 * NS_PER_MS);
    assert_true(chat->timeout_ns == 30 * NS_PER_S);
    assert_true(chat->critical);
    assert_int_equal(checks->items[2].retries, 0);
    const struct check *stream = &checks->items[3];
    assert_true(stream->streams);
    assert_true(stream->expect.sse.first_event.max_ns == 2 * NS_PER_S);
    assert_true(stream->expect.sse.gap.max_ns == 5 * NS_PER_S);
    assert_true(slice_equals(stream->expect.sse.ends_with->string, "message_stop"));
    assert_true(slice_equals(stream->expect.sse.no_event->string, "error"));
    assert_non_null(checks->items[4].expect.series);
    clear(&fixture);
}

/* What stands between the fences of the manual. */
static void the_example_of_the_manual_is_right(void **state) {
    (void)state;
    static char text[16384];
    FILE *file = fopen(TESTS_FOLDER "/../docs/checks.md", "r");
    assert_non_null(file);
    size_t length = fread(text, 1, sizeof text - 1, file);
    fclose(file);
    text[length] = '\0';
    char *yaml = strstr(text, "```yaml\n");
    assert_non_null(yaml);
    yaml += strlen("```yaml\n");
    *strstr(yaml, "```") = '\0';
    struct fixture fixture;
    if (!read_file(&fixture, yaml)) fail_msg("%s", fixture.mistakes.items[0].words);
    assert_int_equal(fixture.checks->count, 5);
    clear(&fixture);
}

/* One check with these lines, indented by four. */
#define CHECK(lines) "version: 1\nchecks:\n  - name: a\n" lines

static void mistakes_are_named_with_their_place(void **state) {
    (void)state;
    static const struct {
        const char *yaml, *message;
    } cases[] = {
        {"", "c.yaml:1:1: the file is empty: there is nothing to check"},
        {"version: 1\nchecks: []\n", "c.yaml:2:9: checks: at least 1 entry"},
        {"version: 1\n", "c.yaml:1:1: the key \"checks\" is missing"},
        {"version: 2\nchecks: [{name: a, get: /, expect: {status: 200}}]\n",
         "c.yaml:1:10: version: expected a whole number that is 1, got \"2\""},
        {CHECK("    get: /x\n    expct: {status: 200}\n"),
         "c.yaml:5:5: unknown key \"expct\" (did you mean \"expect\"?) (and 1 more)"},
        {CHECK("    get: /x\n    expect: {}\n"),
         "c.yaml:4:10: the check expects nothing"},
        {CHECK("    expect: {status: 200}\n"),
         "c.yaml:3:5: a check needs exactly one of get, head, post, put, patch, "
         "delete, chat"},
        {CHECK("    get: /x\n    post: /x\n    expect: {status: 200}\n"),
         "c.yaml:3:5: a check needs exactly one of get, head, post, put, patch, "
         "delete, chat"},
        {CHECK("    get: http://evil/\n    expect: {status: 200}\n"),
         "c.yaml:4:10: a path starts with /: the target says which host"},
        {CHECK("    get: /x\n    expect: {status: 99}\n"),
         "c.yaml:5:22: expected a status from 100 to 599"},
        {CHECK("    get: /x\n    expect: {json: {status: ok}}\n"),
         "c.yaml:5:21: path \"status\" cannot be read at character 1: it is made of "
         "$, .name, ['name'] and [0]"},
        {CHECK("    get: /x\n    expect: {json: {$.a: {contians: x}}}\n"),
         "c.yaml:5:27: unknown operator \"contians\" (did you mean \"contains\"?)"},
        {CHECK("    get: /x\n    json: {}\n    expect: {status: 200}\n"),
         "c.yaml:5:5: this request has no body of its own"},
        {CHECK("    get: /x\n    expect: {answer: x}\n"),
         "c.yaml:5:14: only a chat has an answer"},
        {CHECK("    get: /x\n    expect: {series: ['a{']}\n"),
         "c.yaml:5:23: expected a series like name or name{label=\"value\"}"},
        {CHECK("    get: /x\n    poll: {get: /y, until: {}}\n    expect: {status: "
               "200}\n"),
         "c.yaml:4:10: until when is it polled? until: {json: ...} or {status: ...}"},
        {CHECK("    get: /x\n    expect: {status: 200}\n"
               "  - {name: a, get: /x, expect: {status: 200}}\n"),
         "c.yaml:6:5: the name \"a\" stands twice"},
        {CHECK("    get: /x\n    retries: 11\n    expect: {status: 200}\n"),
         "c.yaml:5:14: retries: expected a whole number, from 0 to 10, got \"11\""},
        {CHECK("    get: /x\n    expect: {status: 200, sse: {ends: x}}\n"),
         "c.yaml:5:33: unknown key \"ends\" (known here: first_event, gap, ends_with, "
         "no_event)"},
        {CHECK("    get: /x\n    expect: {sse: {no_event: [error, {}]}}\n"),
         "c.yaml:5:38: expected a string that is not empty"},
        {CHECK("    chat: hello\n    expect: {sse: {ends_with: done}}\n"),
         "c.yaml:4:11: a stream of events (sse) is neither a chat nor polled: `post` "
         "it"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct fixture fixture;
        assert_false(read_file(&fixture, cases[i].yaml));
        assert_false(mistakes_none(&fixture.mistakes, &err));
        assert_string_equal(err.message, cases[i].message);
        clear(&fixture);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_whole_file_is_read),
        cmocka_unit_test(the_example_of_the_manual_is_right),
        cmocka_unit_test(mistakes_are_named_with_their_place),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
