/* The real program at its edges: exit codes, missing descriptors, signals, a reader
 * that leaves, no terminal. */
/* SPDX-License-Identifier: MIT */
#include <fcntl.h>
#include <glob.h>
#include <netinet/in.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/exit_code.h"
#include "support/test_program.h"

static struct test_program program;

static int set_up(void **state) {
    (void)state;
    test_program_init(&program);
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    test_program_clear(&program);
    return 0;
}

static void read_file(const char *name, char *words, size_t size) {
    char path[TEST_PATH_SIZE];
    test_folder_path(&program.folder, name, path);
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    words[fread(words, 1, size - 1, file)] = '\0';
    fclose(file);
}

static void help_and_version_go_to_stdout(void **state) {
    (void)state;
    assert_int_equal(test_program_run(&program, "flightdeck --version"), 0);
    assert_string_equal(program.out, "flightdeck " FLIGHTDECK_VERSION "\n");
    assert_int_equal(test_program_run(&program, "flightdeck --help"), 0);
    assert_non_null(strstr(program.out, "smoke"));
    assert_int_equal(test_program_run(&program, "flightdeck status -h"), 0);
    assert_non_null(strstr(program.out, "--report-only"));
    assert_string_equal(program.err, "");
}

static void a_word_that_begins_commands_has_help(void **state) {
    (void)state;
    assert_int_equal(test_program_run(&program, "flightdeck config --help"), 0);
    assert_non_null(strstr(program.out, "config check"));
    assert_non_null(strstr(program.out, "config show"));
    assert_int_equal(test_program_run(&program, "flightdeck theme -h"), 0);
    assert_non_null(strstr(program.out, "theme list"));
    assert_int_equal(test_program_run(&program, "flightdeck conf --help"), 2);
    assert_int_equal(test_program_run(&program, "flightdeck config --helpx"), 2);
}

static void a_theme_can_be_a_file_of_this_folder(void **state) {
    (void)state;
    test_folder_write(&program.folder, "mine.theme", "inherit = night\n");
    test_folder_write(&program.folder, "night", "no theme at all");
    assert_int_equal(
        test_program_run(&program, "flightdeck theme check mine.theme"), 0);
    assert_int_equal(test_program_run(&program, "flightdeck theme check night"), 0);
    assert_int_equal(test_program_run(&program, "flightdeck theme check my.theme"), 2);
    assert_non_null(strstr(program.err, "my.theme"));
    assert_int_equal(
        test_program_run(&program, "flightdeck demo --headless --theme nope"), 2);
    assert_non_null(strstr(program.err, "no theme is named nope"));
}

static void status_has_colours_and_says_more_when_told_to(void **state) {
    (void)state;
    static const char bare[] = "flightdeck status http://127.0.0.1:1 --timeout 1s";
    char words[128];
    test_program_run(&program, bare);
    assert_null(strchr(program.out, '\x1b'));
    assert_string_equal(program.err, "");
    snprintf(words, sizeof words, "%s --color always -vv", bare);
    test_program_run(&program, words);
    assert_non_null(strstr(program.out, "\x1b[31mERROR\x1b[0m: "));
    assert_non_null(strstr(program.err, "looking at http://127.0.0.1:1 ("));
    assert_non_null(strstr(program.err, "health 127.0.0.1:1: silent, "));
}

static const struct {
    const char *words, *message;
} wrong[] = {
    {"flightdeck smkoe", "unknown command \"smkoe\" (did you mean \"smoke\"?)"},
    {"flightdeck config shwo", "did you mean \"config show\"?"},
    {"flightdeck config", "config needs one of: check, show"},
    {"flightdeck status --origin", "--origin makes no sense here"},
    {"flightdeck status --format tap", "--format: expected one of text, json"},
    {"flightdeck status a b", "one argument too many"},
    {"flightdeck batch", "FILE|- is missing"},
    {"flightdeck status http://127.0.0.1:1 --target x", "a URL or --target, not both"},
    {"flightdeck status ftp://h", "a URL starts with"},
    {"flightdeck status http://me:hunter22@127.0.0.1:1", "in `headers` of a target"},
    {"flightdeck status", "no target is configured"},
    {"flightdeck status --target nope", "no target \"nope\""},
    {"flightdeck status --config nope.yaml", "nope.yaml: No such file"},
};

static void expect_usage(const char *words, const char *message) {
    int code = test_program_run(&program, words);
    if (code != EXIT_CODE_USAGE || !strstr(program.err, message)) {
        fail_msg("%s: %d %s", words, code, program.err);
    }
    assert_string_equal(program.out, "");
    assert_ptr_equal(strchr(program.err, '\n'), strrchr(program.err, '\n'));
    assert_null(strstr(program.err, "hunter22"));
}

static void a_wrong_command_line_ends_with_2_and_one_line(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        expect_usage(wrong[i].words, wrong[i].message);
    }
}

static void without_a_terminal_the_cockpit_names_what_works(void **state) {
    (void)state;
    assert_int_equal(test_program_run(&program, "flightdeck"), EXIT_CODE_USAGE);
    assert_non_null(strstr(program.err, "flightdeck batch"));
    assert_string_equal(program.out, "");
}

/* What the next opened file must not get is
 * the place of a descriptor that is missing. */
static void missing_descriptors_do_no_harm(void **state) {
    (void)state;
    for (int closed = 1; closed < 8; closed++) {
        char words[64];
        program.closed = closed;
        int code = test_program_run(&program, "flightdeck config check -o report.txt");
        assert_int_equal(code, EXIT_CODE_USAGE);
        read_file("report.txt", words, sizeof words);
        assert_memory_equal(words, "neither ./flightdeck.yaml nor ", 30);
    }
}

static void a_reader_that_leaves_is_no_error(void **state) {
    (void)state;
    int ends[2];
    assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
    close(ends[0]);
    program.stdout_fd = ends[1];
    assert_int_equal(test_program_run(&program, "flightdeck completion bash"), 0);
    assert_string_equal(program.err, "");
    close(ends[1]);
}

static void a_full_disk_is_an_error(void **state) {
    (void)state;
    int full = open("/dev/full", O_WRONLY | O_CLOEXEC);
    assert_true(full >= 0);
    program.stdout_fd = full;
    assert_int_equal(
        test_program_run(&program, "flightdeck completion bash"), EXIT_CODE_USAGE);
    assert_non_null(strstr(program.err, "No space left"));
    close(full);
}

/* The kernel's signal would end it half way, without a word. */
static void a_limit_on_files_is_an_error(void **state) {
    (void)state;
    struct rlimit before, none;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    none = before;
    none.rlim_cur = 0;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &none), 0);
    int written = test_program_run(&program, "flightdeck status -V -o out.txt");
    int smoked = test_program_run(&program, "flightdeck smoke http://127.0.0.1:1");
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    assert_int_equal(written, EXIT_CODE_USAGE);
    assert_int_equal(smoked, EXIT_CODE_UNREACHABLE);
    assert_non_null(strstr(program.err, "not recorded"));

    /* Nor is there a piece of the file, under any name. */
    char pattern[TEST_PATH_SIZE];
    glob_t found;
    test_folder_path(&program.folder, "out.txt*", pattern);
    assert_int_equal(glob(pattern, 0, NULL, &found), GLOB_NOMATCH);
}

/* The program is in read() once somebody has opened the other end of its script. */
static int start_at_a_fifo(void) {
    char path[TEST_PATH_SIZE];
    test_folder_path(&program.folder, "fifo", path);
    assert_int_equal(mkfifo(path, 0600), 0);
    test_program_start(&program, "flightdeck batch fifo");
    int writer = open(path, O_WRONLY | O_CLOEXEC);
    assert_true(writer >= 0);
    return writer;
}

static void expect_end_by(int number, int code) {
    int writer = start_at_a_fifo();
    assert_int_equal(kill(program.pid, number), 0);
    int ended = test_program_wait(&program);
    close(writer);
    if (program.signal != 0 || ended != code) {
        fail_msg("%d: signal %d, code %d", number, program.signal, ended);
    }
}

static void signals_end_a_command_that_waits(void **state) {
    (void)state;
    expect_end_by(SIGINT, EXIT_CODE_INTERRUPTED);
}

static void sigterm_ends_it_with_143(void **state) {
    (void)state;
    expect_end_by(SIGTERM, EXIT_CODE_TERMINATED);
}

static void a_lost_terminal_ends_it_with_143(void **state) {
    (void)state;
    expect_end_by(SIGHUP, EXIT_CODE_TERMINATED);
}

#if !defined(__SANITIZE_ADDRESS__)
static void a_crash_ends_with_70_and_a_line(void **state) {
    (void)state;
    expect_end_by(SIGSEGV, EXIT_CODE_INTERNAL);
    assert_string_equal(program.err, "flightdeck: internal error: signal 11\n");
}
#endif

/* A server that accepts and says nothing. */
static int listen_somewhere(uint16_t *port) {
    struct sockaddr_in address = {
        .sin_family = AF_INET, .sin_addr = {.s_addr = htonl(INADDR_LOOPBACK)}};
    socklen_t length = sizeof address;
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(listener >= 0);
    assert_int_equal(bind(listener, (struct sockaddr *)&address, length), 0);
    assert_int_equal(listen(listener, 16), 0);
    assert_int_equal(getsockname(listener, (struct sockaddr *)&address, &length), 0);
    *port = ntohs(address.sin_port);
    return listener;
}

static void expect_stop(const char *command, int number, int code) {
    uint16_t port = 0;
    int listener = listen_somewhere(&port);
    char words[128];
    snprintf(words, sizeof words, "flightdeck %s http://127.0.0.1:%u", command, port);
    test_program_start(&program, words);
    struct pollfd waiting = {.fd = listener, .events = POLLIN};
    assert_int_equal(poll(&waiting, 1, 30000), 1); /* it is asking now */
    assert_int_equal(kill(program.pid, number), 0);
    assert_int_equal(test_program_wait(&program), code);
    assert_int_equal(program.signal, 0);
    close(listener);
}

static void signals_end_commands_that_ask(void **state) {
    (void)state;
    expect_stop("status", SIGINT, EXIT_CODE_INTERRUPTED);
    expect_stop("status", SIGTERM, EXIT_CODE_TERMINATED);
    expect_stop("init", SIGINT, EXIT_CODE_INTERRUPTED);
    expect_stop("init", SIGHUP, EXIT_CODE_TERMINATED);
    expect_stop("smoke", SIGINT, EXIT_CODE_INTERRUPTED);
}

static void a_silent_service_is_given_up_in_time(void **state) {
    (void)state;
    uint16_t port = 0;
    int listener = listen_somewhere(&port);
    char words[128];
    snprintf(
        words, sizeof words, "flightdeck status --timeout 1s http://127.0.0.1:%u",
        port);
    assert_int_equal(test_program_run(&program, words), EXIT_CODE_UNREACHABLE);
    assert_memory_equal(program.out, "ERROR: ", 7);
    snprintf(
        words, sizeof words, "flightdeck init --timeout 1s http://127.0.0.1:%u", port);
    assert_int_equal(test_program_run(&program, words), EXIT_CODE_UNREACHABLE);
    close(listener);
}

static void a_closed_port_is_told_at_once_and_leaves_no_file(void **state) {
    (void)state;
    assert_int_equal(
        test_program_run(&program, "flightdeck init http://127.0.0.1:1"),
        EXIT_CODE_UNREACHABLE);
    assert_non_null(strstr(program.err, "was not reached"));
    char path[TEST_PATH_SIZE];
    test_folder_path(&program.folder, "flightdeck.yaml", path);
    assert_int_not_equal(access(path, F_OK), 0);
}

static void a_report_can_be_all_there_is(void **state) {
    (void)state;
    int code = test_program_run(
        &program, "flightdeck status http://127.0.0.1:1 --report-only --format json");
    assert_int_equal(code, 0);
    assert_non_null(strstr(program.out, "\"verdict\":\"ERROR\""));
    assert_non_null(strstr(program.err, "0 instead of 3"));
}

static void nothing_to_ask_is_inconclusive(void **state) {
    (void)state;
    test_folder_write(
        &program.folder, "flightdeck.yaml",
        "version: 1\n"
        "targets:\n"
        "  a:\n"
        "    url: http://127.0.0.1:1\n"
        "    paths: {health: \"\", ready: \"\", metrics: \"\", errors: \"\"}\n");
    assert_int_equal(
        test_program_run(&program, "flightdeck status --timeout 1s"),
        EXIT_CODE_INCONCLUSIVE);
    assert_memory_equal(program.out, "INCONCLUSIVE: ", 14);
    int code = test_program_run(
        &program, "flightdeck status --timeout 1s --fail-on inconclusive");
    assert_int_equal(code, EXIT_CODE_FAILED);
}

static void a_report_replaces_a_file_whole_or_not_at_all(void **state) {
    (void)state;
    char words[64];
    test_folder_write(&program.folder, "out.txt", "something that is longer than that");
    assert_int_equal(test_program_run(&program, "flightdeck status -V -o out.txt"), 0);
    read_file("out.txt", words, sizeof words);
    assert_string_equal(words, "flightdeck " FLIGHTDECK_VERSION "\n");
    int code = test_program_run(&program, "flightdeck status -V -o no/such/out.txt");
    assert_int_equal(code, EXIT_CODE_USAGE);
    assert_non_null(strstr(program.err, "writing no/such/out.txt"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(help_and_version_go_to_stdout),
        TEST(a_word_that_begins_commands_has_help),
        TEST(a_theme_can_be_a_file_of_this_folder),
        TEST(status_has_colours_and_says_more_when_told_to),
        TEST(a_wrong_command_line_ends_with_2_and_one_line),
        TEST(without_a_terminal_the_cockpit_names_what_works),
        TEST(missing_descriptors_do_no_harm),
        TEST(a_reader_that_leaves_is_no_error),
        TEST(a_full_disk_is_an_error),
        TEST(a_limit_on_files_is_an_error),
        TEST(signals_end_a_command_that_waits),
        TEST(sigterm_ends_it_with_143),
        TEST(a_lost_terminal_ends_it_with_143),
#if !defined(__SANITIZE_ADDRESS__)
        TEST(a_crash_ends_with_70_and_a_line),
#endif
        TEST(signals_end_commands_that_ask),
        TEST(a_silent_service_is_given_up_in_time),
        TEST(a_closed_port_is_told_at_once_and_leaves_no_file),
        TEST(a_report_can_be_all_there_is),
        TEST(nothing_to_ask_is_inconclusive),
        TEST(a_report_replaces_a_file_whole_or_not_at_all),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
