/* SPDX-License-Identifier: MIT */
#include "core/scenario.h"

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

struct fixture {
    struct target target;
    struct scenario *scenario;
    struct mistakes mistakes;
};

static struct fixture *fixture_new(void) {
    struct fixture *fixture = memory_new(sizeof *fixture);
    fixture->scenario = memory_new(sizeof *fixture->scenario);
    if (!target_from_url(&fixture->target, "http://127.0.0.1:8000", &err)) {
        fail_msg("%s", err.message);
    }
    return fixture;
}

static void fixture_free(struct fixture *fixture) {
    free(fixture->scenario);
    free(fixture);
}

static bool read_file(struct fixture *fixture, const char *yaml) {
    struct document *document = yaml_parse(slice_of(yaml), "s.yaml", &err);
    if (!document) fail_msg("%s", err.message);
    mistakes_init(&fixture->mistakes, "s.yaml");
    bool read = scenario_read(
        fixture->scenario, document_root(document), &fixture->target,
        &fixture->mistakes);
    document_free(document);
    return read;
}

static void presets_are_those_of_the_book(void **state) {
    (void)state;
    static const struct {
        const char *name;
        double users, spawn;
        uint64_t seconds;
    } cases[] = {
        {"baseline", 100, 10, 300},
        {"spike", 1000, 100, 120},
        {"stress", 5000, 50, 600},
        {"soak", 500, 10, 3600},
    };
    struct fixture *fixture = fixture_new();
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct load_plan *plan = &fixture->scenario->plan;
        assert_true(scenario_is_preset(cases[i].name));
        assert_true(
            scenario_preset(fixture->scenario, cases[i].name, &fixture->target, &err));
        assert_int_equal(plan->model, LOAD_USERS);
        assert_int_equal(plan->level, cases[i].users);
        assert_int_equal(plan->spawn_per_s, cases[i].spawn);
        assert_int_equal(plan->run_time_ns, cases[i].seconds * NS_PER_S);
        assert_int_equal(plan->think_min_ns, NS_PER_S);
        assert_int_equal(plan->think_max_ns, 3 * NS_PER_S);
        assert_int_equal(fixture->scenario->gate_count, 2);
        assert_string_equal(fixture->scenario->gates[0].words, "p95<2s");
        assert_string_equal(fixture->scenario->gates[1].words, "error_ratio<0.1%");
    }
    assert_false(scenario_is_preset("quick"));
    fixture_free(fixture);
}

static void the_tasks_of_the_book_are_asked_in_the_way_of_the_target(void **state) {
    (void)state;
    struct fixture *fixture = fixture_new();
    assert_true(scenario_preset(fixture->scenario, "baseline", &fixture->target, &err));
    struct load_plan *plan = &fixture->scenario->plan;
    assert_int_equal(plan->task_count, 3);
    const struct load_task *chat = &plan->tasks[0];
    assert_string_equal(chat->name, "simple chat");
    assert_int_equal(chat->weight, 3);
    assert_string_equal(chat->method, "POST");
    assert_string_equal(chat->path, "/chat");
    assert_non_null(strstr(chat->body, "\"user_id\":\"load-${run}-${user}\""));
    assert_non_null(strstr(chat->body, "\"message\":\"${pick:"));
    assert_true(chat->job.wanted);
    assert_string_equal(chat->job.path, "/chat/${job}");
    assert_string_equal(chat->job.good[0].word, "completed");
    assert_string_equal(chat->job.bad[0].word, "failed");
    assert_string_equal(chat->headers[0].name, "Content-Type");
    assert_int_equal(plan->tasks[1].weight, 2);
    assert_int_equal(plan->tasks[2].weight, 1);
    assert_string_equal(plan->tasks[2].path, "/health");
    text_copy(plan->target.host, sizeof plan->target.host, "127.0.0.1");
    plan->target.port = 8000;
    if (!load_plan_check(plan, &err)) fail_msg("%s", err.message);
    fixture_free(fixture);
}

static void what_the_target_lacks_is_not_asked(void **state) {
    (void)state;
    struct fixture *fixture = fixture_new();
    fixture->target.paths.chat[0] = '\0';
    assert_true(scenario_preset(fixture->scenario, "soak", &fixture->target, &err));
    assert_int_equal(fixture->scenario->plan.task_count, 1);
    fixture->target.paths.health[0] = '\0';
    assert_false(scenario_preset(fixture->scenario, "soak", &fixture->target, &err));
    fixture_free(fixture);
}

static const char whole_file[] =
    "version: 1\n"
    "name: checkout\n"
    "users: 20\n"
    "spawn_rate: 5\n"
    "think: [500ms, 2s]\n"
    "run_time: 90s\n"
    "stages:\n"
    "  - {users: 20, over: 30s}\n"
    "  - {users: 80, over: 10s}\n"
    "thresholds: [p95<1s, \"p99(buy)<3s over 30s\"]\n"
    "abort_on: error_ratio>50%\n"
    "tasks:\n"
    "  - name: look\n"
    "    weight: 5\n"
    "    get: /items/${pick:1|2|3}\n"
    "    expect: {status: [200, 304], contains: price}\n"
    "  - name: buy\n"
    "    post: /orders\n"
    "    json: {user: \"${user}\", item: 7, note: \"say \\\"hi\\\"\"}\n"
    "    headers: {X-Seq: \"${seq}\"}\n"
    "    timeout: 5s\n"
    "    job: {id: $.id, get: \"/orders/${job}\", status: $.state, good: done, "
    "bad: [lost, late], every: 100ms, times: 50}\n"
    "  - name: talk\n"
    "    chat: Say \"hi\", ${user}\n"
    "  - name: listen\n"
    "    post: /chat/stream\n"
    "    body: hello\n"
    "    stream: true\n";

static void a_file_says_everything_that_is_done(void **state) {
    (void)state;
    struct fixture *fixture = fixture_new();
    if (!read_file(fixture, whole_file)) {
        fail_msg("%s", fixture->mistakes.items[0].words);
    }
    const struct scenario *scenario = fixture->scenario;
    const struct load_plan *plan = &scenario->plan;
    assert_string_equal(scenario->name, "checkout");
    assert_int_equal(plan->level, 20);
    assert_int_equal(plan->think_min_ns, 500 * NS_PER_MS);
    assert_int_equal(plan->think_max_ns, 2 * NS_PER_S);
    assert_int_equal(plan->stage_count, 2);
    assert_int_equal(plan->stages[1].level, 80);
    assert_int_equal(plan->stages[1].duration_ns, 10 * NS_PER_S);
    assert_int_equal(scenario->gate_count, 2);
    assert_string_equal(scenario->gates[1].task, "buy");
    assert_int_equal(scenario->abort_count, 1);
    assert_int_equal(plan->task_count, 4);
    fixture_free(fixture);
}

static void the_tasks_of_a_file_are_as_it_says(void **state) {
    (void)state;
    struct fixture *fixture = fixture_new();
    assert_true(read_file(fixture, whole_file));
    const struct load_task *tasks = fixture->scenario->plan.tasks;
    assert_string_equal(tasks[0].path, "/items/${pick:1|2|3}");
    assert_true(load_task_takes_status(&tasks[0], 304));
    assert_false(load_task_takes_status(&tasks[0], 201));
    assert_string_equal(tasks[0].content, "price");
    assert_string_equal(
        tasks[1].body, "{\"user\":\"${user}\",\"item\":7,\"note\":\"say \\\"hi\\\"\"}");
    assert_string_equal(tasks[1].headers[0].value, "${seq}");
    assert_string_equal(tasks[1].headers[1].value, "application/json");
    assert_int_equal(tasks[1].timeout_ns, 5 * NS_PER_S);
    assert_string_equal(tasks[1].job.good[0].word, "done");
    assert_int_equal(tasks[1].job.bad_count, 2);
    assert_int_equal(tasks[1].job.poll_max, 50);
    assert_non_null(strstr(tasks[2].body, "\"message\":\"Say \\\"hi\\\", ${user}\""));
    assert_string_equal(tasks[3].body, "hello");
    assert_true(tasks[3].stream);
    fixture_free(fixture);
}

static void a_rate_is_a_load_too(void **state) {
    (void)state;
    struct fixture *fixture = fixture_new();
    assert_true(read_file(
        fixture, "version: 1\nrate: 200\nrun_time: 10s\nconnections: 50\n"
                 "stages: [{rate: 400, over: 5s}]\n"
                 "tasks: {name: a, get: /}\n"));
    const struct load_plan *plan = &fixture->scenario->plan;
    assert_int_equal(plan->model, LOAD_ARRIVALS);
    assert_int_equal(plan->level, 200);
    assert_int_equal(plan->connections_max, 50);
    assert_int_equal(plan->think_max_ns, 0);
    assert_string_equal(fixture->scenario->gates[0].words, "p95<2s");
    fixture_free(fixture);
}

#define HEAD "version: 1\nusers: 5\nrun_time: 10s\n"
#define TASK "tasks: [{name: a, get: /}]\n"

static const struct {
    const char *yaml, *place, *says;
} wrong_files[] = {
    {"", "1:1", "the file is empty"},
    {HEAD, "1:1", "tasks"},
    {"version: 1\nusers: 0\nrun_time: 1s\n" TASK, "2:8", "users: expected a number"},
    {"version: 1\nrun_time: 1s\n" TASK, "1:1", "users or rate is missing"},
    {HEAD "rate: 5\n" TASK, "4:1", "exclude each other"},
    {HEAD "spawn_rat: 5\n" TASK, "4:1", "did you mean \"spawn_rate\""},
    {HEAD "thresholds: [p95<2]\n" TASK, "4:14", "expected a duration like 2s"},
    {HEAD "thresholds: [p95(b)<2s]\n" TASK, "4:14", "there is no task \"b\""},
    {HEAD "stages: [{rate: 5}]\n" TASK, "4:10", "a number of users"},
    {HEAD "tasks: [{name: a}]\n", "4:9", "exactly one of get"},
    {HEAD "tasks: [{name: a, get: /, post: /}]\n", "4:9", "exactly one of get"},
    {HEAD "tasks: [{name: a, get: x}]\n", "4:24", "a path starts with /"},
    {HEAD "tasks: [{name: a, get: /, json: 1}]\n", "4:27", "no body of its own"},
    {HEAD "tasks: [{name: a, get: /, weight: 0}]\n", "4:35", "weight"},
    {HEAD "tasks: [{name: a, get: /, expect: {status: 99}}]\n", "4:44",
     "a status from 200 to 599"},
    {HEAD "tasks: [{name: a, get: /}, {name: a, get: /}]\n", "4:28", "stands twice"},
    {HEAD "tasks: [{name: a, get: \"/${me}\"}]\n", "4:9", "${me}"},
    {HEAD "tasks: [{name: a, post: /, body: x, headers: {Host: y}}]\n", "4:9", "Host"},
    {HEAD "tasks: [{name: a, post: /, job: {get: /x}}]\n", "4:9", "${job}"},
    {HEAD "think: [3s, 1s]\n" TASK, "4:8", "the shorter time comes first"},
    {"version: 1\nrate: 5\nthink: 1s\nrun_time: 1s\n" TASK, "3:1", "about users"},
};

static void want_mistake(const struct mistake *mistake, size_t at) {
    char place[32];
    snprintf(place, sizeof place, "%u:%u", mistake->line, mistake->column);
    bool there = strcmp(place, wrong_files[at].place) == 0;
    if (there && strstr(mistake->words, wrong_files[at].says)) return;
    fail_msg("%s%s: %s", wrong_files[at].yaml, place, mistake->words);
}

static void mistakes_say_where_and_what_was_expected(void **state) {
    (void)state;
    struct fixture *fixture = fixture_new();
    for (size_t i = 0; i < sizeof wrong_files / sizeof *wrong_files; i++) {
        assert_false(read_file(fixture, wrong_files[i].yaml));
        want_mistake(&fixture->mistakes.items[0], i);
    }
    fixture_free(fixture);
}

static void hash_of(struct fixture *fixture, const char *yaml, char *hash) {
    assert_true(read_file(fixture, yaml));
    scenario_hash(fixture->scenario, hash);
}

static void only_runs_that_do_the_same_are_alike(void **state) {
    (void)state;
    static const char *const others[] = {
        "version: 1\nusers: 6\nrun_time: 10s\n" TASK,
        HEAD "tasks: [{name: a, get: /b}]\n",
        HEAD "think: 1s\n" TASK,
    };
    static const char *const alike[] = {
        "version: 1\nusers: 5\nrun_time: 99s\n" TASK,
        HEAD "thresholds: p95<1s\n" TASK,
        HEAD "name: other\n" TASK,
    };
    struct fixture *fixture = fixture_new();
    char hash[SHA256_HEX_SIZE];
    char other[SHA256_HEX_SIZE];
    hash_of(fixture, HEAD TASK, hash);
    assert_int_equal(strlen(hash), SHA256_HEX_SIZE - 1);
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        hash_of(fixture, others[i], other);
        assert_string_not_equal(hash, other);
    }
    for (size_t i = 0; i < sizeof alike / sizeof *alike; i++) {
        hash_of(fixture, alike[i], other);
        assert_string_equal(hash, other);
    }
    fixture->scenario->plan.seed = 5;
    fixture->scenario->plan.requests_max = 5;
    scenario_hash(fixture->scenario, other);
    assert_string_equal(hash, other);
    fixture_free(fixture);
}

static void the_same_tasks_and_gates_have_the_same_knee(void **state) {
    (void)state;
    static const struct {
        const char *yaml;
        bool same;
    } rows[] = {
        {"version: 1\nname: b\nrate: 50\nrun_time: 99s\n" TASK, true},
        {HEAD "think: 1s\nstages: [{users: 9, over: 1m}]\n" TASK, true},
        {HEAD "thresholds: p95<1s\n" TASK, false},
        {HEAD "tasks: [{name: a, get: /b}]\n", false},
    };
    struct fixture *fixture = fixture_new();
    char hash[SHA256_HEX_SIZE], other[SHA256_HEX_SIZE];
    assert_true(read_file(fixture, HEAD TASK));
    scenario_tasks_hash(fixture->scenario, hash);
    scenario_hash(fixture->scenario, other);
    assert_string_not_equal(hash, other); /* never taken for a run */
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        assert_true(read_file(fixture, rows[i].yaml));
        scenario_tasks_hash(fixture->scenario, other);
        assert_int_equal(strcmp(hash, other) == 0, rows[i].same);
    }
    fixture_free(fixture);
}

static void gates_can_be_added_up_to_a_limit(void **state) {
    (void)state;
    struct fixture *fixture = fixture_new();
    assert_true(read_file(fixture, HEAD TASK));
    while (fixture->scenario->gate_count < GATES_MAX) {
        assert_true(scenario_add_gate(fixture->scenario, "p50<1s", &err));
    }
    assert_false(scenario_add_gate(fixture->scenario, "p50<1s", &err));
    assert_true(scenario_check_gates(fixture->scenario, &err));
    assert_true(scenario_add_abort(fixture->scenario, "p95(aa)>1s", &err));
    assert_false(scenario_check_gates(fixture->scenario, &err));
    assert_non_null(strstr(err.message, "did you mean \"a\""));
    fixture_free(fixture);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(presets_are_those_of_the_book),
        cmocka_unit_test(the_tasks_of_the_book_are_asked_in_the_way_of_the_target),
        cmocka_unit_test(what_the_target_lacks_is_not_asked),
        cmocka_unit_test(a_file_says_everything_that_is_done),
        cmocka_unit_test(the_tasks_of_a_file_are_as_it_says),
        cmocka_unit_test(a_rate_is_a_load_too),
        cmocka_unit_test(mistakes_say_where_and_what_was_expected),
        cmocka_unit_test(only_runs_that_do_the_same_are_alike),
        cmocka_unit_test(the_same_tasks_and_gates_have_the_same_knee),
        cmocka_unit_test(gates_can_be_added_up_to_a_limit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
