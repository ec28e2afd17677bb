/* SPDX-License-Identifier: MIT */
#include "ui/tty.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "ui/canvas.h"

void tty_init(struct tty *tty, struct restore *restore) {
    *tty = (struct tty){.input_fd = -1, .output_fd = -1, .restore = restore};
    outlet_init(&tty->outlet, -1);
}

static int open_terminal(int flags, struct error *err) {
    int fd = open("/dev/tty", flags | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    if (fd < 0) {
        error_set(
            err, ERROR_USAGE,
            "no terminal (/dev/tty: %s); watch --plain and batch need none",
            strerror(errno));
    }
    return fd;
}

bool tty_open(struct tty *tty, struct error *err) {
    tty->input_fd = open_terminal(O_RDONLY, err);
    tty->output_fd = open_terminal(O_RDWR, err);
    if (tty->input_fd < 0 || tty->output_fd < 0) return false;
    if (tcgetattr(tty->output_fd, &tty->restore->modes) < 0) {
        return error_set(err, ERROR_USAGE, "no terminal: %s", strerror(errno));
    }
    tty->restore->fd = tty->output_fd;
    outlet_init(&tty->outlet, tty->output_fd);
    return true;
}

void tty_close(struct tty *tty) {
    if (tty->restore->armed) {
        tty_leave(tty);
        restore_on_crash(NULL);
    }
    if (tty->input_fd >= 0) close(tty->input_fd);
    if (tty->output_fd >= 0) close(tty->output_fd);
    outlet_clear(&tty->outlet);
    tty->input_fd = tty->output_fd = -1;
}

void tty_enter(struct tty *tty) {
    struct termios modes = tty->restore->modes;
    cfmakeraw(&modes);
    modes.c_cc[VMIN] = 1;
    modes.c_cc[VTIME] = 0;
    restore_on_crash(tty->restore);
    bool ours = tty->restore->armed; /* stopped, but nobody gave it back meanwhile */
    tty->restore->armed = 1;
    tcsetattr(tty->output_fd, TCSANOW, &modes);
    outlet_clear(&tty->outlet);
    if (!ours) outlet_add(&tty->outlet, tty->enter, tty->enter_length);
}

void tty_leave(struct tty *tty) {
    /* Half a frame says nothing, and what is said next must find room. */
    if (outlet_waits(&tty->outlet)) tcflush(tty->output_fd, TCOFLUSH);
    outlet_clear(&tty->outlet);
    tcflush(tty->input_fd, TCIFLUSH); /* answers that nobody will read */
    restore_terminal(tty->restore, tty->output_fd);
}

static int within(int value, int otherwise, int most) {
    if (value <= 0) return otherwise;
    return value < most ? value : most;
}

void tty_size(const struct tty *tty, int *width, int *height) {
    struct winsize size = {0};
    ioctl(tty->output_fd, TIOCGWINSZ, &size);
    *width = within(size.ws_col, 80, CANVAS_WIDTH_MAX);
    *height = within(size.ws_row, 24, CANVAS_HEIGHT_MAX);
}
