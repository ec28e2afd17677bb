/* SPDX-License-Identifier: MIT */
#include "support/typist.h"

#include <string.h>

#include "base/text.h"
#include "support/display.h"

#define F10 "\033[21~"

enum { CTRL_C = 3, CTRL_Z = 26, WIDTH_MAX = 200, HEIGHT_MAX = 60 };

static const char *const keys[] = {
    "\033[A",    "\033[B",    "\033[C",    "\033[D", "\033OA", "\033OB",
    "\033[1;2D", "\033[1;2C", "\033[1;5A", "\033[H", "\033[F", "\033OP",
    "\033OS",    "\033[15~",  "\033OQ",    "\033OR", "\022",   "\033[5~",
    "\033[6~",   "\033[Z",    "\033",      "\033",   "\t",     "\r",
    "\r",        " ",         "\177",      "\033y",  F10,
};

/* What a terminal begins, repeats or answers at the wrong time. */
static const char *const fragments[] = {
    "\033[",      "\033O",          "\033[<0;",    "\033[1;",
    "\033]11;",   "\033P",          "\033[200~",   "\033[201~",
    "\xe2\x94",   "\xff",           "\xc1\x81",    "\033[999;999H",
    "\033\\\x07", "\033[?2026;2$y", "\033[<0;1;1", "\033]11;rgb:ffff/ffff/ffff\033\\",
};

static const char *const pastes[] = {
    "\033[200~AySyXy\033[201~",   "\033[200~A\ry\rS\ry\r\033[201~",
    "\033[200~:SMOKE\r\033[201~", "\033[200~q\003\033[21~\033[201~",
    "\033[200~\033[201~",
};

/* What would act if it could; the first ones need Shift. */
enum { SHOUTS = 6 };
static const char *const phrases[] = {
    "Ay",       "AySy",        "AyS\r",    "Xy",       "HGRPy",           "SyAySyXy",
    ":smoke\r", ":smoke\ryy",  ":arm\ryy", ":stop\ry", "gs\ry",           "ge\ry",
    "/s\ry",    ":palette\ry", "m\r",      "e\r",      ":export x.csv\r", ":mark x\r",
};

#define PICK(typist, list) \
    ((list)[random_below(&(typist)->random, sizeof(list) / sizeof *(list))])

void typist_init(struct typist *typist, uint64_t seed, enum typist_manner manner) {
    *typist = (struct typist){.manner = manner};
    random_seed(&typist->random, seed);
}

static bool press_byte(struct typist *typist, struct display *display, char byte) {
    bool upper = byte >= 'A' && byte <= 'Z';
    if (byte == CTRL_Z) byte = 'z';
    if (upper && typist->manner == TYPIST_LOOKS) byte = (char)(byte - 'A' + 'a');
    display_send(display, &byte, 1);
    return byte == 'q' || byte == CTRL_C;
}

static bool press_character(struct typist *typist, struct display *display) {
    char c = (char)(' ' + random_below(&typist->random, '~' - ' ' + 1));
    return press_byte(typist, display, c);
}

static bool press_control(struct typist *typist, struct display *display) {
    return press_byte(typist, display, (char)random_below(&typist->random, ' '));
}

static bool press_key(struct typist *typist, struct display *display) {
    const char *key = PICK(typist, keys);
    display_type(display, key);
    return strcmp(key, F10) == 0;
}

static void say(struct typist *typist, struct display *display) {
    uint64_t first = typist->manner == TYPIST_LOOKS ? SHOUTS : 0;
    uint64_t count = sizeof phrases / sizeof *phrases - first;
    display_type(display, phrases[first + random_below(&typist->random, count)]);
}

static void move_mouse(struct typist *typist, struct display *display) {
    static const unsigned buttons[] = {0, 0, 1, 2, 32, 64, 65};
    unsigned button = PICK(typist, buttons);
    char report[32];
    struct text text = TEXT_IN(report);
    unsigned x = 1 + (unsigned)random_below(&typist->random, WIDTH_MAX);
    unsigned y = 1 + (unsigned)random_below(&typist->random, HEIGHT_MAX);
    bool down = random_below(&typist->random, 2) == 0;
    text_addf(&text, "\033[<%u;%u;%u%c", button, x, y, down ? 'M' : 'm');
    display_type(display, report);
}

static void pull_window(struct typist *typist, struct display *display) {
    int width = 1 + (int)random_below(&typist->random, WIDTH_MAX);
    int height = 1 + (int)random_below(&typist->random, HEIGHT_MAX);
    display_resize(display, width, height);
}

bool typist_press(struct typist *typist, struct display *display) {
    uint64_t percent = random_below(&typist->random, 100);
    if (percent < 45) return press_character(typist, display);
    if (percent < 53) return press_control(typist, display);
    if (percent < 69) return press_key(typist, display);
    if (percent < 76) {
        display_type(display, PICK(typist, fragments));
    } else if (percent < 82) {
        display_type(display, PICK(typist, pastes));
    } else if (percent < 90) {
        say(typist, display);
    } else if (percent < 97) {
        move_mouse(typist, display);
    } else {
        pull_window(typist, display);
    }
    return false;
}
