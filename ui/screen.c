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
#include "ui/clipboard.h"
#include "ui/run_text.h"
#include "ui/screen_codes.h"
#include "ui/screen_diff.h"
#include "ui/terminal_entry.h"
#include "ui/tty.h"

enum { PAINT_CODE_SIZE = 64, CLEAR_CODE_SIZE = 32 };

/* What is sent before a cell of that look. */
struct paint {
    unsigned length; /* 0 until it is known: every code begins with a reset */
    char code[PAINT_CODE_SIZE];
};

struct screen {
    struct terminal terminal;
    struct theme theme;
    struct tty tty;
    FILE *nowhere; /* what ncurses takes for the terminal */
    SCREEN *curses;
    bool plain_moves; /* the cursor goes where ECMA-48 says it */
    char clear[CLEAR_CODE_SIZE];
    bool clears;                  /* the next frame, before anything else */
    bool spares_corner;           /* a character in the last cell would scroll */
    enum color_depth depth, most; /* what is used, of what there is */
    bool bright_by_bold;          /* 8 colours: the other 8 are their bold */
    bool suspended;
    struct canvas canvas;
    struct cell *shown; /* of the canvas' size; all zero: not known */
    struct paint paints[ROLE_END][ROLE_COUNT];
    const struct paint *paint; /* the one in force; NULL: not known */
    uint64_t frames, dropped;
};

/* "" for one that the terminal does not have. */
static const char *capability(const char *name) {
    const char *code = tigetstr(name);
    if (!code || (intptr_t)code == -1) return "";
    return code;
}

static void add_capability(struct text *text, const char *name) {
    run_text_add_code(text, capability(name));
}

/* Described with 24 bits, a terminal has no table that an index could mean. */
static int curses_color(const struct screen *screen, int32_t color) {
    bool mapped = screen->terminal.direct && screen->depth != DEPTH_TRUE;
    if (mapped) color = (int32_t)color_of256((uint8_t)color);
    if (screen->bright_by_bold && color >= 8) return color - 8;
    return color;
}

/* Video attributes, the capability that turns each on, and its bit among those that do
 * not go together with colours. */
static const struct {
    const char *name;
    unsigned look;
    int no_color_bit;
} attributes[] = {
    {"bold", LOOK_BOLD, 32},     {"dim", LOOK_DIM, 16},    {"sitm", LOOK_ITALIC, 32768},
    {"smul", LOOK_UNDERLINE, 2}, {"rev", LOOK_REVERSE, 4},
};

static void add_color(
    const struct screen *screen, struct text *text, char *set, int32_t color) {
    if (!set || color < 0) return;
    run_text_add_code(text, tiparm(set, curses_color(screen, color)));
}

static struct paint make_paint(const struct screen *screen, struct look look) {
    struct paint paint = {0};
    struct text text = TEXT_IN(paint.code);
    bool colored = screen->depth != DEPTH_MONO;
    int apart = colored && no_color_video > 0 ? no_color_video : 0;
    if (colored && screen->bright_by_bold && look.fg >= 8) look.attributes |= LOOK_BOLD;
    add_capability(&text, "sgr0");
    for (size_t i = 0; i < sizeof attributes / sizeof *attributes; i++) {
        bool wanted = look.attributes & attributes[i].look;
        if (!wanted || apart & attributes[i].no_color_bit) continue;
        add_capability(&text, attributes[i].name);
    }
    if (colored) add_color(screen, &text, set_a_foreground, look.fg);
    if (colored) add_color(screen, &text, set_a_background, look.bg);
    ensure(!text.truncated);
    paint.length = (unsigned)text.length;
    return paint;
}

static const struct paint *paint_of(struct screen *screen, const struct cell *cell) {
    struct paint *paint = &screen->paints[cell->role][cell->under];
    if (paint->length == 0) {
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

static void use_depth(struct screen *screen, enum color_depth depth) {
    screen->bright_by_bold = depth == DEPTH_16 && COLORS < 16;
    screen->depth = depth;
}

bool screen_set_depth(struct screen *screen, enum color_depth depth) {
    if (depth > screen->most) return false;
    use_depth(screen, depth);
    memset(screen->paints, 0, sizeof screen->paints);
    screen_forget(screen);
    return true;
}

enum color_depth screen_depth(const struct screen *screen) {
    return screen->depth;
}

static void find_depth(struct screen *screen) {
    enum color_depth depth = screen->terminal.depth;
    if (depth != DEPTH_MONO) {
        start_color();
        use_default_colors();
    }
    if (COLORS < 256 && depth > DEPTH_16) depth = DEPTH_16;
    if (COLORS < 8) depth = DEPTH_MONO;
    screen->most = depth;
    use_depth(screen, depth);
}

static void move_to(struct screen *screen, int x, int y) {
    char code[32];
    struct text text = TEXT_IN(code);
    if (screen->plain_moves) {
        run_text_add_move(&text, x, y);
    } else {
        run_text_add_code(&text, tiparm(cursor_address, y, x));
    }
    outlet_add(&screen->tty.outlet, code, text.length);
}

/* Cells of one look; returns how many there are. */
static int put_cells(struct screen *screen, const struct cell *cells, int count) {
    const struct paint *paint = paint_of(screen, cells);
    char bytes[RUN_TEXT_SIZE];
    int alike = 1;
    while (alike < count && paint_of(screen, &cells[alike]) == paint) alike++;
    if (paint != screen->paint) {
        outlet_add(&screen->tty.outlet, paint->code, paint->length);
    }
    screen->paint = paint;
    size_t length =
        run_text(cells, alike, &screen->theme, screen->terminal.utf8, bytes);
    outlet_add(&screen->tty.outlet, bytes, length);
    return alike;
}

static void put_run(struct screen *screen, const struct screen_run *run) {
    const struct canvas *canvas = &screen->canvas;
    size_t at = (size_t)run->y * (size_t)canvas->width + (size_t)run->x;
    int width = run->width;
    bool last_row = run->y == canvas->height - 1;
    if (screen->spares_corner && last_row && run->x + width == canvas->width) width--;
    move_to(screen, run->x, run->y);
    for (int x = 0; x < width;) {
        x += put_cells(screen, &canvas->cells[at + (size_t)x], width - x);
    }
    memcpy(
        &screen->shown[at], &canvas->cells[at],
        (size_t)run->width * sizeof *canvas->cells);
}

/* The first bytes of a frame. */
static void begin_frame(struct screen *screen) {
    struct outlet *outlet = &screen->tty.outlet;
    if (terminal_syncs(&screen->terminal)) outlet_add(outlet, "\033[?2026h", 8);
    screen->paint = NULL; /* whatever was said in between */
    if (!screen->clears) return;
    const struct paint *plain = paint_of(screen, &(struct cell){.role = ROLE_TEXT});
    outlet_add(outlet, plain->code, plain->length);
    outlet_add(outlet, screen->clear, strlen(screen->clear));
    screen->clears = false;
}

bool screen_show(struct screen *screen, uint64_t now_ns) {
    struct outlet *outlet = &screen->tty.outlet;
    if (screen->suspended) return true;
    outlet_write(outlet, now_ns);
    if (outlet_waits(outlet)) {
        screen->dropped++;
        return false;
    }
    struct screen_diff diff = screen_diff_of(screen->shown, &screen->canvas);
    struct screen_run run;
    if (!screen_diff_next(&diff, &run)) return true;
    begin_frame(screen);
    do {
        put_run(screen, &run);
    } while (screen_diff_next(&diff, &run));
    if (terminal_syncs(&screen->terminal)) outlet_add(outlet, "\033[?2026l", 8);
    screen->frames++;
    outlet_write(outlet, now_ns);
    return true;
}

void screen_on_writable(struct screen *screen, uint64_t now_ns) {
    outlet_write(&screen->tty.outlet, now_ns);
}

void screen_forget(struct screen *screen) {
    size_t count = (size_t)screen->canvas.width * (size_t)screen->canvas.height;
    memset(screen->shown, 0, count * sizeof *screen->shown);
    screen->clears = true;
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
    use_tioctl(TRUE); /* what LINES and COLUMNS say may be anything */
    if (setupterm(name, screen->tty.output_fd, &result) == ERR) return NULL;
    del_curterm(cur_term);
    return newterm(name, screen->nowhere, screen->nowhere);
}

static SCREEN *start_direct(struct screen *screen) {
    struct terminal_entry entry = terminal_entry(screen->terminal.family);
    char *before = terminal_entry_offer(&entry);
    SCREEN *curses = start_curses(screen, entry.name);
    terminal_entry_withdraw(before);
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

/* ncurses knows the terminal; what is said to it, we say: a frame leaves in one piece
 * or not at all, and costs a third of what the library takes. */
static void learn(struct screen *screen) {
    screen->plain_moves = strcmp(cursor_address, "\033[%i%p1%d;%p2%dH") == 0;
    screen->spares_corner = auto_right_margin && !eat_newline_glitch;
    struct text clear = TEXT_IN(screen->clear);
    add_capability(&clear, "clear");
    screen_codes_make(&screen->terminal, capability, &screen->tty);
    find_depth(screen);
}

static bool open_all(struct screen *screen, struct text *warning, struct error *err) {
    if (!tty_open(&screen->tty, err)) return false;
    screen->nowhere = fopen("/dev/null", "r+e");
    if (!screen->nowhere) {
        return error_set(err, ERROR_SYSTEM, "/dev/null: %s", strerror(errno));
    }
    if (!start_any(screen, warning) || !cursor_address) {
        return error_set(
            err, ERROR_USAGE, "TERM=%s: not a screen", screen->terminal.name);
    }
    learn(screen);
    return true;
}

struct screen *screen_new(
    const struct terminal *terminal, struct restore *restore, char *warning,
    size_t warning_size, struct error *err) {
    struct screen *screen = memory_new(sizeof *screen);
    struct text words = text_in(warning, warning_size);
    screen->terminal = *terminal;
    tty_init(&screen->tty, restore);
    if (!open_all(screen, &words, err)) {
        screen_free(screen);
        return NULL;
    }
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
    if (screen->nowhere) fclose(screen->nowhere);
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

struct terminal *screen_terminal(struct screen *screen) {
    return &screen->terminal;
}

bool screen_copy(struct screen *screen, struct slice text, uint64_t now_ns) {
    bool can =
        clipboard_add(&screen->tty.outlet.pending, screen->terminal.family, text);
    outlet_write(&screen->tty.outlet, now_ns);
    return can;
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
