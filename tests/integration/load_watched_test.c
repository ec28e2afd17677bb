/* A load run under the eyes of others: a Prometheus that
 * scrapes it, and an operator who takes its target. */
/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "core/exit_code.h"
#include "support/demo_seat.h"
#include "support/display.h"
#include "support/odd_server.h"
#include "support/test_client.h"
#include "support/test_demo.h"
#include "support/test_process.h"
#include "support/test_program.h"

enum {
    WORDS_SIZE = 512,
    WIDTH = 120,
    HEIGHT = 40,
    UP_MS = 60000,
    WAIT_MS = 30000,
    VARIABLE_SIZE = TEST_PATH_SIZE + 32,
};

static const char flightdeck[] = BINARIES_FOLDER "/flightdeck";

/* Scraping */

static void check_page(const struct test_folder *folder, const struct buffer *body) {
    char page[TEST_PATH_SIZE], log[TEST_PATH_SIZE], command[3 * TEST_PATH_SIZE];
    test_folder_path(folder, "page.txt", page);
    test_folder_path(folder, "promtool.log", log);
    FILE *file = fopen(page, "we");
    assert_non_null(file);
    fwrite(body->data, 1, body->length, file);
    fclose(file);
    snprintf(command, sizeof command, "promtool check metrics <%s", page);
    const char *const args[] = {"sh", "-c", command, NULL};
    int status = test_process_run(args, log);
    if (status == 0) return;
    char said[WORDS_SIZE] = "";
    file = fopen(log, "re");
    if (file) {
        said[fread(said, 1, sizeof said - 1, file)] = '\0';
        fclose(file);
    }
    fail_msg("promtool ended with %d: %s", status, said);
}

/* The number behind a name at the beginning of a line. */
static double value_of(const char *page, const char *name) {
    char line[WORDS_SIZE];
    snprintf(line, sizeof line, "\n%s ", name);
    const char *found = strstr(page, line);
    if (found) return strtod(found + strlen(line), NULL);
    fail_msg("no %s in %s", name, page);
    return 0;
}

static double scrape(struct test_client *client, const char *url, bool check) {
    static struct test_folder folder;
    struct test_reply reply;
    test_client_get(client, url, &reply);
    assert_int_equal(reply.status, 200);
    if (check) {
        test_folder_init(&folder);
        check_page(&folder, &reply.body);
        test_folder_clear(&folder);
    }
    double requests =
        value_of(buffer_string(&reply.body), "flightdeck_load_requests_total");
    test_reply_clear(&reply);
    return requests;
}

static void what_it_tells_while_it_runs_is_clean(void **state) {
    (void)state;
    static struct odd_server server;
    struct test_program program;
    struct test_client client;
    char words[WORDS_SIZE], url[WORDS_SIZE];
    unsigned port = test_free_port();
    odd_server_start(&server, ODD_GOOD);
    test_program_init(&program);
    test_client_init(&client);
    snprintf(
        words, sizeof words,
        "flightdeck load baseline http://127.0.0.1:%u --rate 50 --run-time 60s "
        "--metrics-listen 127.0.0.1:%u",
        (unsigned)server.port, port);
    snprintf(url, sizeof url, "http://127.0.0.1:%u/metrics", port);
    test_program_start(&program, words);
    test_program_expect(&program, "2s  ");
    double before = scrape(&client, url, true);
    test_program_expect(&program, "4s  ");
    double after = scrape(&client, url, false);
    if (!(before >= 40 && after > before)) fail_msg("%g, then %g", before, after);
    kill(program.pid, SIGINT);
    assert_int_equal(test_program_wait(&program), EXIT_CODE_INTERRUPTED);
    test_client_clear(&client);
    test_program_clear(&program);
    odd_server_stop(&server);
}

/* A terminal */

static void expect(struct display *display, const char *words) {
    if (display_wait(display, words, WAIT_MS)) return;
    fail_msg("no \"%s\" on\n%s", words, display_text(display));
}

static unsigned count_rows(const char *text, const char *words) {
    unsigned count = 0;
    for (const char *at = text; (at = strstr(at, words)); at += strlen(words)) count++;
    return count;
}

static void a_terminal_has_one_line_of_progress(void **state) {
    (void)state;
    static struct odd_server server;
    struct test_folder folder;
    char url[WORDS_SIZE], home[VARIABLE_SIZE];
    odd_server_start(&server, ODD_GOOD);
    test_folder_init(&folder);
    snprintf(url, sizeof url, "http://127.0.0.1:%u", (unsigned)server.port);
    snprintf(home, sizeof home, "HOME=%s", folder.path);
    const char *const env[] = {home, "XDG_STATE_HOME", "XDG_CONFIG_HOME", NULL};
    const char *const args[] = {flightdeck,   "load", "baseline",    url,
                                "--rate",     "20",   "--threshold", "p50<20s",
                                "--run-time", "4s",   NULL};
    const struct display_options options = {
        .args = args, .env = env, .width = WIDTH, .height = HEIGHT};
    struct display *display = display_start(&options);
    expect(display, "3s  ");
    assert_int_equal(count_rows(display_text(display), "rps sent"), 1);
    assert_int_equal(display_wait_exit(display, WAIT_MS), EXIT_CODE_OK);
    assert_int_equal(count_rows(display_text(display), "rps sent"), 0);
    assert_true(display_shows(display, "requests        80, "));
    display_free(display);
    test_folder_clear(&folder);
    odd_server_stop(&server);
}

/* Taking over */

/* Another cockpit of the same operator, in the same home. */
static struct display *sit_down_beside(const struct test_demo_home *home) {
    static const char *const names[] = {
        "XDG_RUNTIME_DIR", "TMPDIR", "XDG_STATE_HOME", "XDG_CONFIG_HOME", "HOME"};
    enum { NAMES = sizeof names / sizeof *names, TEMPORARY = 2 };
    char variables[NAMES][VARIABLE_SIZE];
    const char *env[NAMES + 1] = {NULL};
    for (unsigned i = 0; i < NAMES; i++) {
        struct text text = TEXT_IN(variables[i]);
        text_addf(
            &text, "%s=%s", names[i],
            i < TEMPORARY ? home->folder.path : home->logs.path);
        env[i] = variables[i];
    }
    const char *const args[] = {flightdeck, "--target", "demo", NULL};
    const struct display_options options = {
        .args = args, .env = env, .width = WIDTH, .height = HEIGHT};
    return display_start(&options);
}

static void start_run(struct display *display) {
    display_type(display, "A");
    expect(display, "Esc leaves");
    display_type(display, "y");
    expect(display, " ARMED ");
    display_type(display, "L");
    expect(display, "[baseline]");
    display_type(display, "y");
    expect(display, "LOAD baseline");
    expect(display, "● RUNNING");
}

static void who_takes_the_target_stops_the_run(void **state) {
    (void)state;
    struct test_demo_home home;
    struct display *first = demo_seat_start(&home, WIDTH, HEIGHT);
    expect(first, "parts answer");
    struct display *second = sit_down_beside(&home);
    expect(second, "DISARMED");
    start_run(first);
    display_type(second, "A");
    expect(second, "take over");
    display_type(second, "demo\r");
    expect(second, " ARMED ");
    expect(first, "took the target over; the run is stopped");
    expect(first, "~ INCONCLUSIVE");
    expect(first, "DISARMED");
    display_type(second, "q");
    assert_int_equal(display_wait_exit(second, WAIT_MS), EXIT_CODE_OK);
    display_type(first, "q");
    assert_int_equal(display_wait_exit(first, WAIT_MS), EXIT_CODE_OK);
    display_free(second);
    display_free(first);
    test_demo_home_clear(&home);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_it_tells_while_it_runs_is_clean),
        cmocka_unit_test(a_terminal_has_one_line_of_progress),
        cmocka_unit_test(who_takes_the_target_stops_the_run),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
