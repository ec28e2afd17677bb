/* SPDX-License-Identifier: MIT */
#include "confirm.h"

#include <poll.h>
#include <pty.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/text.h"

static const char what[] = "send 1 chat request to http://agent.example";

static struct target *a_target(enum target_class class) {
    struct target *target = calloc(1, sizeof *target);
    target_init(target);
    target->class = class;
    assert_true(text_copy(target->name, sizeof target->name, "prod-eu"));
    return target;
}

static bool act(enum target_class class, const char *confirm, struct error *err) {
    struct invocation invocation = {.command = "smoke"};
    invocation.options.values[OPTION_CONFIRM] = confirm;
    struct target *target = a_target(class);
    bool allowed = confirm_act(&invocation, target, what, "", err);
    free(target);
    return allowed;
}

static void without_a_terminal_only_the_flag_allows_production(void **state) {
    (void)state;
    struct error err;
    int input = dup(STDIN_FILENO);
    int null[2];
    assert_int_equal(pipe(null), 0);
    assert_int_equal(dup2(null[0], STDIN_FILENO), STDIN_FILENO);
    assert_false(act(TARGET_PRODUCTION, NULL, &err));
    assert_non_null(strstr(err.message, "--confirm prod-eu"));
    assert_non_null(strstr(err.message, what));
    assert_true(act(TARGET_PRODUCTION, "prod-eu", &err));
    assert_true(act(TARGET_LOCAL, NULL, &err));
    assert_true(act(TARGET_STAGING, NULL, &err));
    assert_int_equal(dup2(input, STDIN_FILENO), STDIN_FILENO);
    close(input);
    close(null[0]);
    close(null[1]);
}

static void a_flag_that_names_another_target_refuses_everything(void **state) {
    (void)state;
    struct error err;
    static const enum target_class classes[] = {
        TARGET_LOCAL, TARGET_STAGING, TARGET_PRODUCTION};
    for (size_t i = 0; i < sizeof classes / sizeof *classes; i++) {
        assert_false(act(classes[i], "prod-us", &err));
        assert_string_equal(
            err.message, "--confirm names \"prod-us\", but the target is \"prod-eu\"");
        assert_false(act(classes[i], "", &err));
    }
}

static void expect_shown(int terminal, const char *words) {
    char shown[1024] = "";
    size_t length = 0;
    while (!strstr(shown, words)) {
        struct pollfd screen = {.fd = terminal, .events = POLLIN};
        assert_int_equal(poll(&screen, 1, 5000), 1);
        ssize_t got = read(terminal, shown + length, sizeof shown - 1 - length);
        assert_true(got > 0);
        length += (size_t)got;
        shown[length] = '\0';
    }
}

/* The answer is typed before the question: the line waits in the terminal. */
static bool answer(const char *words, struct error *err) {
    int master = -1;
    int slave = -1;
    int input = dup(STDIN_FILENO);
    int errors = dup(STDERR_FILENO);
    assert_int_equal(openpty(&master, &slave, NULL, NULL, NULL), 0);
    assert_int_equal(dup2(slave, STDIN_FILENO), STDIN_FILENO);
    assert_int_equal(dup2(slave, STDERR_FILENO), STDERR_FILENO);
    assert_int_equal(write(master, words, strlen(words)), (ssize_t)strlen(words));
    bool allowed = act(TARGET_PRODUCTION, NULL, err);
    expect_shown(master, "Type its name to go on");
    assert_int_equal(dup2(input, STDIN_FILENO), STDIN_FILENO);
    assert_int_equal(dup2(errors, STDERR_FILENO), STDERR_FILENO);
    close(input);
    close(errors);
    close(master);
    close(slave);
    return allowed;
}

static void on_a_terminal_the_name_must_be_typed(void **state) {
    (void)state;
    struct error err;
    assert_true(answer("prod-eu\n", &err));
    assert_false(answer("y\n", &err));
    assert_string_equal(err.message, "that is not \"prod-eu\": nothing was done");
    assert_false(answer("prod-eu2\n", &err));
    assert_false(answer("\n", &err));
    assert_false(answer("\004", &err)); /* end of file */
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_a_terminal_only_the_flag_allows_production),
        cmocka_unit_test(a_flag_that_names_another_target_refuses_everything),
        cmocka_unit_test(on_a_terminal_the_name_must_be_typed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
