/* SPDX-License-Identifier: MIT */
#include "ui/terminal.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static const struct {
    struct terminal_environment environment;
    enum terminal_family family;
    enum color_depth depth;
    bool direct, asks;
} terminals[] = {
    {{.term = "xterm-256color"}, TERMINAL_XTERM, DEPTH_256, false, true},
    {{.term = "xterm-256color", .colorterm = "truecolor"},
     TERMINAL_XTERM,
     DEPTH_TRUE,
     true,
     true},
    {{.term = "foot", .colorterm = "24bit"}, TERMINAL_XTERM, DEPTH_TRUE, true, true},
    {{.term = "xterm-256color", .colorterm = "yes"},
     TERMINAL_XTERM,
     DEPTH_256,
     false,
     true},
    {{.term = "tmux-256color", .colorterm = "truecolor", .tmux = "/tmp/x,1,0"},
     TERMINAL_TMUX,
     DEPTH_TRUE,
     true,
     false},
    {{.term = "screen-256color", .colorterm = "truecolor", .screen = "1.tty"},
     TERMINAL_TMUX,
     DEPTH_256,
     false,
     false},
    {{.term = "xterm-256color", .tmux = "/tmp/x,1,0"},
     TERMINAL_XTERM,
     DEPTH_256,
     false,
     false},
    {{.term = "linux", .colorterm = "truecolor"},
     TERMINAL_LINUX,
     DEPTH_256,
     false,
     false},
    {{.term = "vt100"}, TERMINAL_PLAIN, DEPTH_256, false, false},
    {{.term = "vte-256color", .colorterm = "truecolor"},
     TERMINAL_XTERM,
     DEPTH_TRUE,
     true,
     true},
    {{.term = "xterm", .colorterm = "truecolor", .no_color = "1"},
     TERMINAL_XTERM,
     DEPTH_MONO,
     false,
     true},
    {{.term = "xterm", .colorterm = "truecolor", .no_color = ""},
     TERMINAL_XTERM,
     DEPTH_TRUE,
     true,
     true},
    {{.term = "xterm", .colorterm = "truecolor", .no_color = "1", .color = "always"},
     TERMINAL_XTERM,
     DEPTH_TRUE,
     true,
     true},
    {{.term = "xterm", .color = "never"}, TERMINAL_XTERM, DEPTH_MONO, false, true},
    {{.term = "xterm", .color = "24"}, TERMINAL_XTERM, DEPTH_TRUE, true, true},
    {{.term = "xterm", .colorterm = "truecolor", .color = "16"},
     TERMINAL_XTERM,
     DEPTH_16,
     false,
     true},
};

static void the_environment_says_what_the_terminal_can_do(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof terminals / sizeof *terminals; i++) {
        struct terminal terminal;
        struct error err = {0};
        assert_true(terminal_init(&terminal, &terminals[i].environment, &err));
        assert_int_equal(terminal.family, terminals[i].family);
        assert_int_equal(terminal.depth, terminals[i].depth);
        assert_int_equal(terminal.direct, terminals[i].direct);
        assert_int_equal(terminal.asks, terminals[i].asks);
    }
}

static void a_terminal_that_cannot_show_a_picture_is_refused(void **state) {
    (void)state;
    static const char *const names[] = {NULL, "", "dumb"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct terminal_environment environment = {.term = names[i]};
        struct terminal terminal;
        struct error err = {0};
        assert_false(terminal_init(&terminal, &environment, &err));
        assert_int_equal(err.code, ERROR_USAGE);
    }
}

static void an_unknown_depth_is_refused(void **state) {
    (void)state;
    struct terminal_environment environment = {.term = "xterm", .color = "blue"};
    struct terminal terminal;
    struct error err = {0};
    assert_false(terminal_init(&terminal, &environment, &err));
    assert_string_equal(
        err.message, "--color blue: not one of auto, always, never, 24, 256, 16, mono");
}

static void frames_are_bracketed_only_where_the_terminal_itself_says_so(void **state) {
    (void)state;
    static const struct {
        const char *term, *tmux, *sync;
        enum terminal_sync expected;
    } cases[] = {
        {"xterm-256color", NULL, NULL, TERMINAL_SYNC_ASK},
        {"xterm-256color", NULL, "0", TERMINAL_SYNC_OFF},
        {"xterm-256color", "/tmp/x", NULL, TERMINAL_SYNC_OFF},
        {"tmux-256color", "/tmp/x", "1", TERMINAL_SYNC_ON},
        {"linux", NULL, NULL, TERMINAL_SYNC_OFF},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct terminal_environment environment = {
            .term = cases[i].term, .tmux = cases[i].tmux, .sync = cases[i].sync};
        struct terminal terminal;
        struct error err = {0};
        assert_true(terminal_init(&terminal, &environment, &err));
        assert_int_equal(terminal.sync, cases[i].expected);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_environment_says_what_the_terminal_can_do),
        cmocka_unit_test(a_terminal_that_cannot_show_a_picture_is_refused),
        cmocka_unit_test(an_unknown_depth_is_refused),
        cmocka_unit_test(frames_are_bracketed_only_where_the_terminal_itself_says_so),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
