/* SPDX-License-Identifier: MIT */
#include "base/panic.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static void say_restored(void) {
    dprintf(STDERR_FILENO, "restored ");
}

/* What a child prints to stderr before it ends with EXIT_INTERNAL. */
static void expect_last_words(void (*run)(void), const char *wanted) {
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    pid_t child = fork();
    if (child == 0) {
        dup2(ends[1], STDERR_FILENO);
        close(ends[0]);
        run();
        _exit(0);
    }
    close(ends[1]);
    char words[256] = {0};
    size_t length = 0;
    ssize_t got = 0;
    do {
        got = read(ends[0], words + length, sizeof words - 1 - length);
        if (got > 0) length += (size_t)got;
    } while (got > 0);
    close(ends[0]);
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), EXIT_INTERNAL);
    assert_non_null(strstr(words, wanted));
}

static void panic_with_a_hook(void) {
    panic_set_hook(say_restored);
    panic("no such state: %d", 7);
}

static void break_a_promise(void) {
    volatile int count = 1;
    ensure(count == 2);
}

static void panic_restores_first_and_exits_with_70(void **state) {
    (void)state;
    expect_last_words(
        panic_with_a_hook, "restored flightdeck: internal error: no such state: 7");
}

static void ensure_names_the_place(void **state) {
    (void)state;
    expect_last_words(break_a_promise, "panic_test.c");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(panic_restores_first_and_exits_with_70),
        cmocka_unit_test(ensure_names_the_place),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
