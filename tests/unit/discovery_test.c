/* SPDX-License-Identifier: MIT */
#include "core/discovery.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "core/discovery_files.h"
#include "io/json.h"

enum { QUESTIONS_MAX = 200, ROUTES_MAX = 12 };

/* What a service answers; a path that is not in it gets `otherwise`. */
struct route {
    const char *path;
    bool posts;
    unsigned status;
    const char *body;
};
struct service {
    struct route routes[ROUTES_MAX];
    struct route otherwise;
};

struct visited {
    struct discovery discovery;
    unsigned questions, posts;
};

static const struct route *answer_of(
    const struct service *service, const struct discovery_question *question) {
    for (unsigned i = 0; i < ROUTES_MAX && service->routes[i].path; i++) {
        const struct route *route = &service->routes[i];
        if (route->posts == question->posts &&
            strcmp(route->path, question->path) == 0) {
            return route;
        }
    }
    return &service->otherwise;
}

static struct visited visit(const struct service *service, bool may_talk) {
    struct visited visited = {.discovery = discovery_start(may_talk)};
    struct discovery_question question;
    while (discovery_next(&visited.discovery, &question)) {
        const struct route *route = answer_of(service, &question);
        struct error err;
        struct slice body = slice_of(route->body ? route->body : "");
        struct document *json = json_parse(body, &err);
        struct discovery_answer answer = {
            .status = route->status,
            .body = body,
            .json = json ? document_root(json) : NULL};
        discovery_on_answer(&visited.discovery, &answer);
        document_free(json);
        visited.questions++;
        if (question.posts) visited.posts++;
        assert_true(visited.questions < QUESTIONS_MAX);
    }
    return visited;
}

static void expect_path(
    const struct visited *visited, enum discovery_role role, const char *path) {
    const struct discovery_found *found = &visited->discovery.found[role];
    assert_int_equal(found->there, path[0] != '\0');
    assert_string_equal(found->path, path);
}

static const struct service the_agent = {
    .routes =
        {
            {"/health", false, 200, "{\"status\":\"healthy\",\"version\":\"v1.5.0\"}"},
            {"/health/ready", false, 200, "{\"ready\":true}"},
            {"/metrics", false, 200, "agent_requests_total 3\n"},
            {"/errors", false, 200, "{\"errors\":[]}"},
            {"/chat", true, 200, "{\"response\":\"It is 4.\",\"job_id\":\"j-1\"}"},
            {"/chat/j-1", false, 200, "{\"status\":\"completed\",\"response\":\"4\"}"},
        },
    .otherwise = {.status = 404}};

static void the_bundled_agent_is_found_whole(void **state) {
    (void)state;
    struct visited visited = visit(&the_agent, true);
    expect_path(&visited, DISCOVERY_HEALTH, "/health");
    expect_path(&visited, DISCOVERY_READY, "/health/ready");
    expect_path(&visited, DISCOVERY_METRICS, "/metrics");
    expect_path(&visited, DISCOVERY_ERRORS, "/errors");
    expect_path(&visited, DISCOVERY_CHAT, "/chat");
    assert_true(visited.discovery.asks_health);
    assert_true(visited.discovery.known_metrics);
    assert_true(visited.discovery.right_answer);
    assert_int_equal(visited.discovery.chat, CHAT_ANSWERS);
    assert_string_equal(visited.discovery.version, "v1.5.0");
    assert_string_equal(visited.discovery.job_path, "/chat/{job_id}");
    assert_int_equal(visited.posts, 1);
}

static void nothing_is_sent_without_consent(void **state) {
    (void)state;
    struct visited visited = visit(&the_agent, false);
    assert_int_equal(visited.posts, 0);
    assert_int_equal(visited.discovery.chat, CHAT_NOT_TRIED);
    expect_path(&visited, DISCOVERY_HEALTH, "/health");
}

static void the_books_service_answers_later(void **state) {
    (void)state;
    static const struct service book = {
        .routes =
            {
                {"/health", false, 200, "{\"status\":\"healthy\"}"},
                {"/metrics", false, 200,
                 "{\"total_requests\":10,\"error_rate\":0.1,\"p95_latency\":1.2}"},
                {"/chat", true, 202, "{\"job_id\":\"abc_1\",\"status\":\"queued\"}"},
                {"/chat/abc_1", false, 200,
                 "{\"status\":\"completed\",\"response\":\"4\"}"},
            },
        .otherwise = {.status = 404}};
    struct visited visited = visit(&book, true);
    assert_int_equal(visited.discovery.chat, CHAT_ANSWERS);
    assert_string_equal(visited.discovery.job, "$.job_id");
    assert_string_equal(visited.discovery.job_path, "/chat/{job_id}");
    assert_string_equal(visited.discovery.done_path, "$.status");
    assert_string_equal(visited.discovery.done, "completed");
    assert_string_equal(visited.discovery.answer, "$.response");
    expect_path(&visited, DISCOVERY_METRICS, "/metrics");
}

static void jobs_may_stand_elsewhere_and_may_never_end(void **state) {
    (void)state;
    static const struct service elsewhere = {
        .routes =
            {
                {"/api/chat", true, 202, "{\"id\":\"7\"}"},
                {"/jobs/7", false, 200, "{\"state\":\"done\",\"result\":\"four\"}"},
            },
        .otherwise = {.status = 404}};
    struct visited visited = visit(&elsewhere, true);
    assert_int_equal(visited.discovery.chat, CHAT_ANSWERS);
    assert_string_equal(visited.discovery.job_path, "/jobs/{job_id}");
    assert_false(visited.discovery.right_answer);

    static const struct service endless = {
        .routes =
            {
                {"/chat", true, 202, "{\"job_id\":\"7\"}"},
                {"/chat/7", false, 200, "{\"status\":\"running\"}"},
            },
        .otherwise = {.status = 404}};
    visited = visit(&endless, true);
    assert_int_equal(visited.discovery.chat, CHAT_UNCLEAR);
}

static void a_server_that_answers_everything_has_nothing(void **state) {
    (void)state;
    static const struct service page = {
        .otherwise = {.status = 200, .body = "<html>hello</html>"}};
    static const struct service empty = {.otherwise = {.status = 200, .body = ""}};
    static const struct service object = {.otherwise = {.status = 200, .body = "{}"}};
    const struct service *const services[] = {&page, &empty, &object};
    for (unsigned i = 0; i < 3; i++) {
        struct visited visited = visit(services[i], true);
        assert_true(visited.discovery.reached);
        for (unsigned role = 0; role < DISCOVERY_ROLE_COUNT; role++) {
            assert_false(visited.discovery.found[role].there);
        }
        assert_int_equal(visited.discovery.chat, CHAT_NONE);
    }
}

static void nobody_there_is_asked_once(void **state) {
    (void)state;
    static const struct service nobody = {.otherwise = {.status = 0}};
    struct visited visited = visit(&nobody, true);
    assert_int_equal(visited.questions, 1);
    assert_false(visited.discovery.reached);
}

static void a_guarded_service_is_told_from_a_guarded_path(void **state) {
    (void)state;
    static const struct service guarded = {.otherwise = {.status = 401}};
    struct visited visited = visit(&guarded, false);
    assert_true(visited.discovery.guards_all);
    assert_false(visited.discovery.found[DISCOVERY_HEALTH].there);

    static const struct service partly = {
        .routes =
            {
                {"/health", false, 200, "OK"},
                {"/metrics", false, 403, ""},
            },
        .otherwise = {.status = 404}};
    visited = visit(&partly, false);
    assert_false(visited.discovery.guards_all);
    assert_false(visited.discovery.found[DISCOVERY_HEALTH].guarded);
    assert_true(visited.discovery.found[DISCOVERY_METRICS].guarded);
}

static void an_evil_service_cannot_write_into_the_files(void **state) {
    (void)state;
    static const struct service evil = {
        .routes =
            {
                {"/health", false, 200,
                 "{\"status\":\"ok\",\"version\":\"1\\nurl: "
                 "http://evil\\n\\u001b[2J\"}"},
                {"/metrics", false, 200, "{\"a]\\nurl\": 1}"},
                {"/chat", true, 202, "{\"job_id\":\"../../x?y#\\nurl: z\"}"},
            },
        .otherwise = {.status = 404}};
    struct visited visited = visit(&evil, true);
    struct target *target = test_calloc(1, sizeof *target);
    struct error err;
    assert_true(target_from_url(target, "http://127.0.0.1:1", &err));
    struct buffer file;
    buffer_init(&file, 65536);
    discovery_write_config(&visited.discovery, target, &file);
    assert_true(discovery_write_checks(&visited.discovery, &file));
    const char *words = buffer_string(&file);
    assert_null(strstr(words, "\nurl:"));
    assert_null(strchr(words, '\033'));
    assert_null(strstr(words, ".."));
    assert_int_equal(visited.discovery.chat, CHAT_UNCLEAR);
    buffer_clear(&file);
    test_free(target);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_bundled_agent_is_found_whole),
        cmocka_unit_test(nothing_is_sent_without_consent),
        cmocka_unit_test(the_books_service_answers_later),
        cmocka_unit_test(jobs_may_stand_elsewhere_and_may_never_end),
        cmocka_unit_test(a_server_that_answers_everything_has_nothing),
        cmocka_unit_test(nobody_there_is_asked_once),
        cmocka_unit_test(a_guarded_service_is_told_from_a_guarded_path),
        cmocka_unit_test(an_evil_service_cannot_write_into_the_files),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
