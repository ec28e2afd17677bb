/* SPDX-License-Identifier: MIT */
#include "core/check_stream.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/units.h"

#define STARTED_NS (5 * NS_PER_S)

/* A piece of a stream and when it came, in ms after the request; NULL ends. */
struct piece {
    uint64_t at_ms;
    const char *bytes;
};

static const struct piece whole[] = {
    {200, "event: message_start\ndata: {\"type\": \"message_start\"}\n\n"},
    {250, "event: ping\ndata: {}\n\nevent: content_block_delta\nda"},
    {900, "ta: {\"delta\": {\"text\": \"Hi\"}}\n\n"},
    {950, "event: message_stop\ndata: {\"type\": \"message_stop\"}\n\n"},
    {0, NULL}};
static const struct piece unended[] = {
    {200, "event: message_stop\ndata: {\"type\": \"message_stop\"}"}, {0, NULL}};
static const struct piece cut[] = {
    {200, "event: message_start\ndata: {}\n\nevent: message_stop\n"}, {0, NULL}};
static const struct piece broken[] = {
    {200, "event: error\ndata: {}\n\nevent: message_stop\ndata: {}\n\n"}, {0, NULL}};
static const struct piece nameless[] = {
    {200, "data: {\"text\": \"Hi\"}\n\ndata: [DONE]\n\n"}, {0, NULL}};
static const struct piece silent[] = {{200, ": nothing yet\n\n"}, {0, NULL}};

static struct node name_node(const char *name) {
    return (struct node){.kind = NODE_STRING, .string = slice_of(name)};
}

/* The worst that is found, and in `found` of what. */
static enum verdict judge(
    const struct piece *pieces, const struct check_sse *wanted, const char *type,
    struct check_finding *found) {
    const struct check_header headers[] = {{"content-type", type}};
    struct check_stream stream;
    uint64_t at_ns = STARTED_NS;
    check_stream_begin(&stream, wanted, STARTED_NS);
    for (; pieces->bytes; pieces++) {
        at_ns = STARTED_NS + pieces->at_ms * NS_PER_MS;
        check_stream_take(&stream, slice_of(pieces->bytes), at_ns);
    }
    check_stream_end(&stream, at_ns);
    const struct check_answer answer = {
        .headers = headers, .header_count = 1, .stream = &stream};
    *found = (struct check_finding){.verdict = VERDICT_PASS};
    for (unsigned rule = 0; rule < CHECK_STREAM_RULES; rule++) {
        struct check_finding finding = {0};
        check_stream_judge((enum check_stream_rule)rule, &answer, &finding);
        if (finding.verdict == VERDICT_PASS && !finding.degraded) continue;
        *found = finding;
        break;
    }
    return found->verdict;
}

static const char events_type[] = "text/event-stream; charset=utf-8";

static void a_stream_as_it_should_be_passes(void **state) {
    (void)state;
    struct node stop = name_node("message_stop");
    struct node error = name_node("error");
    const struct check_sse wanted = {
        .first_event = {.max_ns = 200 * NS_PER_MS},
        .gap = {.max_ns = 650 * NS_PER_MS},
        .ends_with = &stop,
        .no_event = &error};
    struct check_finding found;
    assert_int_equal(judge(whole, &wanted, events_type, &found), VERDICT_PASS);
    assert_false(found.degraded);
}

static void times_are_those_of_the_events(void **state) {
    (void)state;
    struct check_finding found;
    const struct check_sse late = {.first_event = {.max_ns = 199 * NS_PER_MS}};
    assert_int_equal(judge(whole, &late, events_type, &found), VERDICT_FAIL);
    assert_string_equal(found.what, "first event");
    assert_string_equal(found.got, "200ms");
    const struct check_sse stalled = {.gap = {.max_ns = 649 * NS_PER_MS}};
    assert_int_equal(judge(whole, &stalled, events_type, &found), VERDICT_FAIL);
    assert_string_equal(found.what, "gap between events");
    assert_string_equal(found.got, "650ms");
    const struct check_sse slow = {.gap = {.warn_ns = 649 * NS_PER_MS}};
    assert_int_equal(judge(whole, &slow, events_type, &found), VERDICT_PASS);
    assert_true(found.degraded);
}

static void the_last_event_has_to_be_the_right_one(void **state) {
    (void)state;
    struct check_finding found;
    struct node stop = name_node("message_stop");
    struct node done = name_node("[DONE]");
    const struct check_sse wanted = {.ends_with = &stop};
    assert_int_equal(judge(cut, &wanted, events_type, &found), VERDICT_FAIL);
    assert_string_equal(found.wanted, "\"message_stop\"");
    assert_string_equal(found.got, "\"message_start\"");
    assert_int_equal(judge(unended, &wanted, events_type, &found), VERDICT_PASS);
    assert_true(found.degraded);
    const struct check_sse data = {.ends_with = &done};
    assert_int_equal(judge(nameless, &data, events_type, &found), VERDICT_PASS);
    assert_false(found.degraded);
    assert_int_equal(judge(whole, &data, events_type, &found), VERDICT_FAIL);
}

static void an_event_that_must_not_come_is_named(void **state) {
    (void)state;
    struct check_finding found;
    struct node error = name_node("error");
    const struct check_sse wanted = {.no_event = &error};
    assert_int_equal(judge(broken, &wanted, events_type, &found), VERDICT_FAIL);
    assert_string_equal(found.wanted, "no event \"error\"");
    assert_int_equal(judge(whole, &wanted, events_type, &found), VERDICT_PASS);
}

static void no_events_are_never_green(void **state) {
    (void)state;
    struct check_finding found;
    struct node error = name_node("error");
    const struct check_sse wanted = {.no_event = &error};
    assert_int_equal(judge(silent, &wanted, events_type, &found), VERDICT_INCONCLUSIVE);
    assert_int_equal(
        judge(silent + 1, &wanted, events_type, &found), VERDICT_INCONCLUSIVE);
    assert_int_equal(judge(whole, &wanted, "application/json", &found), VERDICT_FAIL);
    assert_string_equal(found.got, "application/json");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_stream_as_it_should_be_passes),
        cmocka_unit_test(times_are_those_of_the_events),
        cmocka_unit_test(the_last_event_has_to_be_the_right_one),
        cmocka_unit_test(an_event_that_must_not_come_is_named),
        cmocka_unit_test(no_events_are_never_green),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
