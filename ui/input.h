/* Bytes of a terminal become keys: UTF-8, escape sequences, mouse, pasted text, answers
 * to questions. Whatever comes, it takes every byte, holds few and never gets stuck. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/scan.h"
#include "ui/key.h"

enum { INPUT_SEQUENCE_MAX = 64, INPUT_PASTE_MAX_BYTES = 4096 };

enum input_state {
    INPUT_GROUND,
    INPUT_ESCAPE,   /* after Esc */
    INPUT_CONTROL,  /* after Esc [ */
    INPUT_FUNCTION, /* after Esc O */
    INPUT_STRING,   /* after Esc ] P X ^ _ : until BEL or Esc \ */
    INPUT_UTF8,     /* inside a character */
};

struct input {
    enum input_state state;
    bool pasting;
    bool string_escape; /* Esc inside a string: a backslash ends it */
    uint8_t introducer; /* which string it is */
    size_t pasted_bytes;
    size_t length; /* bytes held; past the limit they are counted, not kept */
    uint8_t held[INPUT_SEQUENCE_MAX];
};

void input_init(struct input *input);

/* Takes bytes up to the end of the next key.
 * False: all are taken and no key is there. */
bool input_next(struct input *input, struct scan *bytes, struct key *key);

/* How long to wait for the rest before input_on_quiet() must be called; 0: nothing is
 * begun. `escape_ns` is what a lone Esc waits. */
uint64_t input_patience_ns(const struct input *input, uint64_t escape_ns);

/* Nothing more came: Esc was the key;
 * any other beginning is dropped; a paste is over. */
bool input_on_quiet(struct input *input, struct key *key);
