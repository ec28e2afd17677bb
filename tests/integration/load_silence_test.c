/* A generator that runs no more and is not gone either:
 * the run ends, and says which. */
/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/exit_code.h"
#include "support/odd_server.h"
#include "support/test_program.h"

enum { WORDS_SIZE = 512 };

/* The first child of a process; 0 when it has none. */
static pid_t child_of(pid_t pid) {
    char path[64], children[WORDS_SIZE];
    snprintf(path, sizeof path, "/proc/%d/task/%d/children", (int)pid, (int)pid);
    FILE *file = fopen(path, "re");
    if (!file) return 0;
    size_t length = fread(children, 1, sizeof children - 1, file);
    children[length] = '\0';
    fclose(file);
    return (pid_t)strtol(children, NULL, 10);
}

static void a_generator_that_falls_silent_is_named(void **state) {
    (void)state;
    struct odd_server server = {0};
    struct test_program program;
    char words[WORDS_SIZE];
    test_program_init(&program);
    odd_server_start(&server, ODD_GOOD);
    snprintf(
        words, sizeof words,
        "flightdeck load baseline http://127.0.0.1:%u --run-time 60s --rate 50 "
        "--workers 2",
        (unsigned)server.port);
    test_program_start(&program, words);
    test_program_expect(&program, "2s  ");
    pid_t generator = child_of(program.pid);
    assert_true(generator > 0);
    assert_int_equal(kill(generator, SIGSTOP), 0);
    test_program_wait(&program);
    snprintf(words, sizeof words, "(pid %d) has been silent for", (int)generator);
    if (program.code != EXIT_CODE_INCONCLUSIVE || !strstr(program.out, words)) {
        fail_msg("%d: %s\n%s", program.code, program.out, program.err);
    }
    assert_int_equal(kill(generator, 0), -1);
    test_program_clear(&program);
    odd_server_stop(&server);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_generator_that_falls_silent_is_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
