/* What `flightdeck smoke` writes where, and when: before anything is sent, as it goes,
 * on a terminal. */
/* SPDX-License-Identifier: MIT */
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "io/bound_socket.h"
#include "io/json.h"
#include "support/display.h"
#include "support/hostile.h"
#include "support/test_program.h"

#define FLIGHTDECK (BINARIES_FOLDER "/flightdeck")

enum { URL_SIZE = 64, WORDS_SIZE = 256, PATIENCE_MS = 20000 };

static struct test_program program;
static struct hostile *hostile;

static int set_up(void **state) {
    (void)state;
    test_program_init(&program);
    hostile = hostile_new();
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    hostile_free(hostile);
    test_program_clear(&program);
    return 0;
}

static void write_checks(const char *second) {
    char yaml[WORDS_SIZE];
    snprintf(
        yaml, sizeof yaml,
        "version: 1\nchecks:\n"
        "  - {name: quick, get: /empty-200, expect: {status: 200}}\n"
        "  - {name: slow, get: /%s, expect: {status: 200}}\n",
        second);
    test_folder_write(&program.folder, "checks.yaml", yaml);
}

static const char *smoke(const char *more) {
    static char words[WORDS_SIZE];
    char url[URL_SIZE];
    hostile_url(hostile, "", url, sizeof url);
    snprintf(
        words, sizeof words, "flightdeck smoke %s --checks checks.yaml %s", url, more);
    return words;
}

/* Nobody has asked it for anything. */
static bool is_untouched(int listener) {
    struct pollfd asked = {.fd = listener, .events = POLLIN};
    return poll(&asked, 1, 0) == 0;
}

static void a_result_that_cannot_be_written_is_known_before(void **state) {
    (void)state;
    static const char *const commands[] = {"smoke", "status"};
    static const char *const paths[] = {"no/such/out.txt", "."};
    struct error err;
    uint16_t port = 0;
    char words[WORDS_SIZE];
    int listener = bound_socket_open("127.0.0.1", 0, &port, &err);
    for (size_t i = 0; i < 4; i++) {
        snprintf(
            words, sizeof words, "flightdeck %s http://127.0.0.1:%u -o %s",
            commands[i / 2], (unsigned)port, paths[i % 2]);
        assert_int_equal(test_program_run(&program, words), 2);
        assert_non_null(strstr(program.err, "writing "));
        assert_string_equal(program.out, "");
        assert_true(is_untouched(listener));
    }
    close(listener);
}

static void lines_are_there_when_it_is_killed(void **state) {
    (void)state;
    write_checks("never-answers");
    test_program_start(&program, smoke("--format jsonl"));
    test_program_expect(&program, "\"check.end\"");
    kill(program.pid, SIGKILL);
    test_program_wait(&program);
    assert_int_equal(program.signal, SIGKILL);
    assert_non_null(strstr(program.out, "\"type\":\"run.start\""));
    assert_non_null(strstr(program.out, "\"name\":\"quick\""));
    assert_int_equal(program.out[strlen(program.out) - 1], '\n');
}

static void read_file(const char *name, char *words, size_t size) {
    char path[TEST_PATH_SIZE];
    test_folder_path(&program.folder, name, path);
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    words[fread(words, 1, size - 1, file)] = '\0';
    fclose(file);
}

static void lines_go_to_a_file_and_end_with_run_end(void **state) {
    (void)state;
    char said[8192];
    write_checks("500");
    test_folder_write(&program.folder, "out.jsonl", "something old\n");
    int code = test_program_run(&program, smoke("--format jsonl -o out.jsonl"));
    assert_int_equal(code, 1);
    assert_string_equal(program.out, "");
    read_file("out.jsonl", said, sizeof said);
    assert_memory_equal(said, "{\"v\":1", 6);
    assert_non_null(strstr(strstr(said, "\"check.end\""), "\"run.end\""));
    char *last = strstr(said, "\"run.end\"");
    assert_ptr_equal(strchr(last, '\n'), said + strlen(said) - 1);
}

static void a_dry_run_is_told_as_json(void **state) {
    (void)state;
    struct error err;
    write_checks("500");
    assert_int_equal(test_program_run(&program, smoke("--dry-run -f json")), 0);
    struct document *document = json_parse(slice_of(program.out), &err);
    assert_non_null(document);
    const struct node *checks = node_get(document_root(document), "checks");
    const struct node *sends = node_get(node_at(checks, 1), "sends");
    assert_int_equal(node_at(sends, 0)->kind, NODE_STRING);
    assert_non_null(strstr(program.out, "GET http://127.0.0.1:"));
    document_free(document);
    assert_int_equal(test_program_run(&program, smoke("--dry-run -f junit")), 2);
    assert_non_null(strstr(program.err, "--dry-run is told as text or json"));
}

static void a_terminal_sees_what_is_waited_for(void **state) {
    (void)state;
    char url[URL_SIZE];
    char file[TEST_PATH_SIZE];
    write_checks("never-answers");
    hostile_url(hostile, "", url, sizeof url);
    test_folder_path(&program.folder, "checks.yaml", file);
    const char *const args[] = {FLIGHTDECK, "smoke", url, "--checks", file, NULL};
    const char *const env[] = {"TERM=xterm-256color", "XDG_STATE_HOME=/dev/null", NULL};
    const struct display_options options = {
        .args = args, .env = env, .width = 80, .height = 24};
    struct display *display = display_start(&options);
    assert_true(display_wait(display, "2 of 2: slow (", PATIENCE_MS));
    display_type(display, "\003");
    assert_int_equal(display_wait_exit(display, PATIENCE_MS), 130);
    assert_true(display_shows(display, "Test 1: quick"));
    assert_false(display_shows(display, "2 of 2"));
    display_free(display);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(a_result_that_cannot_be_written_is_known_before),
        TEST(lines_are_there_when_it_is_killed),
        TEST(lines_go_to_a_file_and_end_with_run_end),
        TEST(a_dry_run_is_told_as_json),
        TEST(a_terminal_sees_what_is_waited_for),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
