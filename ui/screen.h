/* The terminal: shows canvases in as few bytes as it takes, and gives everything back
 * the way it was. The only file that knows ncurses. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/scan.h"
#include "ui/canvas.h"
#include "ui/restore.h"
#include "ui/terminal.h"
#include "ui/theme.h"

struct screen;

struct screen_stats {
    uint64_t frames;  /* sent */
    uint64_t dropped; /* left out because the line had not taken the one before */
    uint64_t bytes;   /* taken by the line */
};

/* Opens /dev/tty and takes it over. The way back is kept in `restore` (borrowed), also
 * for crashes. ERROR_USAGE when there is no terminal. `warning` is empty or says what
 * had to be done in another way. */
struct screen *screen_new(
    const struct terminal *terminal, struct restore *restore, char *warning,
    size_t warning_size, struct error *err);

/* Gives the terminal back. */
void screen_free(struct screen *screen);

/* Own descriptors of the terminal, both non-blocking: keys come from the first, the
 * second is to be watched for LOOP_WRITABLE while screen_waits(). */
int screen_input_fd(const struct screen *screen);
int screen_output_fd(const struct screen *screen);

/* Where to draw; of the terminal's size. Changes with screen_resize(). */
struct canvas *screen_canvas(struct screen *screen);

/* Asks the terminal for its size; true when it changed. */
bool screen_resize(struct screen *screen);

void screen_set_theme(struct screen *screen, const struct theme *theme); /* copied */

/* Fewer colours than there are, or as many again; false when there are not so many. */
bool screen_set_depth(struct screen *screen, enum color_depth depth);
enum color_depth screen_depth(const struct screen *screen);

/* What is known of it; how frames are sent may be changed at any time. */
struct terminal *screen_terminal(struct screen *screen);

/* Sends text to the terminal's clipboard, behind the frame on its way; false when that
 * cannot be. */
bool screen_copy(struct screen *screen, struct slice text, uint64_t now_ns);

/* Everything is drawn again: the terminal may show anything by now. */
void screen_forget(struct screen *screen);

/* Sends what differs from the picture shown. False when the line still holds the frame
 * before: this one is dropped. */
bool screen_show(struct screen *screen, uint64_t now_ns);

/* Sends the rest of a frame when the line is writable. */
void screen_on_writable(struct screen *screen, uint64_t now_ns);
bool screen_waits(const struct screen *screen);
bool screen_is_stalled(const struct screen *screen); /* for OUTLET_STALL_NS */
bool screen_is_lost(const struct screen *screen);    /* the terminal is gone */
struct screen_stats screen_stats(const struct screen *screen);

/* Gives the terminal back for a while, and takes it again. */
void screen_suspend(struct screen *screen);
void screen_resume(struct screen *screen);
