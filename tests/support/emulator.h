/* A terminal emulator: bytes go in, a screen of cells comes out. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "support/dec_modes.h"

struct emulator;

/* The terminal answers a question. */
typedef void (*emulator_answer_fn)(const char *bytes, size_t length, void *owner);

struct emulator *emulator_new(
    int width, int height, emulator_answer_fn on_answer, void *owner);
void emulator_free(struct emulator *emulator);

void emulator_feed(struct emulator *emulator, const char *bytes, size_t length);
void emulator_resize(struct emulator *emulator, int width, int height);
void emulator_size(const struct emulator *emulator, int *width, int *height);

enum display_color_kind { DISPLAY_DEFAULT, DISPLAY_INDEX, DISPLAY_RGB };
struct display_color {
    enum display_color_kind kind;
    uint32_t value; /* index or 0xRRGGBB */
};

struct display_cell {
    uint32_t rune; /* ' ' when empty, 0 behind a wide character */
    struct display_color fg, bg;
    bool bold, italic, underline, reverse;
};
struct display_cell emulator_cell(const struct emulator *emulator, int x, int y);

/* A row per line without trailing blanks; borrowed until the next call. */
const char *emulator_text(struct emulator *emulator);

uint64_t emulator_bytes(const struct emulator *emulator); /* that went in */
const struct dec_modes *emulator_modes(const struct emulator *emulator);
