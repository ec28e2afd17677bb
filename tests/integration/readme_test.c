/* The session with the bundled agent that the README shows, typed at a running demo. */
/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "support/lone_demo.h"

enum { README_SIZE = 64 * 1024, SAID_SIZE = 32 * 1024, COMMAND_SIZE = 512 };

static struct lone_demo stack;

static int set_up(void **state) {
    (void)state;
    lone_demo_start(&stack);
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    lone_demo_stop(&stack);
    return 0;
}

/* The shell's part of the section with that title. */
static const char *session_of(const char *title) {
    static char words[README_SIZE];
    FILE *file = fopen(TESTS_FOLDER "/../README.md", "r");
    assert_non_null(file);
    words[fread(words, 1, sizeof words - 1, file)] = '\0';
    fclose(file);
    static const char fence[] = "```sh\n";
    char *section = strstr(words, title);
    assert_non_null(section);
    char *start = strstr(section, fence);
    assert_non_null(start);
    start += sizeof fence - 1;
    char *end = strstr(start, "```");
    assert_non_null(end);
    *end = '\0';
    return start;
}

/* What a shell says that is given the session, in the home of the demo. */
static const char *type(const char *session) {
    static char said[SAID_SIZE];
    const char *home = stack.home.folder.path;
    char path[TEST_PATH_SIZE];
    test_folder_path(&stack.home.logs, "session", path);
    test_folder_write(&stack.home.logs, "session", session);
    char command[COMMAND_SIZE];
    struct text text = TEXT_IN(command);
    text_addf(
        &text, "PATH=%s:$PATH XDG_RUNTIME_DIR=%s HOME=%s timeout 60 sh -eu %s 2>&1",
        BINARIES_FOLDER, home, home, path);
    assert_false(text.truncated);
    FILE *shell = popen(command, "r"); /* NOLINT(cert-env33-c) */
    assert_non_null(shell);
    said[fread(said, 1, sizeof said - 1, shell)] = '\0';
    if (pclose(shell) != 0) fail_msg("%s", said);
    return said;
}

static void assert_says(const char *said, const char *words) {
    if (!strstr(said, words)) fail_msg("%s is missing in:\n%s", words, said);
}

static void the_session_shows_what_it_says(void **state) {
    (void)state;
    static const char *const expected[] = {
        "Nice to meet you, Ada.", "Your name is Ada.",
        "\"status\": \"",         "event: text\n",
        "event: message_stop\n",  "\"lookup_order\"",
        "Order A-1001: shipped",  "\"search_web\"",
        "Circuit breaker.",       "\"rating\":5,\"replaced\":false",
    };
    const char *said = type(session_of("## Talking to the bundled agent"));
    for (size_t i = 0; i < sizeof expected / sizeof expected[0]; i++) {
        assert_says(said, expected[i]);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_session_shows_what_it_says),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
