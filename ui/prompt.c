/* SPDX-License-Identifier: MIT */
#include "ui/prompt.h"

#include <string.h>

#include "base/text.h"
#include "base/utf8.h"

void prompt_clear(struct prompt *prompt) {
    *prompt = (struct prompt){0};
}

void prompt_set(struct prompt *prompt, const char *words) {
    text_copy_cut(prompt->words, sizeof prompt->words, words);
    prompt->length = strlen(prompt->words);
    prompt->cursor = prompt->length;
}

static bool is_continuation(char c) {
    return ((uint8_t)c & 0xC0) == 0x80;
}

/* The start of the character before or after the cursor. */
static size_t before(const struct prompt *prompt) {
    size_t at = prompt->cursor;
    if (at == 0) return 0;
    do {
        at--;
    } while (at > 0 && is_continuation(prompt->words[at]));
    return at;
}

static size_t after(const struct prompt *prompt) {
    size_t at = prompt->cursor;
    if (at == prompt->length) return at;
    do {
        at++;
    } while (at < prompt->length && is_continuation(prompt->words[at]));
    return at;
}

/* Takes out the bytes from `from` to `to`; the cursor goes to where they were. */
static void cut(struct prompt *prompt, size_t from, size_t to) {
    memmove(prompt->words + from, prompt->words + to, prompt->length - to + 1);
    prompt->length -= to - from;
    prompt->cursor = from;
}

static size_t word_before(const struct prompt *prompt) {
    size_t at = prompt->cursor;
    while (at > 0 && prompt->words[at - 1] == ' ') at--;
    while (at > 0 && prompt->words[at - 1] != ' ') at--;
    return at;
}

static void insert(struct prompt *prompt, uint32_t rune) {
    char bytes[UTF8_SIZE_MAX];
    size_t length = utf8_put(bytes, rune);
    if (prompt->length + length >= sizeof prompt->words) return;
    char *at = prompt->words + prompt->cursor;
    memmove(at + length, at, prompt->length - prompt->cursor + 1);
    memcpy(at, bytes, length);
    prompt->length += length;
    prompt->cursor += length;
}

static bool on_control(struct prompt *prompt, uint32_t rune) {
    switch (rune) {
    case 'a': prompt->cursor = 0; return true;
    case 'e': prompt->cursor = prompt->length; return true;
    case 'k': cut(prompt, prompt->cursor, prompt->length); return true;
    case 'u': cut(prompt, 0, prompt->cursor); return true;
    case 'w': cut(prompt, word_before(prompt), prompt->cursor); return true;
    default: return false;
    }
}

static bool on_rune(struct prompt *prompt, const struct key *key) {
    if (key->with & KEY_WITH_CTRL) return on_control(prompt, key->rune);
    if (key->with & KEY_WITH_ALT) return false;
    insert(prompt, key->rune);
    return true;
}

bool prompt_on_key(struct prompt *prompt, const struct key *key) {
    if (key->cap == KEYCAP_RUNE) return on_rune(prompt, key);
    if (key->pasted) { /* line ends and tabs of a paste are blanks */
        insert(prompt, ' ');
        return true;
    }
    if (key->cap == KEYCAP_BACKSPACE) {
        cut(prompt, before(prompt), prompt->cursor);
    } else if (key->cap == KEYCAP_DELETE) {
        size_t at = prompt->cursor;
        cut(prompt, at, after(prompt));
    } else if (key->cap == KEYCAP_LEFT) {
        prompt->cursor = before(prompt);
    } else if (key->cap == KEYCAP_RIGHT) {
        prompt->cursor = after(prompt);
    } else if (key->cap == KEYCAP_HOME) {
        prompt->cursor = 0;
    } else if (key->cap == KEYCAP_END) {
        prompt->cursor = prompt->length;
    } else {
        return false;
    }
    return true;
}

void prompt_draw(
    struct canvas *canvas, struct rect rect, const struct prompt *prompt,
    enum role role) {
    if (rect.width <= 0 || rect.height <= 0) return;
    canvas_fill(canvas, (struct rect){rect.x, rect.y, rect.width, 1}, ' ', role);
    /* The beginning scrolls out when the cursor would leave at the right. */
    char front[PROMPT_SIZE];
    memcpy(front, prompt->words, prompt->cursor);
    front[prompt->cursor] = '\0';
    const char *shown = front;
    while ((int)utf8_string_width(shown) >= rect.width) {
        do {
            shown++;
        } while (is_continuation(*shown));
    }
    int used = canvas_text(canvas, rect.x, rect.y, rect.width, shown, role);
    const char *rest = prompt->words + prompt->cursor;
    canvas_text(canvas, rect.x + used, rect.y, rect.width - used, rest, role);
    canvas_mark(canvas, (struct rect){rect.x + used, rect.y, 1, 1}, ROLE_CURSOR);
}
