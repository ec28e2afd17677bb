/* SPDX-License-Identifier: MIT */
#include "support/painter.h"

#include <locale.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/panic.h"
#include "base/units.h"
#include "support/display.h"
#include "support/own_use.h"
#include "ui/screen.h"
#include "ui/theme_reader.h"

enum { SLOW_TURN_MS = 250 };

struct painter {
    struct screen *screen;
    bool flooding;
    unsigned frame;
    unsigned slow_turns; /* longer than SLOW_TURN_MS between two waits for events */
    uint64_t woken_ns;   /* from the last wait; less what it waited for a processor */
};

/* What came since the last turn. */
static volatile sig_atomic_t resized, stopped, continued, ended;

static void on_signal(int number) {
    if (number == SIGWINCH) resized = 1;
    if (number == SIGTSTP) stopped = 1;
    if (number == SIGCONT) continued = 1;
    if (number == SIGTERM || number == SIGHUP || number == SIGINT) ended = number;
}

static void handle(int number, void (*handler)(int)) {
    struct sigaction action = {.sa_handler = handler};
    sigaction(number, &action, NULL);
}

static struct theme test_theme(void) {
    static const char text[] = "[palette]\nsky = #56B4E9 74 6\nink = #000003 16 0\n"
                               "[style]\nseries.stable = sky bold\n"
                               "armed = ink on sky | mono: reverse\n";
    struct theme theme;
    struct theme_warnings warnings = {0};
    theme_init(&theme);
    theme_read(&theme, slice_of(text), "test", &warnings);
    return theme;
}

static void paint_noise(struct canvas *canvas, unsigned frame) {
    for (int y = 3; y < canvas->height - 1; y++) {
        for (int x = 0; x < canvas->width; x++) {
            unsigned noise = (unsigned)x * 7U + (unsigned)y * 3U + frame;
            canvas_put(canvas, x, y, 'a' + noise % 26, ROLE_TEXT);
        }
    }
}

static void paint(struct painter *painter) {
    struct canvas *canvas = screen_canvas(painter->screen);
    canvas_clear(canvas);
    canvas_print(
        canvas, canvas_rect(canvas), ROLE_TEXT, "size %dx%d", canvas->width,
        canvas->height);
    canvas_text(canvas, 0, 1, 40, "caf\u00e9 \u2714 \u4e2d\u6587 end", ROLE_STABLE);
    canvas_text(canvas, 0, 2, 40, "ARMED", ROLE_ARMED);
    canvas_text_right(
        canvas, 0, canvas->height - 1, canvas->width, "corner", ROLE_TEXT);
    if (painter->flooding) paint_noise(canvas, painter->frame);
    painter->frame++;
    screen_show(painter->screen, display_clock_ns());
}

/* Not a tail call, so that every level takes stack. */
static int overflow(volatile int *from) { /* NOLINT(misc-no-recursion) */
    volatile int here[1024];
    here[0] = *from + 1;
    if (here[0] < 0) return 0;
    return overflow(here) + here[0]; /* NOLINT(clang-analyzer-*) */
}

static void crash(char how) {
    volatile int zero = 0;
    if (how == 's') raise(SIGSEGV);
    if (how == 'a') abort();
    if (how == 'o') overflow(&zero);
    if (how == 'p') panic("asked for");
    while (how == 'h') pause(); /* NOLINT(bugprone-infinite-loop) */
}

static void suspend(struct painter *painter, int how) {
    screen_suspend(painter->screen);
    handle(SIGTSTP, SIG_DFL);
    raise(how);
    handle(SIGTSTP, on_signal);
    continued = 0;
    screen_resume(painter->screen);
}

static bool on_key(struct painter *painter, char key) {
    if (key == 'q') return false;
    if (key == 'f') painter->flooding = !painter->flooding;
    if (key == 'z') suspend(painter, SIGSTOP);
    crash(key);
    return true;
}

/* A busy machine is no slow program. */
static uint64_t own_clock_ns(void) {
    return display_clock_ns() - own_waiting_ns();
}

static void note_turn(struct painter *painter) {
    uint64_t took_ns = painter->woken_ns ? own_clock_ns() - painter->woken_ns : 0;
    if (took_ns > SLOW_TURN_MS * NS_PER_MS) painter->slow_turns++;
}

static bool turn(struct painter *painter) {
    struct screen *screen = painter->screen;
    struct pollfd fds[2] = {
        {.fd = screen_input_fd(screen), .events = POLLIN},
        {.fd = screen_waits(screen) ? screen_output_fd(screen) : -1, .events = POLLOUT},
    };
    note_turn(painter);
    poll(fds, 2, painter->flooding ? 20 : 1000);
    painter->woken_ns = own_clock_ns();
    char key;
    while (read(fds[0].fd, &key, 1) == 1) {
        if (!on_key(painter, key)) return false;
    }
    screen_on_writable(screen, display_clock_ns());
    if (resized) screen_resize(screen);
    if (stopped) suspend(painter, SIGTSTP);
    if (continued) screen_resume(screen);
    resized = stopped = continued = 0;
    if (screen_is_lost(screen)) ended = SIGHUP;
    if (ended) return false;
    paint(painter);
    return true;
}

int painter_run(struct restore *restore) {
    setlocale(LC_CTYPE, "");
    struct terminal_environment environment = {
        .term = getenv("TERM"),
        .colorterm = getenv("COLORTERM"),
        .no_color = getenv("NO_COLOR"),
        .sync = getenv("FLIGHTDECK_SYNC"),
        .utf8 = MB_CUR_MAX > 1,
    };
    static const int signals[] = {SIGWINCH, SIGTSTP, SIGCONT, SIGTERM, SIGHUP, SIGINT};
    for (size_t i = 0; i < sizeof signals / sizeof *signals; i++) {
        handle(signals[i], on_signal);
    }
    struct terminal terminal;
    struct error err = {0};
    char warning[160] = "";
    struct painter painter = {0};
    if (terminal_init(&terminal, &environment, &err)) {
        painter.screen = screen_new(&terminal, restore, warning, sizeof warning, &err);
    }
    if (!painter.screen) {
        printf("refused: %s\n", err.message);
        return 2;
    }
    struct theme theme = test_theme();
    screen_set_theme(painter.screen, &theme);
    paint(&painter);
    while (turn(&painter)) {
    }
    struct screen_stats stats = screen_stats(painter.screen);
    screen_free(painter.screen);
    printf(
        "slow=%u frames=%u dropped=%u .\n%s\n", painter.slow_turns,
        (unsigned)stats.frames, (unsigned)stats.dropped, warning);
    return ended ? 128 + ended : 0;
}
