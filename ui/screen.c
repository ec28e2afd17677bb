/* SPDX-License-Identifier: MIT */
#include "ui/screen.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <term.h>
#include <unistd.h>
#include <wchar.h>

#include <ncurses.h>

#include "base/memory.h"
#include "base/panic.h"
#include "base/text.h"
#include "ui/frame_file.h"
#include "ui/screen_diff.h"
#include "ui/terminal_entry.h"
#include "ui/tty.h"

struct paint {
    bool known;
    attr_t attributes;
    int pair;
};

struct screen {
    struct terminal terminal;
    struct theme theme;
    struct tty tty;
    struct frame_file frame; /* what ncurses believes to be the terminal */
    FILE *curses_out, *curses_in;
    SCREEN *curses;
    enum color_depth depth;
    bool bright_by_bold; /* 8 colours: the other 8 are their bold */
    bool sync;
    bool suspended;
    struct canvas canvas;
    struct cell *shown; /* of the canvas' size; all zero: not known */
    struct paint paints[ROLE_COUNT][ROLE_COUNT];
    uint64_t frames, dropped;
};

/* "" for one that the terminal does not have. */
static const char *capability(const char *name) {
    const char *code = tigetstr(name);
    if (!code || (intptr_t)code == -1) return "";
    return code;
}

/* A capability without its padding: nobody has a terminal that needs it. */
static void add_capability(struct text *text, const char *name) {
    const char *code = capability(name);
    while (*code) {
        const char *end = code[0] == '$' && code[1] == '<' ? strchr(code, '>') : NULL;
        if (end) {
            code = end + 1;
        } else {
            text_add_char(text, *code++);
        }
    }
}

static bool has_modes(const struct screen *screen) {
    return screen->terminal.family == TERMINAL_XTERM ||
           screen->terminal.family == TERMINAL_TMUX;
}

static void make_codes(struct screen *screen) {
    struct text enter = TEXT_IN(screen->tty.enter);
    add_capability(&enter, "smcup");
    add_capability(&enter, "civis");
    /* Pasted text in brackets; mouse presses, drags and the wheel, without size limit. */
    if (has_modes(screen)) {
        text_add(&enter, "\033[?2004h\033[?1000h\033[?1002h\033[?1006h");
    }
    /* Does it know synchronised output, and what is its background? */
    if (screen->terminal.asks) text_add(&enter, "\033[?2026$p\033]11;?\033\\");
    screen->tty.enter_length = enter.length;

    struct restore *restore = screen->tty.restore;
    struct text leave = TEXT_IN(restore->bytes);
    if (screen->terminal.sync != TERMINAL_SYNC_OFF) text_add(&leave, "\033[?2026l");
    if (has_modes(screen)) {
        text_add(&leave, "\033[?1006l\033[?1002l\033[?1000l\033[?2004l");
    }
    add_capability(&leave, "sgr0");
    add_capability(&leave, "op");
    add_capability(&leave, "cnorm");
    add_capability(&leave, *capability("rmcup") ? "rmcup" : "clear");
    restore->length = leave.length;
}

static int curses_color(const struct screen *screen, int32_t color) {
    if (screen->bright_by_bold && color >= 8) return color - 8;
    return color;
}

static struct paint make_paint(const struct screen *screen, struct look look) {
    static const attr_t bits[][2] = {
        {LOOK_BOLD, A_BOLD},       {LOOK_DIM, A_DIM},
        {LOOK_ITALIC, A_ITALIC},   {LOOK_UNDERLINE, A_UNDERLINE},
        {LOOK_REVERSE, A_REVERSE},
    };
    struct paint paint = {.known = true};
    for (size_t i = 0; i < sizeof bits / sizeof *bits; i++) {
        if (look.attributes & bits[i][0]) paint.attributes |= bits[i][1];
    }
    if (screen->depth == DEPTH_MONO) return paint;
    if (screen->bright_by_bold && look.fg >= 8) paint.attributes |= A_BOLD;
    int pair = alloc_pair(curses_color(screen, look.fg), curses_color(screen, look.bg));
    paint.pair = pair > 0 ? pair : 0;
    return paint;
}

static const struct paint *paint_of(struct screen *screen, const struct cell *cell) {
    struct paint *paint = &screen->paints[cell->role][cell->under];
    if (!paint->known) {
        *paint = make_paint(
            screen, theme_look(
                        &screen->theme, (enum role)cell->role, (enum role)cell->under,
                        screen->depth));
    }
    return paint;
}

void screen_set_theme(struct screen *screen, const struct theme *theme) {
    screen->theme = *theme;
    memset(screen->paints, 0, sizeof screen->paints);
    screen_forget(screen);
}

static void find_depth(struct screen *screen) {
    enum color_depth depth = screen->terminal.depth;
    if (depth != DEPTH_MONO) {
        start_color();
        use_default_colors();
    }
    if (COLORS < 256 && depth > DEPTH_16) depth = DEPTH_16;
    if (COLORS < 8) depth = DEPTH_MONO;
    screen->bright_by_bold = depth == DEPTH_16 && COLORS < 16;
    screen->depth = depth;
}

/* Anything that the library would lay out differently than the canvas did must not get
 * there: every cell behind it would be wrong. */
static wchar_t shown_rune(struct screen *screen, uint32_t rune, int width) {
    rune = theme_rune(&screen->theme, rune);
    if (!screen->terminal.utf8 && rune > 0x7E) return L'?';
    if (wcwidth((wchar_t)rune) == width) return (wchar_t)rune;
    return width == 1 ? L'?' : L'\u3000';
}

static void put_run(struct screen *screen, const struct screen_run *run) {
    cchar_t out[CANVAS_WIDTH_MAX];
    int count = 0;
    const struct canvas *canvas = &screen->canvas;
    const struct cell *row =
        canvas->cells + (size_t)run->y * (size_t)canvas->width + run->x;
    for (int x = 0; x < run->width; x++) {
        if (row[x].rune == 0) continue;
        int width = x + 1 < run->width && row[x + 1].rune == 0 ? 2 : 1;
        const struct paint *paint = paint_of(screen, &row[x]);
        wchar_t rune[2] = {shown_rune(screen, row[x].rune, width), L'\0'};
        int pair = paint->pair;
        setcchar(&out[count++], rune, paint->attributes, 0, &pair);
    }
    mvwadd_wchnstr(stdscr, run->y, run->x, out, count);
    struct cell *shown = screen->shown + (row - canvas->cells);
    memcpy(shown, row, (size_t)run->width * sizeof *shown);
}

static void send_frame(struct screen *screen) {
    struct outlet *outlet = &screen->tty.outlet;
    if (frame_file_is_empty(&screen->frame)) return;
    if (screen->sync) outlet_add(outlet, "\033[?2026h", 8);
    frame_file_move(&screen->frame, outlet);
    if (screen->sync) outlet_add(outlet, "\033[?2026l", 8);
    screen->frames++;
}

bool screen_show(struct screen *screen, uint64_t now_ns) {
    if (screen->suspended) return true;
    outlet_write(&screen->tty.outlet, now_ns);
    if (outlet_waits(&screen->tty.outlet)) {
        screen->dropped++;
        return false;
    }
    struct screen_diff diff = screen_diff_of(screen->shown, &screen->canvas);
    struct screen_run run;
    bool changed = false;
    while (screen_diff_next(&diff, &run)) {
        put_run(screen, &run);
        changed = true;
    }
    if (!changed) return true;
    wnoutrefresh(stdscr);
    doupdate();
    send_frame(screen);
    outlet_write(&screen->tty.outlet, now_ns);
    return true;
}

void screen_on_writable(struct screen *screen, uint64_t now_ns) {
    outlet_write(&screen->tty.outlet, now_ns);
}

void screen_forget(struct screen *screen) {
    size_t count = (size_t)screen->canvas.width * (size_t)screen->canvas.height;
    memset(screen->shown, 0, count * sizeof *screen->shown);
    clearok(curscr, TRUE);
}

static void set_size(struct screen *screen, int width, int height) {
    size_t count = (size_t)width * (size_t)height;
    free(screen->canvas.cells);
    free(screen->shown);
    screen->canvas.cells = memory_new_array(count, sizeof *screen->canvas.cells);
    screen->shown = memory_new_array(count, sizeof *screen->shown);
    screen->canvas.width = width;
    screen->canvas.height = height;
    canvas_clear(&screen->canvas);
    resize_term(height, width);
    screen_forget(screen);
}

bool screen_resize(struct screen *screen) {
    int width, height;
    tty_size(&screen->tty, &width, &height);
    if (width == screen->canvas.width && height == screen->canvas.height) return false;
    set_size(screen, width, height);
    return true;
}

/* NULL when the terminal is not described; asked first, as newterm() would then leave
 * memory behind. */
static SCREEN *start_curses(struct screen *screen, const char *name) {
    int result;
    if (setupterm(name, screen->tty.output_fd, &result) == ERR) return NULL;
    del_curterm(cur_term);
    return newterm(name, screen->curses_out, screen->curses_in);
}

/* The description comes out of the environment, which is put back: what we start later
 * must not be told about it. */
static SCREEN *start_direct(struct screen *screen) {
    struct terminal_entry entry = terminal_entry(screen->terminal.family);
    const char *before = getenv("TERMINFO"); /* NOLINT(concurrency-mt-unsafe) */
    char *kept = before ? memory_copy_string(before) : NULL;
    setenv("TERMINFO", entry.terminfo, 1); /* NOLINT(concurrency-mt-unsafe) */
    SCREEN *curses = start_curses(screen, entry.name);
    if (kept) {
        setenv("TERMINFO", kept, 1); /* NOLINT(concurrency-mt-unsafe) */
    } else {
        unsetenv("TERMINFO"); /* NOLINT(concurrency-mt-unsafe) */
    }
    free(kept);
    return curses;
}

static bool start_any(struct screen *screen, struct text *warning) {
    if (screen->terminal.direct) screen->curses = start_direct(screen);
    if (!screen->curses) {
        screen->terminal.direct = false;
        if (screen->terminal.depth == DEPTH_TRUE) screen->terminal.depth = DEPTH_256;
        screen->curses = start_curses(screen, screen->terminal.name);
    }
    if (screen->curses) return true;
    text_addf(
        warning, "TERM=%s is not described on this machine; taken for xterm-256color",
        screen->terminal.name);
    screen->curses = start_curses(screen, "xterm-256color");
    return screen->curses != NULL;
}

/* What ncurses writes from now on lands in memory. The codes that we send ourselves, and
 * one that many terminals lack (repeat), it must not know. */
static bool capture(struct screen *screen, struct error *err) {
    if (!frame_file_capture(&screen->frame, fileno(screen->curses_out), err)) {
        return false;
    }
    make_codes(screen);
    curs_set(0);
    enter_ca_mode = exit_ca_mode = NULL;
    change_scroll_region = repeat_char = NULL;
    /* Until it has come back from its end once, ncurses writes at every move of the
     * cursor. What it has said so far, the codes above replace. */
    endwin();
    frame_file_drop(&screen->frame);
    leaveok(stdscr, TRUE);
    typeahead(-1);
    find_depth(screen);
    return true;
}

static bool open_all(struct screen *screen, struct text *warning, struct error *err) {
    if (!tty_open(&screen->tty, err)) return false;
    int fd = tty_another_fd(err);
    if (fd < 0) return false;
    screen->curses_out = fdopen(fd, "w");
    screen->curses_in = fopen("/dev/null", "re");
    if (!screen->curses_out || !screen->curses_in) {
        return error_set(err, ERROR_SYSTEM, "terminal: %s", strerror(errno));
    }
    if (!start_any(screen, warning)) {
        return error_set(err, ERROR_USAGE, "TERM=%s: unknown", screen->terminal.name);
    }
    return capture(screen, err);
}

struct screen *screen_new(
    const struct terminal *terminal, struct restore *restore, char *warning,
    size_t warning_size, struct error *err) {
    struct screen *screen = memory_new(sizeof *screen);
    struct text words = text_in(warning, warning_size);
    screen->terminal = *terminal;
    frame_file_init(&screen->frame);
    tty_init(&screen->tty, restore);
    if (!open_all(screen, &words, err)) {
        screen_free(screen);
        return NULL;
    }
    screen->sync = terminal->sync == TERMINAL_SYNC_ON;
    theme_init(&screen->theme);
    int width, height;
    tty_size(&screen->tty, &width, &height);
    screen->canvas.ascii = !terminal->utf8;
    set_size(screen, width, height);
    tty_enter(&screen->tty);
    return screen;
}

void screen_free(struct screen *screen) {
    if (!screen) return;
    tty_close(&screen->tty);
    if (screen->curses) delscreen(screen->curses);
    if (screen->curses_out) fclose(screen->curses_out);
    if (screen->curses_in) fclose(screen->curses_in);
    frame_file_clear(&screen->frame);
    free(screen->canvas.cells);
    free(screen->shown);
    free(screen);
}

void screen_suspend(struct screen *screen) {
    if (screen->suspended) return;
    tty_leave(&screen->tty);
    screen->suspended = true;
}

void screen_resume(struct screen *screen) {
    screen->suspended = false;
    tty_enter(&screen->tty);
    screen_forget(screen);
}

void screen_set_sync(struct screen *screen, bool on) {
    if (screen->terminal.sync == TERMINAL_SYNC_ASK) screen->sync = on;
}

int screen_input_fd(const struct screen *screen) {
    return screen->tty.input_fd;
}

int screen_output_fd(const struct screen *screen) {
    return screen->tty.output_fd;
}

struct canvas *screen_canvas(struct screen *screen) {
    return &screen->canvas;
}

bool screen_waits(const struct screen *screen) {
    return outlet_waits(&screen->tty.outlet);
}

bool screen_is_stalled(const struct screen *screen) {
    return screen->tty.outlet.stalled;
}

bool screen_is_lost(const struct screen *screen) {
    return screen->tty.outlet.broken;
}

struct screen_stats screen_stats(const struct screen *screen) {
    return (struct screen_stats){
        .frames = screen->frames,
        .dropped = screen->dropped,
        .bytes = screen->tty.outlet.bytes_ever,
    };
}
