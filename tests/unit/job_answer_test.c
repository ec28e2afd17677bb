/* SPDX-License-Identifier: MIT */
#include "core/job_answer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "core/target.h"
#include "io/json.h"

static bool read(const char *json, struct job_answer *answer) {
    static struct target target;
    struct error err = {0};
    target_init(&target);
    struct document *document = json_parse(slice_of(json), &err);
    assert_non_null(document);
    bool good = job_answer_read(document_root(document), &target.chat, answer, &err);
    document_free(document);
    return good;
}

static void an_ended_job_tells_how_and_what_it_cost(void **state) {
    (void)state;
    struct job_answer answer;
    assert_true(read(
        "{\"status\":\"completed\",\"outcome\":\"success\",\"submitted_ms\":1000,"
        "\"finished_ms\":1250,\"usage\":{\"input_tokens\":10,\"output_tokens\":5,"
        "\"cost_usd\":0.0021},\"tool_calls\":[{\"status\":\"success\"},"
        "{\"status\":\"error\"},{\"status\":\"timeout\"},{}]}",
        &answer));
    assert_true(answer.has_ended);
    assert_false(answer.end.failed || answer.end.refused);
    assert_int_equal(answer.end.latency_us, 250000);
    assert_int_equal(answer.end.tokens, 15);
    assert_int_equal(answer.end.cost_micro, 2100);
    assert_int_equal(answer.end.tools_failed, 2);
    assert_true(answer.end.has_outcome && answer.end.has_tools);
}

/* Each row: the answer, and what it says. */
struct said {
    const char *json;
    bool ended, failed, refused;
};

static const struct said said[] = {
    {"{\"status\":\"queued\"}", false, true, false},
    {"{\"status\":\"running\"}", false, true, false},
    {"{\"status\":\"failed\",\"outcome\":\"dead\"}", true, true, false},
    {"{\"status\":\"completed\",\"outcome\":\"refused\"}", true, false, true},
    {"{\"status\":\"completed\"}", true, false, false},
};

static void a_job_has_ended_when_the_target_says_so(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof said / sizeof *said; i++) {
        struct job_answer answer;
        assert_true(read(said[i].json, &answer));
        assert_int_equal(answer.has_ended, said[i].ended);
        if (!answer.has_ended) continue;
        assert_int_equal(answer.end.failed, said[i].failed);
        assert_int_equal(answer.end.refused, said[i].refused);
    }
}

static void what_makes_no_sense_is_not_known(void **state) {
    (void)state;
    struct job_answer answer;
    assert_false(read("{}", &answer));
    assert_false(read("[]", &answer));
    assert_false(read("{\"status\":7}", &answer));
    assert_true(read(
        "{\"status\":\"completed\",\"submitted_ms\":2000,\"finished_ms\":1000,"
        "\"usage\":{\"input_tokens\":-1,\"output_tokens\":1e99,\"cost_usd\":-1},"
        "\"tool_calls\":\"none\",\"outcome\":[1]}",
        &answer));
    assert_true(answer.end.latency_us == OBSERVATION_UNKNOWN);
    assert_true(answer.end.tokens == OBSERVATION_UNKNOWN);
    assert_true(answer.end.cost_micro == OBSERVATION_UNKNOWN);
    assert_int_equal(answer.end.tools_failed, 0);
    assert_false(answer.end.refused);
    assert_false(answer.end.has_outcome || answer.end.has_tools);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_ended_job_tells_how_and_what_it_cost),
        cmocka_unit_test(a_job_has_ended_when_the_target_says_so),
        cmocka_unit_test(what_makes_no_sense_is_not_known),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
