/* A terminal emulator on a pty with a program in it: types keys, looks at the screen,
 * counts bytes, and sees whether the terminal was given back the way it was. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "support/emulator.h"

struct display;

struct display_options {
    const char *const *args; /* NULL at the end */
    /* "NAME=value" sets, "NAME" unsets; NULL at the end. On top of TERM=xterm-256color,
     * a UTF-8 locale and no other hint about the terminal. */
    const char *const *env;
    int width, height;
};

struct display *display_start(const struct display_options *options);

/* Kills the program if it still runs, and whatever it left in its session. */
void display_free(struct display *display);

pid_t display_pid(const struct display *display);
void display_signal(const struct display *display, int number);

void display_type(struct display *display, const char *keys);
void display_send(struct display *display, const void *bytes, size_t length);
void display_resize(struct display *display, int width, int height);

/* At most so many bytes per second reach the emulator from now on; 0: no limit. */
void display_throttle(struct display *display, uint32_t bytes_per_s);

/* Nobody reads any more, as on a dead link; true again: somebody does. */
void display_listen(struct display *display, bool on);

/* The other end of the line is gone. */
void display_hang_up(struct display *display);

/* All return false when `timeout_ms` passed or the program ended before. */
bool display_wait(struct display *display, const char *words, unsigned timeout_ms);
bool display_wait_gone(struct display *display, const char *words, unsigned timeout_ms);
bool display_wait_bytes(struct display *display, uint64_t bytes, unsigned timeout_ms);

/* The program's exit code, or 128 + the signal that ended it;
 * -1 when it still runs after `timeout_ms`. */
int display_wait_exit(struct display *display, unsigned timeout_ms);

/* Looks on for so long, whatever happens. */
void display_look_on(struct display *display, unsigned time_ms);

/* The screen as text, a row per line without trailing blanks; borrowed until the next
 * call. */
const char *display_text(struct display *display);
bool display_shows(struct display *display, const char *words);
void display_size(const struct display *display, int *width, int *height);

struct display_cell display_cell(const struct display *display, int x, int y);

struct display_counts {
    uint64_t bytes;  /* from the program */
    uint64_t frames; /* bracketed ones, begun: mode 2026 */
    uint64_t ended;  /* and complete */
    uint64_t colors; /* sequences that set a colour */
};
struct display_counts display_counts(const struct display *display);

/* Monotonic, for measurements. */
uint64_t display_clock_ns(void);

/* Whether everything is as it was before the program:
 * picture, cursor, modes, line. `why` says what is not. */
bool display_is_restored(struct display *display, char *why, size_t size);
bool display_wait_restored(
    struct display *display, char *why, size_t size, unsigned timeout_ms);
