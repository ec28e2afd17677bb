/* What kind of terminal this is, by what the environment says about it. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>

#include "base/error.h"
#include "ui/look.h"

enum { TERMINAL_NAME_SIZE = 64 };

/* Variables and flags; NULL where they are not set. All borrowed. */
struct terminal_environment {
    const char *term;      /* TERM */
    const char *colorterm; /* COLORTERM */
    const char *no_color;  /* NO_COLOR */
    const char *tmux;      /* TMUX */
    const char *screen;    /* STY: inside GNU screen */
    const char *sync;      /* FLIGHTDECK_SYNC: 0, 1 */
    const char *color;     /* --color: auto always never 24 256 16 mono */
    bool utf8;             /* the locale's encoding */
};

enum terminal_family {
    TERMINAL_PLAIN, /* moves the cursor, nothing else is taken for granted: vt100 */
    TERMINAL_XTERM,
    TERMINAL_TMUX, /* tmux and GNU screen: another terminal is behind it */
    TERMINAL_LINUX,
};

enum terminal_sync { TERMINAL_SYNC_ASK, TERMINAL_SYNC_ON, TERMINAL_SYNC_OFF };

struct terminal {
    char name[TERMINAL_NAME_SIZE]; /* TERM */
    enum terminal_family family;
    enum color_depth depth; /* at most this; the terminal may have fewer */
    bool direct;            /* 24-bit colours by our own description */
    bool utf8;
    bool asks; /* answers questions, and only itself does */
    enum terminal_sync sync;
    bool knows_sync; /* its answer to the question that screen_new() asks */
};

/* Whether frames are bracketed (mode 2026), so that each is shown at once. */
bool terminal_syncs(const struct terminal *terminal);

/* False for a terminal that cannot show a picture (dumb, none), and for a --color that
 * does not exist. */
bool terminal_init(
    struct terminal *terminal, const struct terminal_environment *environment,
    struct error *err);
