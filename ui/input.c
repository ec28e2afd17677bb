/* SPDX-License-Identifier: MIT */
#include "ui/input.h"

#include <string.h>

#include "base/units.h"
#include "base/utf8.h"

enum {
    ESC = 0x1B,
    BEL = 0x07,
    DEL = 0x7F,
    PARAMS_MAX = 8,
    PARAM_VALUE_MAX = 9999999,
    PASTE_BEGIN = 200,
    PASTE_END = 201,
    OTHER_KEY = 27, /* xterm's modifyOtherKeys */
};

/* A pause this long inside a paste means that its end got lost. */
#define PASTE_PATIENCE_NS NS_PER_S

struct params {
    char private; /* one of <=>? or NUL */
    size_t count;
    int values[PARAMS_MAX]; /* 0 when left out */
};

void input_init(struct input *input) {
    *input = (struct input){0};
}

static void go_to_ground(struct input *input) {
    input->state = INPUT_GROUND;
    input->length = 0;
}

static void hold(struct input *input, uint8_t byte) {
    if (input->length < INPUT_SEQUENCE_MAX) input->held[input->length] = byte;
    if (input->length <= INPUT_SEQUENCE_MAX) input->length++;
}

static bool is_too_long(const struct input *input) {
    return input->length > INPUT_SEQUENCE_MAX;
}

static struct key plain_key(enum keycap cap) {
    return (struct key){.cap = cap};
}

static struct key rune_key(uint32_t rune, uint8_t with) {
    return (struct key){.cap = KEYCAP_RUNE, .rune = rune, .with = with};
}

/* What one byte below a blank, or DEL, means. */
static struct key control_key(uint8_t byte) {
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

static bool give(struct input *input, struct key found, struct key *key) {
    go_to_ground(input);
    *key = found;
    key->pasted = input->pasting;
    return found.cap != KEYCAP_NONE;
}

static struct params params_of(const struct input *input) {
    struct params params = {0};
    size_t at = 0;
    if (input->length > 0 && input->held[0] >= '<' && input->held[0] <= '?') {
        params.private = (char)input->held[at++];
    }
    bool skipping =
        false; /* what stands behind a colon refines; nothing here needs it */
    for (; at < input->length; at++) {
        uint8_t byte = input->held[at];
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
static struct key mode_key(const struct input *input, const struct params *params) {
    if (input->length == 0 || input->held[input->length - 1] != '$') {
        return plain_key(KEYCAP_NONE);
    }
    return (struct key){
        .cap = KEYCAP_MODE, .x = params->values[0], .y = params->values[1]};
}

static struct key key_with_tilde(struct input *input, const struct params *params) {
    if (params->values[0] == PASTE_BEGIN) {
        input->pasting = true;
        input->pasted_bytes = 0;
        return plain_key(KEYCAP_NONE);
    }
    if (params->values[0] == PASTE_END) {
        input->pasting = false;
        return plain_key(KEYCAP_NONE);
    }
    if (params->values[0] == OTHER_KEY) {
        return numbered_rune(params->values[2], modifiers_of(params, 1));
    }
    return (struct key){
        .cap = cap_of_number(params->values[0]), .with = modifiers_of(params, 1)};
}

static struct key control_sequence(struct input *input, uint8_t final) {
    if (is_too_long(input)) return plain_key(KEYCAP_NONE);
    struct params params = params_of(input);
    if (params.private == '<' && (final == 'M' || final == 'm')) {
        return mouse_key(&params, final == 'm');
    }
    if (params.private == '?' && final == 'y') return mode_key(input, &params);
    if (params.private) return plain_key(KEYCAP_NONE);
    if (input->length == 1 && input->held[0] == '[') { /* the Linux console */
        if (final < 'A' || final > 'E') return plain_key(KEYCAP_NONE);
        return plain_key((enum keycap)(KEYCAP_F1 + (final - 'A')));
    }
    switch (final) {
    case '~': return key_with_tilde(input, &params);
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
static struct key string_key(const struct input *input) {
    if (input->introducer != ']' || is_too_long(input)) return plain_key(KEYCAP_NONE);
    struct slice words = {.data = (const char *)input->held, .length = input->length};
    struct scan scan = scan_of(words);
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

static void begin(struct input *input, enum input_state state) {
    input->state = state;
    input->length = 0;
    input->string_escape = false;
}

static bool on_ground(struct input *input, uint8_t byte, struct key *key) {
    if (byte == ESC) {
        begin(input, INPUT_ESCAPE);
        return false;
    }
    if (byte < ' ' || byte == DEL) return give(input, control_key(byte), key);
    if (byte < 0x80) return give(input, rune_key(byte, 0), key);
    begin(input, INPUT_UTF8);
    hold(input, byte);
    return false;
}

static bool on_escape(struct input *input, uint8_t byte, struct key *key) {
    switch (byte) {
    case '[': begin(input, INPUT_CONTROL); return false;
    case 'O': begin(input, INPUT_FUNCTION); return false;
    case ']':
    case 'P':
    case 'X':
    case '^':
    case '_':
        begin(input, INPUT_STRING);
        input->introducer = byte;
        return false;
    case ESC: *key = plain_key(KEYCAP_ESC); return true; /* the second one may begin */
    default: break;
    }
    if (byte >= 0x80) return give(input, plain_key(KEYCAP_NONE), key);
    struct key found =
        byte < ' ' || byte == DEL ? control_key(byte) : rune_key(byte, 0);
    found.with |= KEY_WITH_ALT;
    return give(input, found, key);
}

static bool on_control(struct input *input, uint8_t byte, struct key *key) {
    /* The Linux console's F1 to F5 carry a second bracket. */
    bool second = byte == '[' && input->length == 0;
    if (second || (byte >= 0x20 && byte < 0x40)) {
        hold(input, byte);
        return false;
    }
    if (byte >= 0x40 && byte < DEL) {
        return give(input, control_sequence(input, byte), key);
    }
    go_to_ground(input); /* it was cut short: the byte stands for itself */
    return on_ground(input, byte, key);
}

static bool on_function(struct input *input, uint8_t byte, struct key *key) {
    if (byte < ' ' || byte >= DEL) {
        go_to_ground(input);
        return on_ground(input, byte, key);
    }
    return give(input, plain_key(cap_of_letter(byte)), key);
}

static bool on_string(struct input *input, uint8_t byte, struct key *key) {
    if (byte == BEL || (input->string_escape && byte == '\\')) {
        return give(input, string_key(input), key);
    }
    if (input->string_escape) { /* cut short by the beginning of something else */
        begin(input, INPUT_ESCAPE);
        return on_escape(input, byte, key);
    }
    if (byte == ESC) {
        input->string_escape = true;
    } else {
        hold(input, byte);
    }
    return false;
}

static size_t sequence_length(uint8_t lead) {
    if (lead >= 0xF0) return 4;
    if (lead >= 0xE0) return 3;
    return lead >= 0xC2 ? 2 : 1;
}

static bool on_utf8(struct input *input, uint8_t byte, struct key *key) {
    if ((byte & 0xC0) != 0x80) {
        go_to_ground(input);
        return on_ground(input, byte, key);
    }
    hold(input, byte);
    if (input->length < sequence_length(input->held[0])) return false;

    struct slice bytes = {.data = (const char *)input->held, .length = input->length};
    struct scan scan = scan_of(bytes);
    uint32_t rune = 0;
    bool good = utf8_next(&scan, &rune) && scan_done(&scan) && utf8_width(rune) > 0;
    return give(input, good ? rune_key(rune, 0) : plain_key(KEYCAP_NONE), key);
}

static bool on_byte(struct input *input, uint8_t byte, struct key *key) {
    switch (input->state) {
    case INPUT_GROUND: return on_ground(input, byte, key);
    case INPUT_ESCAPE: return on_escape(input, byte, key);
    case INPUT_CONTROL: return on_control(input, byte, key);
    case INPUT_FUNCTION: return on_function(input, byte, key);
    case INPUT_STRING: return on_string(input, byte, key);
    case INPUT_UTF8: return on_utf8(input, byte, key);
    }
    return false;
}

bool input_next(struct input *input, struct scan *bytes, struct key *key) {
    while (!scan_done(bytes)) {
        uint8_t byte = (uint8_t)*bytes->at++;
        bool was_pasting = input->pasting;
        bool found = on_byte(input, byte, key);
        if (was_pasting && input->pasting) {
            /* Too much at once is not text that somebody meant to type. */
            if (++input->pasted_bytes > INPUT_PASTE_MAX_BYTES) found = false;
        }
        if (found) return true;
    }
    return false;
}

uint64_t input_patience_ns(const struct input *input, uint64_t escape_ns) {
    if (input->state != INPUT_GROUND) return escape_ns;
    return input->pasting ? PASTE_PATIENCE_NS : 0;
}

bool input_on_quiet(struct input *input, struct key *key) {
    enum input_state state = input->state;
    go_to_ground(input);
    if (state == INPUT_GROUND) input->pasting = false;
    if (state != INPUT_ESCAPE) return false;
    return give(input, plain_key(KEYCAP_ESC), key);
}
