/* SPDX-License-Identifier: MIT */
#include "support/display.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/panic.h"
#include "base/text.h"
#include "base/units.h"

enum { TURN_MS = 5, DISPLAY_ARGS_MAX = 63 };

struct display {
    int master; /* -1 after hanging up */
    int slave;  /* the open file that the program's 0 to 2 are, too */
    struct termios modes;
    int flags;
    pid_t pid;
    bool ended;
    int status;
    bool deaf;
    uint32_t bytes_per_s;
    uint64_t allowance_ns; /* when the line took its last byte */
    struct emulator *emulator;
};

uint64_t display_clock_ns(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * NS_PER_S + (uint64_t)now.tv_nsec;
}

/* The emulator answers a question of the program. */
static void on_answer(const char *bytes, size_t length, void *owner) {
    display_send(owner, bytes, length);
}

static void set_environment(const char *const *env) {
    static const char *const hints[] = {"COLORTERM", "NO_COLOR", "TMUX",
                                        "STY",       "TERMINFO", "LINES",
                                        "COLUMNS",   "LC_ALL",   "LC_CTYPE"};
    for (size_t i = 0; i < sizeof hints / sizeof *hints; i++) unsetenv(hints[i]);
    setenv("TERM", "xterm-256color", 1);
    setenv("LANG", "C.UTF-8", 1);
    for (; env && *env; env++) {
        const char *sign = strchr(*env, '=');
        if (!sign) {
            unsetenv(*env);
        } else {
            char *name = memory_copy_bytes(*env, (size_t)(sign - *env) + 1);
            name[sign - *env] = '\0';
            setenv(name, sign + 1, 1);
        }
    }
}

static void become_program(const struct display_options *options, int slave) {
    setsid();
    ioctl(slave, TIOCSCTTY, 0);
    for (int fd = 0; fd < 3; fd++) dup2(slave, fd);
    set_environment(options->env);
    for (int number = 1; number < NSIG; number++) signal(number, SIG_DFL);
    char *args[DISPLAY_ARGS_MAX + 1] = {NULL};
    for (size_t i = 0; i < DISPLAY_ARGS_MAX && options->args[i]; i++) {
        args[i] = memory_copy_string(options->args[i]);
    }
    execvp(args[0], args);
    _exit(127);
}

struct display *display_start(const struct display_options *options) {
    struct display *display = memory_new(sizeof *display);
    struct winsize size = {
        .ws_row = (unsigned short)options->height,
        .ws_col = (unsigned short)options->width,
    };
    int status = openpty(&display->master, &display->slave, NULL, NULL, &size);
    ensure(status == 0);
    fcntl(display->master, F_SETFD, FD_CLOEXEC);
    fcntl(display->slave, F_SETFD, FD_CLOEXEC);
    fcntl(display->master, F_SETFL, O_NONBLOCK);
    tcgetattr(display->slave, &display->modes);
    display->flags = fcntl(display->slave, F_GETFL);

    display->emulator =
        emulator_new(options->width, options->height, on_answer, display);
    display->pid = fork();
    ensure(display->pid >= 0);
    if (display->pid == 0) become_program(options, display->slave);
    return display;
}

static void reap(struct display *display, int flags) {
    if (display->ended) return;
    display->ended = waitpid(display->pid, &display->status, flags) == display->pid;
}

void display_free(struct display *display) {
    if (!display) return;
    if (!display->ended) {
        kill(display->pid, SIGKILL);
        reap(display, 0);
    }
    /* Hanging up ends what still sits in the session. */
    display_hang_up(display);
    emulator_free(display->emulator);
    free(display);
}

pid_t display_pid(const struct display *display) {
    return display->pid;
}

void display_signal(const struct display *display, int number) {
    if (!display->ended) kill(display->pid, number);
}

void display_hang_up(struct display *display) {
    if (display->master < 0) return;
    close(display->slave);
    close(display->master);
    display->master = display->slave = -1;
}

void display_listen(struct display *display, bool on) {
    display->deaf = !on;
}

void display_throttle(struct display *display, uint32_t bytes_per_s) {
    display->bytes_per_s = bytes_per_s;
    display->allowance_ns = display_clock_ns();
}

/* How many bytes the line may carry by now. */
static size_t allowance(struct display *display, size_t most) {
    if (display->bytes_per_s == 0) return most;
    uint64_t per_byte_ns = NS_PER_S / display->bytes_per_s;
    uint64_t count = (display_clock_ns() - display->allowance_ns) / per_byte_ns;
    if (count > most) count = most;
    display->allowance_ns += count * per_byte_ns;
    return (size_t)count;
}

/* Takes what the program wrote; false when there was nothing. */
static bool take_bytes(struct display *display) {
    char bytes[4096];
    size_t most = allowance(display, sizeof bytes);
    if (most == 0) return false;
    ssize_t length = read(display->master, bytes, most);
    if (length <= 0) return false;
    emulator_feed(display->emulator, bytes, (size_t)length);
    return true;
}

static void turn(struct display *display, int wait_ms) {
    if (display->master < 0 || display->deaf || display->bytes_per_s) {
        poll(NULL, 0, TURN_MS); /* time has to pass before there can be more */
        if (display->master >= 0 && !display->deaf) take_bytes(display);
        return;
    }
    struct pollfd master = {.fd = display->master, .events = POLLIN};
    if (poll(&master, 1, wait_ms) > 0) take_bytes(display);
}

typedef bool (*display_test_fn)(struct display *display, const void *what);

static bool wait_until(
    struct display *display, display_test_fn test, const void *what,
    unsigned timeout_ms) {
    uint64_t start_ns = display_clock_ns();
    while (!test(display, what)) {
        if (display_clock_ns() - start_ns >= timeout_ms * NS_PER_MS) return false;
        reap(display, WNOHANG);
        turn(display, display->ended ? 0 : TURN_MS);
        if (display->ended && !take_bytes(display)) return test(display, what);
    }
    return true;
}

static bool shows(struct display *display, const void *what) {
    return display_shows(display, what);
}

static bool shows_not(struct display *display, const void *what) {
    return !display_shows(display, what);
}

static bool has_bytes(struct display *display, const void *what) {
    return emulator_bytes(display->emulator) >= *(const uint64_t *)what;
}

static bool never(struct display *display, const void *what) {
    (void)display;
    (void)what;
    return false;
}

bool display_wait(struct display *display, const char *words, unsigned timeout_ms) {
    return wait_until(display, shows, words, timeout_ms);
}

bool display_wait_gone(
    struct display *display, const char *words, unsigned timeout_ms) {
    return wait_until(display, shows_not, words, timeout_ms);
}

bool display_wait_bytes(struct display *display, uint64_t bytes, unsigned timeout_ms) {
    return wait_until(display, has_bytes, &bytes, timeout_ms);
}

/* Others may still draw when the program has ended. */
void display_look_on(struct display *display, unsigned time_ms) {
    uint64_t start_ns = display_clock_ns();
    while (display_clock_ns() - start_ns < time_ms * NS_PER_MS) {
        reap(display, WNOHANG);
        turn(display, TURN_MS);
    }
}

int display_wait_exit(struct display *display, unsigned timeout_ms) {
    wait_until(display, never, NULL, timeout_ms);
    if (!display->ended) return -1;
    if (WIFSIGNALED(display->status)) return 128 + WTERMSIG(display->status);
    return WEXITSTATUS(display->status);
}

void display_send(struct display *display, const void *bytes, size_t length) {
    const char *from = bytes;
    uint64_t start_ns = display_clock_ns();
    while (length > 0 && display->master >= 0) {
        ssize_t some = write(display->master, from, length);
        if (some > 0) {
            from += some;
            length -= (size_t)some;
        } else if (errno != EAGAIN || display_clock_ns() - start_ns > NS_PER_S) {
            return; /* the program does not read its keys; the test will see */
        } else {
            turn(display, TURN_MS);
        }
    }
}

void display_type(struct display *display, const char *keys) {
    display_send(display, keys, strlen(keys));
}

void display_resize(struct display *display, int width, int height) {
    struct winsize size = {
        .ws_row = (unsigned short)height, .ws_col = (unsigned short)width};
    emulator_resize(display->emulator, width, height);
    if (display->master >= 0) ioctl(display->master, TIOCSWINSZ, &size);
}

void display_size(const struct display *display, int *width, int *height) {
    emulator_size(display->emulator, width, height);
}

struct display_cell display_cell(const struct display *display, int x, int y) {
    return emulator_cell(display->emulator, x, y);
}

const char *display_text(struct display *display) {
    return emulator_text(display->emulator);
}

bool display_shows(struct display *display, const char *words) {
    return strstr(display_text(display), words) != NULL;
}

struct display_counts display_counts(const struct display *display) {
    return (struct display_counts){
        .bytes = emulator_bytes(display->emulator),
        .frames = emulator_modes(display->emulator)->frames,
        .ended = emulator_modes(display->emulator)->ended,
        .colors = emulator_modes(display->emulator)->colors,
    };
}

static bool same_modes(const struct termios *a, const struct termios *b) {
    return a->c_iflag == b->c_iflag && a->c_oflag == b->c_oflag &&
           a->c_cflag == b->c_cflag && a->c_lflag == b->c_lflag &&
           memcmp(a->c_cc, b->c_cc, sizeof a->c_cc) == 0;
}

bool display_is_restored(struct display *display, char *why, size_t size) {
    static const struct {
        uint32_t mode;
        bool normal;
        const char *words;
    } modes[] = {
        {1049, false, "alternate screen"}, {25, true, "cursor"},
        {2004, false, "bracketed paste"},  {1000, false, "mouse clicks"},
        {1002, false, "mouse drags"},      {1006, false, "mouse format"},
        {2026, false, "held frame"},       {1, false, "cursor keys"},
    };
    struct text words = text_in(why, size);
    const struct dec_modes *dec = emulator_modes(display->emulator);
    for (size_t i = 0; i < sizeof modes / sizeof *modes; i++) {
        bool on = dec_modes_is_on(dec, modes[i].mode, modes[i].normal);
        if (on != modes[i].normal) text_addf(&words, "%s; ", modes[i].words);
    }
    struct termios now;
    tcgetattr(display->slave, &now);
    if (!same_modes(&now, &display->modes)) text_add(&words, "modes of the line; ");
    if (fcntl(display->slave, F_GETFL) != display->flags) text_add(&words, "flags; ");
    return words.length == 0;
}

bool display_wait_restored(
    struct display *display, char *why, size_t size, unsigned timeout_ms) {
    uint64_t start_ns = display_clock_ns();
    while (!display_is_restored(display, why, size)) {
        if (display_clock_ns() - start_ns >= timeout_ms * NS_PER_MS) return false;
        display_look_on(display, TURN_MS);
    }
    return true;
}
