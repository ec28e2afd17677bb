/* SPDX-License-Identifier: MIT */
#include "ui/key.h"

#include <string.h>

#include "base/utf8.h"

static const char *const keycap_names[] = {
#define X(id, name) [id] = (name)
    KEYCAPS(X),
#undef X
};

bool key_equals(const struct key *a, const struct key *b) {
    return a->cap == b->cap && a->with == b->with && a->rune == b->rune;
}

static bool at_end_of_key(const struct scan *scan) {
    char next = scan_peek(scan);
    return next == '\0' || next == ' ' || next == '\t';
}

/* "PgUp" and the like; only as a whole word, so that "Tab" is no T and two letters. */
static bool parse_name(struct scan *scan, struct key *key) {
    for (unsigned i = 0; i < KEYCAP_COUNT; i++) {
        struct scan trial = *scan;
        if (keycap_names[i][0] == '\0' || !scan_literal(&trial, keycap_names[i])) {
            continue;
        }
        if (!at_end_of_key(&trial)) continue;
        key->cap = (enum keycap)i;
        *scan = trial;
        return true;
    }
    return false;
}

static bool parse_rune(struct scan *scan, struct key *key) {
    struct scan trial = *scan;
    if (scan_literal(&trial, "Space") && at_end_of_key(&trial)) {
        *key = (struct key){.cap = KEYCAP_RUNE, .with = key->with, .rune = ' '};
        *scan = trial;
        return true;
    }
    uint32_t rune = 0;
    if (scan_done(scan) || !utf8_next(scan, &rune)) return false;
    if (rune <= ' ' || utf8_width(rune) == 0) return false;
    *key = (struct key){.cap = KEYCAP_RUNE, .with = key->with, .rune = rune};
    return true;
}

bool key_parse(struct scan *scan, struct key *key) {
    struct scan at = *scan;
    struct key parsed = {0};
    if (scan_literal(&at, "Ctrl-")) parsed.with |= KEY_WITH_CTRL;
    if (scan_literal(&at, "Alt-")) parsed.with |= KEY_WITH_ALT;
    if (scan_literal(&at, "Shift-")) parsed.with |= KEY_WITH_SHIFT;
    if (!parse_name(&at, &parsed) && !parse_rune(&at, &parsed)) return false;

    if (parsed.cap == KEYCAP_RUNE) {
        if (parsed.with & KEY_WITH_SHIFT) return false; /* that is another character */
        bool ctrl = (parsed.with & KEY_WITH_CTRL) != 0;
        if (ctrl && parsed.rune >= 'A' && parsed.rune <= 'Z') {
            parsed.rune += 'a' - 'A'; /* terminals do not tell them apart */
        }
    }
    *key = parsed;
    *scan = at;
    return true;
}

void key_add(struct text *text, const struct key *key) {
    if (key->with & KEY_WITH_CTRL) text_add(text, "Ctrl-");
    if (key->with & KEY_WITH_ALT) text_add(text, "Alt-");
    if (key->with & KEY_WITH_SHIFT) text_add(text, "Shift-");
    if (key->cap != KEYCAP_RUNE) {
        text_add(text, keycap_names[key->cap]);
    } else if (key->rune == ' ') {
        text_add(text, "Space");
    } else {
        uint32_t rune = key->rune;
        if ((key->with & KEY_WITH_CTRL) && rune >= 'a' && rune <= 'z') {
            rune -= 'a' - 'A';
        }
        char bytes[UTF8_SIZE_MAX];
        unsigned length = utf8_put(bytes, rune);
        text_add_slice(text, (struct slice){.data = bytes, .length = length});
    }
}
