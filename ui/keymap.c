/* SPDX-License-Identifier: MIT */
#include "ui/keymap.h"

#include <string.h>

#include "base/panic.h"

/* "gg" is a sequence of two, "1-9" any digit, all else is one key. */
static bool parse_chord(struct slice chord, struct binding *binding) {
    binding->digits = slice_equals(chord, "1-9");
    if (binding->digits) {
        binding->keys.keys[0] = (struct key){.cap = KEYCAP_RUNE, .rune = '1'};
        binding->keys.length = 1;
        return true;
    }
    struct scan scan = scan_of(chord);
    binding->keys.length = 0;
    while (!scan_done(&scan)) {
        size_t *length = &binding->keys.length;
        if (*length == KEY_SEQUENCE_MAX) return false;
        if (!key_parse(&scan, &binding->keys.keys[(*length)++])) return false;
    }
    return binding->keys.length > 0;
}

/* Neither can be hit in passing: each takes a finger of its own, or Shift. */
static bool may_act(const struct key_sequence *keys) {
    for (size_t i = 0; i < keys->length; i++) {
        const struct key *key = &keys->keys[i];
        if (key->cap != KEYCAP_RUNE || key->with != 0) return false;
        bool upper = key->rune >= 'A' && key->rune <= 'Z';
        if (!upper && key->rune != '+' && key->rune != '-') return false;
    }
    return true;
}

static bool is_digit(const struct key *key) {
    return key->cap == KEYCAP_RUNE && key->with == 0 && key->rune >= '1' &&
           key->rune <= '9';
}

static bool key_matches(
    const struct binding *binding, size_t index, const struct key *key) {
    if (binding->digits) return is_digit(key);
    return key_equals(&binding->keys.keys[index], key);
}

/* How many of the first keys are the same. */
static size_t common_length(
    const struct binding *binding, const struct key_sequence *keys) {
    size_t most = binding->keys.length;
    if (keys->length < most) most = keys->length;
    size_t i = 0;
    while (i < most && key_matches(binding, i, &keys->keys[i])) i++;
    return i;
}

/* A binding hides another when one of them begins with the other. */
static bool hides(const struct binding *a, const struct binding *b) {
    size_t shorter = a->keys.length;
    if (b->keys.length < shorter) shorter = b->keys.length;
    if (b->digits && is_digit(&a->keys.keys[0])) return true;
    return common_length(a, &b->keys) == shorter;
}

static bool add_binding(
    struct keymap *keymap, enum command command, struct slice chord,
    struct error *err) {
    struct binding binding = {.command = command};
    int length = (int)chord.length;
    if (!parse_chord(chord, &binding)) {
        return error_set(err, ERROR_SYNTAX, "\"%.*s\" is no key", length, chord.data);
    }
    if (command_danger(command) != COMMAND_LOOKS && !may_act(&binding.keys)) {
        return error_set(
            err, ERROR_SYNTAX, "%s acts: \"%.*s\" must be an upper-case letter, + or -",
            command_name(command), length, chord.data);
    }
    for (size_t i = 0; i < keymap->count; i++) {
        if (!hides(&keymap->bindings[i], &binding)) continue;
        return error_set(
            err, ERROR_CONFLICT, "\"%.*s\" is taken by %s", length, chord.data,
            command_name(keymap->bindings[i].command));
    }
    if (keymap->count == KEYMAP_BINDINGS_MAX) {
        return error_set(err, ERROR_LIMIT, "more than %d keys", KEYMAP_BINDINGS_MAX);
    }
    keymap->bindings[keymap->count++] = binding;
    return true;
}

static bool add_bindings(
    struct keymap *keymap, enum command command, struct slice keys, struct error *err) {
    struct scan scan = scan_of(keys);
    struct slice chord;
    while (scan_word(&scan, &chord)) {
        if (!add_binding(keymap, command, chord, err)) return false;
    }
    return true;
}

void keymap_init(struct keymap *keymap) {
    *keymap = (struct keymap){0};
    for (unsigned i = 0; i < COMMAND_COUNT; i++) {
        enum command command = (enum command)i;
        struct error err = {0};
        bool good =
            add_bindings(keymap, command, slice_of(command_keys(command)), &err);
        if (!good) panic("the command table: %s", err.message);
    }
}

static void unbind(struct keymap *keymap, enum command command) {
    size_t kept = 0;
    for (size_t i = 0; i < keymap->count; i++) {
        if (keymap->bindings[i].command == command) continue;
        keymap->bindings[kept++] = keymap->bindings[i];
    }
    keymap->count = kept;
}

bool keymap_bind(
    struct keymap *keymap, enum command command, struct slice keys, struct error *err) {
    struct keymap changed = *keymap;
    unbind(&changed, command);
    if (!add_bindings(&changed, command, keys, err)) return false;
    *keymap = changed;
    return true;
}

static bool has_key(const struct keymap *keymap, enum command command) {
    for (size_t i = 0; i < keymap->count; i++) {
        if (keymap->bindings[i].command == command) return true;
    }
    return false;
}

bool keymap_check(const struct keymap *keymap, struct error *err) {
    static const enum command needed[] = {COMMAND_QUIT, COMMAND_HELP, COMMAND_BACK};
    for (size_t i = 0; i < sizeof needed / sizeof *needed; i++) {
        if (has_key(keymap, needed[i])) continue;
        return error_set(
            err, ERROR_USAGE, "no key is left for %s", command_name(needed[i]));
    }
    return true;
}

enum keymap_match keymap_find(
    const struct keymap *keymap, const struct key_sequence *keys, enum command *command,
    int *argument) {
    if (keys->length == 0) return KEYMAP_NONE;
    enum keymap_match match = KEYMAP_NONE;
    for (size_t i = 0; i < keymap->count; i++) {
        const struct binding *binding = &keymap->bindings[i];
        if (binding->keys.length < keys->length) continue;
        if (common_length(binding, keys) < keys->length) continue;
        if (binding->keys.length > keys->length) {
            match = KEYMAP_BEGUN;
            continue;
        }
        *command = binding->command;
        *argument = binding->digits ? (int)(keys->keys[0].rune - '0') : 0;
        return KEYMAP_FOUND;
    }
    return match;
}

void keymap_add_key(
    const struct keymap *keymap, enum command command, struct text *text) {
    for (size_t i = 0; i < keymap->count; i++) {
        const struct binding *binding = &keymap->bindings[i];
        if (binding->command != command) continue;
        if (binding->digits) {
            text_add(text, "1-9");
            return;
        }
        for (size_t k = 0; k < binding->keys.length; k++) {
            key_add(text, &binding->keys.keys[k]);
        }
        return;
    }
}
