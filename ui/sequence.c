/* SPDX-License-Identifier: MIT */
#include "ui/sequence.h"

#include "base/utf8.h"

enum {
    ESC = 0x1B,
    DEL = 0x7F,
    PARAMS_MAX = 8,
    PARAM_VALUE_MAX = 9999999,
    PASTE_BEGIN = 200,
    PASTE_END = 201,
    OTHER_KEY = 27, /* xterm's modifyOtherKeys */
};

struct params {
    char private; /* one of <=>? or NUL */
    size_t count;
    int values[PARAMS_MAX]; /* 0 when left out */
};

static struct key plain_key(enum keycap cap) {
    return (struct key){.cap = cap};
}

static struct key rune_key(uint32_t rune, uint8_t with) {
    return (struct key){.cap = KEYCAP_RUNE, .rune = rune, .with = with};
}

/* What one byte below a blank, or DEL, means. */
struct key sequence_of_byte(uint8_t byte) {
    switch (byte) {
    case '\r':
    case '\n': return plain_key(KEYCAP_ENTER);
    case '\t': return plain_key(KEYCAP_TAB);
    case '\b':
    case DEL: return plain_key(KEYCAP_BACKSPACE);
    case 0: return rune_key(' ', KEY_WITH_CTRL);
    default: break;
    }
    uint32_t rune = byte + 0x40U; /* Ctrl-A is 1 */
    if (rune >= 'A' && rune <= 'Z') rune += 'a' - 'A';
    return rune_key(rune, KEY_WITH_CTRL);
}

static struct params params_of(struct slice held) {
    struct params params = {0};
    size_t at = 0;
    if (held.length > 0 && held.data[0] >= '<' && held.data[0] <= '?') {
        params.private = held.data[at++];
    }
    bool skipping = false; /* what a colon adds is not needed here */
    for (; at < held.length; at++) {
        char byte = held.data[at];
        if (byte == ';') {
            if (params.count + 1 >= PARAMS_MAX) break;
            params.count++;
            skipping = false;
        } else if (byte == ':') {
            skipping = true;
        } else if (byte >= '0' && byte <= '9' && !skipping) {
            int *value = &params.values[params.count];
            if (*value < PARAM_VALUE_MAX) *value = *value * 10 + (byte - '0');
        }
    }
    params.count++;
    return params;
}

/* Terminals send one plus the bits. */
static uint8_t modifiers_of(const struct params *params, size_t index) {
    int value = params->values[index];
    return value > 1 ? (uint8_t)((value - 1) & 7) : 0;
}

static enum keycap cap_of_letter(uint8_t final) {
    switch (final) {
    case 'A': return KEYCAP_UP;
    case 'B': return KEYCAP_DOWN;
    case 'C': return KEYCAP_RIGHT;
    case 'D': return KEYCAP_LEFT;
    case 'F': return KEYCAP_END;
    case 'H': return KEYCAP_HOME;
    case 'M': return KEYCAP_ENTER;
    case 'P': return KEYCAP_F1;
    case 'Q': return KEYCAP_F2;
    case 'R': return KEYCAP_F3;
    case 'S': return KEYCAP_F4;
    default: return KEYCAP_NONE;
    }
}

static enum keycap cap_of_number(int number) {
    static const struct {
        int number;
        enum keycap cap;
    } caps[] = {
        {1, KEYCAP_HOME}, {2, KEYCAP_INSERT},  {3, KEYCAP_DELETE},
        {4, KEYCAP_END},  {5, KEYCAP_PAGE_UP}, {6, KEYCAP_PAGE_DOWN},
        {7, KEYCAP_HOME}, {8, KEYCAP_END},     {11, KEYCAP_F1},
        {12, KEYCAP_F2},  {13, KEYCAP_F3},     {14, KEYCAP_F4},
        {15, KEYCAP_F5},  {17, KEYCAP_F6},     {18, KEYCAP_F7},
        {19, KEYCAP_F8},  {20, KEYCAP_F9},     {21, KEYCAP_F10},
        {23, KEYCAP_F11}, {24, KEYCAP_F12},
    };
    for (size_t i = 0; i < sizeof caps / sizeof *caps; i++) {
        if (caps[i].number == number) return caps[i].cap;
    }
    return KEYCAP_NONE;
}

/* A key that came as the number of its character. */
static struct key numbered_rune(int number, uint8_t with) {
    uint32_t rune = (uint32_t)number;
    if (rune == ESC) return (struct key){.cap = KEYCAP_ESC, .with = with};
    if (rune == '\r') return (struct key){.cap = KEYCAP_ENTER, .with = with};
    if (rune == '\t') return (struct key){.cap = KEYCAP_TAB, .with = with};
    if (rune == DEL) return (struct key){.cap = KEYCAP_BACKSPACE, .with = with};
    if (rune < ' ' || utf8_width(rune) == 0) return plain_key(KEYCAP_NONE);
    return rune_key(rune, (uint8_t)(with & ~KEY_WITH_SHIFT));
}

static struct key mouse_key(const struct params *params, bool released) {
    enum { BUTTONS = 3, MOVED = 32, WHEEL = 64 };
    int what = params->values[0];
    struct key key = {
        .x = params->values[1] - 1,
        .y = params->values[2] - 1,
    };
    if (params->count < 3 || key.x < 0 || key.y < 0) return plain_key(KEYCAP_NONE);
    if (what & WHEEL) {
        if (what & 2) return plain_key(KEYCAP_NONE); /* sideways */
        key.cap = what & 1 ? KEYCAP_WHEEL_DOWN : KEYCAP_WHEEL_UP;
    } else if ((what & BUTTONS) != 0) {
        return plain_key(KEYCAP_NONE); /* only the first button means something */
    } else if (released) {
        key.cap = KEYCAP_RELEASE;
    } else {
        key.cap = what & MOVED ? KEYCAP_DRAG : KEYCAP_PRESS;
    }
    return key;
}

/* Esc [ ? mode ; value $ y */
static struct key mode_key(struct slice held, const struct params *params) {
    if (held.length == 0 || held.data[held.length - 1] != '$') {
        return plain_key(KEYCAP_NONE);
    }
    return (struct key){
        .cap = KEYCAP_MODE, .x = params->values[0], .y = params->values[1]};
}

static struct key key_with_tilde(const struct params *params, bool *pasting) {
    if (params->values[0] == PASTE_BEGIN) {
        *pasting = true;
        return plain_key(KEYCAP_NONE);
    }
    if (params->values[0] == PASTE_END) {
        *pasting = false;
        return plain_key(KEYCAP_NONE);
    }
    if (params->values[0] == OTHER_KEY) {
        return numbered_rune(params->values[2], modifiers_of(params, 1));
    }
    return (struct key){
        .cap = cap_of_number(params->values[0]), .with = modifiers_of(params, 1)};
}

struct key sequence_of_control(struct slice held, uint8_t final, bool *pasting) {
    struct params params = params_of(held);
    if (params.private == '<' && (final == 'M' || final == 'm')) {
        return mouse_key(&params, final == 'm');
    }
    if (params.private == '?' && final == 'y') return mode_key(held, &params);
    if (params.private) return plain_key(KEYCAP_NONE);
    if (held.length == 1 && held.data[0] == '[') { /* the Linux console */
        if (final < 'A' || final > 'E') return plain_key(KEYCAP_NONE);
        return plain_key((enum keycap)(KEYCAP_F1 + (final - 'A')));
    }
    switch (final) {
    case '~': return key_with_tilde(&params, pasting);
    case 'u': return numbered_rune(params.values[0], modifiers_of(&params, 1));
    case 'Z': return (struct key){.cap = KEYCAP_TAB, .with = KEY_WITH_SHIFT};
    case 'a':
    case 'b':
    case 'c':
    case 'd': /* rxvt with Shift */
        return (struct key){
            .cap = cap_of_letter((uint8_t)(final - 'a' + 'A')), .with = KEY_WITH_SHIFT};
    default: break;
    }
    return (struct key){.cap = cap_of_letter(final), .with = modifiers_of(&params, 1)};
}

static bool hex_value(char c, uint32_t *value) {
    if (c >= '0' && c <= '9') {
        *value = (uint32_t)(c - '0');
    } else if (c >= 'a' && c <= 'f') {
        *value = (uint32_t)(c - 'a') + 10;
    } else if (c >= 'A' && c <= 'F') {
        *value = (uint32_t)(c - 'A') + 10;
    } else {
        return false;
    }
    return true;
}

/* The first two of one to four hex digits; a single one stands for both. */
static bool scan_channel(struct scan *scan, uint32_t *channel) {
    uint32_t digits[4] = {0};
    size_t count = 0;
    while (count < 4 && hex_value(scan_peek(scan), &digits[count])) {
        scan->at++;
        count++;
    }
    if (count == 0) return false;
    *channel = count == 1 ? digits[0] * 17 : digits[0] * 16 + digits[1];
    return true;
}

/* Esc ] 11 ; rgb:RRRR/GGGG/BBBB is the answer to the question for the background. */
struct key sequence_of_string(uint8_t introducer, struct slice held) {
    if (introducer != ']') return plain_key(KEYCAP_NONE);
    struct scan scan = scan_of(held);
    uint32_t red = 0;
    uint32_t green = 0;
    uint32_t blue = 0;
    if (!scan_literal(&scan, "11;rgb:") || !scan_channel(&scan, &red) ||
        !scan_char(&scan, '/') || !scan_channel(&scan, &green) ||
        !scan_char(&scan, '/') || !scan_channel(&scan, &blue)) {
        return plain_key(KEYCAP_NONE);
    }
    return (struct key){
        .cap = KEYCAP_BACKGROUND, .rune = red << 16 | green << 8 | blue};
}

struct key sequence_of_function(uint8_t final) {
    return plain_key(cap_of_letter(final));
}
