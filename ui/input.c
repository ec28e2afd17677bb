/* SPDX-License-Identifier: MIT */
#include "ui/input.h"

#include <string.h>

#include "base/units.h"
#include "base/utf8.h"
#include "ui/sequence.h"

enum { ESC = 0x1B, BEL = 0x07, DEL = 0x7F };

/* A pause this long inside a paste means that its end got lost. */
#define PASTE_PATIENCE_NS NS_PER_S

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

static struct slice held_bytes(const struct input *input) {
    return (struct slice){.data = (const char *)input->held, .length = input->length};
}

static struct key nothing(void) {
    return (struct key){.cap = KEYCAP_NONE};
}

static struct key escape_key(void) {
    return (struct key){.cap = KEYCAP_ESC};
}

static struct key character(uint32_t rune) {
    return (struct key){.cap = KEYCAP_RUNE, .rune = rune};
}

static bool give(struct input *input, struct key found, struct key *key) {
    go_to_ground(input);
    *key = found;
    key->pasted = input->pasting;
    return found.cap != KEYCAP_NONE;
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
    if (byte < ' ' || byte == DEL) return give(input, sequence_of_byte(byte), key);
    if (byte < 0x80) return give(input, character(byte), key);
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
    case ESC: *key = escape_key(); return true; /* the second one may begin */
    default: break;
    }
    if (byte >= 0x80) return give(input, nothing(), key);
    struct key found =
        byte < ' ' || byte == DEL ? sequence_of_byte(byte) : character(byte);
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
        struct key found = nothing();
        if (!is_too_long(input)) {
            found = sequence_of_control(held_bytes(input), byte, &input->pasting);
        }
        return give(input, found, key);
    }
    go_to_ground(input); /* it was cut short: the byte stands for itself */
    return on_ground(input, byte, key);
}

static bool on_function(struct input *input, uint8_t byte, struct key *key) {
    if (byte < ' ' || byte >= DEL) {
        go_to_ground(input);
        return on_ground(input, byte, key);
    }
    return give(input, sequence_of_function(byte), key);
}

static bool on_string(struct input *input, uint8_t byte, struct key *key) {
    if (byte == BEL || (input->string_escape && byte == '\\')) {
        bool whole = !is_too_long(input);
        struct slice held = held_bytes(input);
        return give(
            input, whole ? sequence_of_string(input->introducer, held) : nothing(),
            key);
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

    struct scan scan = scan_of(held_bytes(input));
    uint32_t rune = 0;
    bool good = utf8_next(&scan, &rune) && scan_done(&scan) && utf8_width(rune) > 0;
    return give(input, good ? character(rune) : nothing(), key);
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
        if (!input->pasting) input->pasted_bytes = 0;
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
    return give(input, escape_key(), key);
}
