/* What would be sent is shown whole and without secrets, and nothing of it is sent. */
/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/exit_code.h"
#include "support/reflector.h"
#include "support/test_program.h"

enum { WORDS_SIZE = 512, TEXT_SIZE = 4096 };

static struct test_program program;
static struct reflector reflector;

static int set_up(void **state) {
    (void)state;
    char config[TEXT_SIZE];
    char folder[TEST_PATH_SIZE];
    test_program_init(&program);
    reflector_start(&reflector);
    snprintf(
        config, sizeof config,
        "version: 1\ntarget: here\ntargets:\n  here:\n    class: local\n"
        "    url: http://127.0.0.1:%u\n"
        "    host: agent.example\n"
        "    headers: {X-Team: ops, X-Api-Key: \"${env:TEAM_KEY}\"}\n"
        "    connect_to: {\"agent.example:80\": \"127.0.0.1:%u\"}\n",
        reflector.port, reflector.port);
    test_folder_path(&program.folder, "flightdeck", folder);
    assert_int_equal(mkdir(folder, 0700), 0);
    test_folder_write(&program.folder, "flightdeck/config.yaml", config);
    test_folder_write(
        &program.folder, "checks.yaml",
        "version: 1\nvars: {who: \"a \\\"b\\\"\"}\nchecks:\n"
        "  - name: job\n    post: \"/chat?of=${who}\"\n    retries: 1\n"
        "    headers: {Authorization: \"Bearer ${env:FAKE}\", Cookie: plain-secret}\n"
        "    json: {user_id: \"${who}-${run_id}\", secret: \"${env:FAKE}\", n: 3}\n"
        "    poll: {get: \"/chat/${$.job_id}\", until: {json: {$.status: done}},\n"
        "           every: 200ms, timeout: 9s}\n"
        "    expect: {status: 200}\n"
        "  - {name: talk, chat: \"Hello ${who}\", timeout: 8s, expect: {answer: "
        "{contains: \"4\"}}}\n"
        "  - {name: put, put: /x, body: \"one\\ntwo\", expect: {status: 200}}\n");
    program.env[0] = "FAKE=s3c\"ret-of-the-file";
    program.env[1] = "TEAM_KEY=s3cret-of-the-team";
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    reflector_stop(&reflector);
    test_program_clear(&program);
    return 0;
}

static void expect_no_secret(void) {
    assert_null(strstr(program.out, "s3c"));
    assert_null(strstr(program.err, "s3c"));
    assert_null(strstr(program.out, "plain-secret"));
}

/* `words` with every @ as the address of the service. */
static void expect_plan(const char *words) {
    char wanted[TEXT_SIZE];
    size_t length = 0;
    for (; *words; words++) {
        char *to = wanted + length;
        size_t room = sizeof wanted - length;
        length +=
            *words == '@'
                ? (size_t)snprintf(to, room, "http://127.0.0.1:%u", reflector.port)
                : (size_t)snprintf(to, room, "%c", *words);
        assert_true(length < sizeof wanted);
    }
    assert_string_equal(program.out, wanted);
}

static void smoke_shows_every_request_whole(void **state) {
    (void)state;
    int code =
        test_program_run(&program, "flightdeck smoke --dry-run --checks checks.yaml");
    if (code != 0) fail_msg("%s", program.err);
    char route[WORDS_SIZE];
    snprintf(
        route, sizeof route, "\n  agent.example:80 is reached at 127.0.0.1:%u\n",
        reflector.port);
    char *at = strstr(program.out, route);
    assert_non_null(at);
    memmove(at, at + strlen(route) - 1, strlen(at) - strlen(route) + 2);
    expect_plan(
        "would send to @ (here, local):\n"
        "\n# 1 of 3: job\n"
        "POST @/chat?of=a%20%22b%22\n"
        "  Host: agent.example\n"
        "  Authorization: Bearer ***\n"
        "  Cookie: ***\n"
        "  X-Team: ops\n"
        "  X-Api-Key: ***\n"
        "  Content-Type: application/json\n"
        "  {\"user_id\":\"a \\\"b\\\"-${run_id}\",\"secret\":\"***\",\"n\":3}\n"
        "  then GET @/chat/${$.job_id} every 200ms, up to 9.00s, same headers\n"
        "  all of it again when it fails, at most 1 time\n"
        "\n# 2 of 3: talk\n"
        "POST @/chat\n"
        "  Host: agent.example\n"
        "  X-Team: ops\n"
        "  X-Api-Key: ***\n"
        "  Content-Type: application/json\n"
        "  {\"user_id\":\"smoke-${run_id}\",\"message\":\"Hello a \\\"b\\\"\"}\n"
        "  when the answer is a job:\n"
        "  then GET @/chat/{job_id} every 500ms, up to 8.00s, same headers\n"
        "\n# 3 of 3: put\n"
        "PUT @/x\n"
        "  Host: agent.example\n"
        "  X-Team: ops\n"
        "  X-Api-Key: ***\n"
        "  one\n"
        "  two\n"
        "\nto go back: not by itself: what these requests change stays changed\n");
    expect_no_secret();
    assert_false(reflector_was_asked(&reflector));
}

/* The same checks in earnest: what goes out is what was shown. */
static void what_was_shown_is_what_is_sent(void **state) {
    (void)state;
    test_program_run(&program, "flightdeck smoke --checks checks.yaml");
    static const char *const heard[] = {
        "POST /chat?of=a%20%22b%22 HTTP/1.1\r\n",
        "\r\nHost: agent.example\r\n",
        "\r\nAuthorization: Bearer s3c\"ret-of-the-file\r\n",
        "\r\nCookie: plain-secret\r\n",
        "\r\nX-Api-Key: s3cret-of-the-team\r\n",
        "\"secret\":\"s3c\\\"ret-of-the-file\",\"n\":3}",
        "\"message\":\"Hello a \\\"b\\\"\"}",
        "\r\n\r\none\ntwo",
    };
    for (size_t i = 0; i < sizeof heard / sizeof *heard; i++) {
        if (!reflector_heard(&reflector, heard[i])) fail_msg("not sent: %s", heard[i]);
    }
    expect_no_secret();
}

static void a_script_shows_what_its_commands_would_send(void **state) {
    (void)state;
    program.input = "set checks checks.yaml\n"
                    "status\n"
                    "smoke --checks ${checks} -f junit -o report.xml\n"
                    "on failure\n"
                    "  smoke --checks nowhere.yaml\n"
                    "end\n";
    int code = test_program_run(&program, "flightdeck batch - --dry-run");
    assert_int_equal(code, EXIT_CODE_USAGE); /* of the file that is nowhere */
    char post[WORDS_SIZE];
    snprintf(
        post, sizeof post,
        "\n        POST http://127.0.0.1:%u/chat?of=", reflector.port);
    assert_non_null(strstr(program.out, post));
    assert_non_null(strstr(program.out, "\n          Authorization: Bearer ***\n"));
    assert_non_null(strstr(program.out, "  status\n     3 "));
    assert_non_null(strstr(program.out, "nowhere.yaml\n        would end with 2\n"));
    expect_no_secret();
    assert_false(reflector_was_asked(&reflector));
    char path[TEST_PATH_SIZE];
    test_folder_path(&program.folder, "report.xml", path);
    assert_int_not_equal(access(path, F_OK), 0);
}

static void a_first_visit_shows_its_message(void **state) {
    (void)state;
    char words[WORDS_SIZE];
    snprintf(
        words, sizeof words, "flightdeck init http://127.0.0.1:%u --dry-run",
        reflector.port);
    assert_int_equal(test_program_run(&program, words), 0);
    snprintf(
        words, sizeof words,
        "#   POST http://127.0.0.1:%u/chat\n#   POST http://127.0.0.1:%u/api/chat\n",
        reflector.port, reflector.port);
    assert_non_null(strstr(program.out, words));
    assert_non_null(strstr(program.out, "\"message\":\"What is 2 + 2?\"}\n"));
    assert_false(reflector_heard(&reflector, "POST "));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(smoke_shows_every_request_whole),
        TEST(what_was_shown_is_what_is_sent),
        TEST(a_script_shows_what_its_commands_would_send),
        TEST(a_first_visit_shows_its_message),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
